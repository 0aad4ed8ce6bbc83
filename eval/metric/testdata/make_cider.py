"""Write cider.jsonl: CIDEr-D by pycocoevalcap, of sentences against reference sets.

  pip install -r requirements.txt
  python make_cider.py --data DATA     # in this folder; DATA is the shared data folder, for eval/commongen.jsonl

A line is a reference set, its candidate and the score; sets of one name were scored together, because what an n-gram
weighs depends on how many sets have it. The scorer is given runs of a-z and 0-9 after lower-casing, which are the words
of package metric, in place of the Penn Treebank's words (their tokenizer is a Java program).
"""
import argparse
import json
import os
import re

from pycocoevalcap.cider.cider import Cider

OWN = [  # candidate, references
    ("The cat sat on the mat.", ["The cat sat on the mat.", "A cat is on the mat."]),
    ("The cat sat on the mat.", ["The cat sat on the mat."]),
    ("On the mat the cat sat", ["The cat sat on the mat.", "A cat was sitting on the mat."]),
    ("", ["An empty candidate has nothing.", "Nothing at all."]),
    ("...!?", ["No words are left of marks alone."]),
    ("cat", ["The cat sat on the mat."]),
    ("cat", ["Cat!"]),
    ("cat", ["dog", "cat", "the cat"]),
    ("the the the the the the", ["The cat is on the mat.", "There is a cat on the mat."]),
    ("bird bird bird", ["bird bird", "bird"]),
    ("A long long long time ago a very old man told a very long story about a dog, a cat, a mat, and about a bird that sat on "
     "the cat that sat on the mat, and nobody ever heard how the story of the bird and the cat and the mat came to its end.",
     ["An old man told a story.", "A man tells a long story about a cat."]),
    ("No word in common whatsoever", ["The cat sat on the mat.", "Dogs bark."]),
    ("Dogs bark", ["The dogs of the village bark all night long."]),
    ("In 2024 the 3 dogs ran 42.195 km", ["In 2024, 3 dogs ran 42.195 km.", "Three dogs ran a marathon in 2024."]),
    ("It's the dog's bone, isn't it?", ["It is the bone of the dog, is it not?", "That is the dog's bone."]),
    ("Größe naïve café", ["Größe und naïve café", "The size of a naive cafe"]),
    ("a reference may be empty", ["", "a reference may be empty"]),
    ("both are empty", ["", "?"]),
    ("a man a plan a canal", ["a man, a plan, a canal: panama", "a man has a plan for a canal"]),
    ("The same reference twice", ["The same reference twice.", "The same reference twice."]),
]

CHANGES = [  # of the first reference, which is taken out of its set unless said
    ("kept", lambda w: w),
    ("taken out", lambda w: w),
    ("without every third word", lambda w: [x for i, x in enumerate(w) if i % 3 != 2]),
    ("backwards", lambda w: w[::-1]),
    ("every word twice", lambda w: [x for x in w for _ in range(2)]),
    ("its first half", lambda w: w[:len(w) // 2]),
    ("three times over", lambda w: 3 * w),
    ("halves exchanged", lambda w: w[len(w) // 2:] + w[:len(w) // 2]),
]


def commongen(path, sets):
    rows = [r for r in map(json.loads, open(path, encoding="utf-8")) if len(r["references"]) >= 3]
    for n, row in enumerate(rows[:sets]):
        name, change = CHANGES[n % len(CHANGES)]
        first, *rest = row["references"]
        yield " ".join(change(first.split())), ([first] if name == "kept" else []) + rest


def words(text):
    return " ".join(re.findall("[a-z0-9]+", text.lower()))


def score(name, pairs):
    references = {n: [words(r) for r in refs] for n, (_, refs) in enumerate(pairs)}
    candidates = {n: [words(c)] for n, (c, _) in enumerate(pairs)}
    _, scores = Cider().compute_score(references, candidates)
    for (candidate, refs), s in zip(pairs, scores):
        yield {"corpus": name, "candidate": candidate, "references": refs, "score": float(s)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True)
    pairs = OWN + list(commongen(os.path.join(parser.parse_args().data, "eval", "commongen.jsonl"), 24))
    corpora = {"all": pairs, "two sets": OWN[:2], "one set": OWN[:1]}  # an n-gram that every set has weighs nothing
    with open("cider.jsonl", "w", encoding="utf-8") as out:
        for name, members in corpora.items():
            for row in score(name, members):
                out.write(json.dumps(row, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
