// Command qed writes files of training questions, each the beginning of the next: the search questions that the agent in
// the binary learns from, then those of QED's train files (Lamm et al. 2020, pinned below; CC BY-SA 3.0), which are more of
// the same collection. How much an agent gains by more questions is to be seen by them; no weights that ship learn from them.
//
//	go run ./scripts/qed --qed CLONE --sizes 130,520,0 --seed 42 --out outputs/qed-42
//
// writes 130.jsonl, 520.jsonl and all.jsonl, in an order that the seed decides. A context has 200 to 2,500 bytes, an answer
// 120 at the most and stands in it, as in the project's own. Left out are contexts that share 13 words in a row with a text
// that is evaluated or selected on, and the articles of those: XQuAD's are all of SQuAD 1.1's dev split. --new leaves the
// agent's own questions out, and what shares as many words with their contexts; --dev reads QED's dev files, to see whether
// text comes out as in the project's own.
package main

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/project-sputnik/sputnik/corpus"
	"github.com/project-sputnik/sputnik/probe"
)

const (
	pinned      = "71e19e085640a2032c803a839d716f0a1b526bff"
	least, most = 200, 2500 // bytes of a context
	answerBytes = 120
	inARow      = 13 // words that no evaluated text may share
)

// squad are the articles of SQuAD 1.1's dev split, of which XQuAD has five paragraphs each, written down by hand, as the
// evaluation files only number them: what is not listed or is spelled otherwise is found by the words that it shares.
var squad = strings.Split("1973 oil crisis|American Broadcasting Company|Amazon rainforest|Apollo program|Black Death|Chloroplast|Civil disobedience|"+
	"Computational complexity theory|Construction|Ctenophora|Doctor Who|Economic inequality|European Union law|Force|French and Indian War|"+
	"Fresno, California|Genghis Khan|Geology|Harvard University|Huguenot|Immune system|Imperialism|Intergovernmental Panel on Climate Change|"+
	"Islamism|Jacksonville, Florida|Kenya|Martin Luther|Newcastle upon Tyne|Nikola Tesla|Normans|Oxygen|Packet switching|Pharmacy|Prime number|"+
	"Private school|Rhine|Scottish Parliament|Sky (United Kingdom)|Sky UK|Southern California|Steam engine|Super Bowl 50|Teacher|"+
	"United Methodist Church|University of Chicago|Victoria (Australia)|Victoria and Albert Museum|Warsaw|Yuan dynasty", "|")

func main() {
	var r run
	var sizes string
	flag.StringVar(&r.clone, "qed", "", "bare clone of google-research-datasets/QED")
	flag.StringVar(&sizes, "sizes", "0", "how many questions a file has, by comma; 0 takes all")
	flag.Int64Var(&r.seed, "seed", 42, "decides the order")
	flag.StringVar(&r.out, "out", "outputs/qed", "folder to write")
	flag.BoolVar(&r.onlyNew, "new", false, "leave out the questions that the agent in the binary learns from, and what shares their contexts")
	flag.BoolVar(&r.dev, "dev", false, "read QED's dev files, and say how many contexts are those of the project's own questions")
	flag.Parse()
	err := r.write(strings.Split(sizes, ","))
	if err != nil {
		fmt.Fprintln(os.Stderr, "qed:", err)
		os.Exit(1)
	}
}

type run struct {
	clone, out   string
	seed         int64
	onlyNew, dev bool
}

func (r run) write(sizes []string) error {
	own, err := corpus.Questions("sample")
	if err != nil {
		return err
	}
	held, err := evaluated()
	if err != nil {
		return err
	}
	files := []string{"train-00", "train-01", "train-02", "train-03", "train-04", "train-05"}
	if r.dev {
		files, held.articles = []string{"dev-00", "dev-01", "dev-02"}, nil
	}
	if r.onlyNew {
		for _, q := range own {
			held.add(q.Context)
		}
	}
	more, err := r.read(files, held)
	if err != nil {
		return err
	}
	if r.dev {
		return compare(own, more)
	}
	r.shuffle(own)
	r.shuffle(more)
	if r.onlyNew {
		own = nil
	}
	return r.files(sizes, without(append(own, more...)))
}

// without drops questions that were asked before about the same context.
func without(all []probe.Question) []probe.Question {
	seen := map[[2]string]bool{}
	return slices.DeleteFunc(all, func(q probe.Question) bool {
		key := [2]string{squeezed(q.Context), squeezed(q.Question)}
		again := seen[key]
		seen[key] = true
		return again
	})
}

func squeezed(text string) string { return strings.Join(words(text), " ") }

// shuffle puts questions in the order of a hash of the seed and their context: those on one context stay together.
func (r run) shuffle(all []probe.Question) {
	key := func(q probe.Question) string {
		return fmt.Sprintf("%x", sha256.Sum256([]byte(fmt.Sprint(r.seed, q.Context))))
	}
	slices.SortStableFunc(all, func(a, b probe.Question) int { return cmp.Compare(key(a), key(b)) })
}

func (r run) files(sizes []string, all []probe.Question) error {
	if err := os.MkdirAll(r.out, 0o755); err != nil {
		return err
	}
	for _, size := range sizes {
		n, err := strconv.Atoi(size)
		if err != nil || n > len(all) {
			return fmt.Errorf("sizes: %q of %d questions", size, len(all))
		}
		name := size
		if n == 0 {
			n, name = len(all), "all"
		}
		if err := encode(filepath.Join(r.out, name+".jsonl"), all[:n]); err != nil {
			return err
		}
	}
	return nil
}

func encode(path string, all []probe.Question) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	out := json.NewEncoder(file)
	out.SetEscapeHTML(false)
	for _, q := range all {
		if err := out.Encode(q); err != nil {
			return err
		}
	}
	return file.Close()
}

// row is what QED has of a question; its answers are what one person marked, where the project's own are of five.
type row struct {
	ID       int64    `json:"example_id"`
	Title    string   `json:"title_text"`
	Text     string   `json:"paragraph_text"`
	Question string   `json:"question_text"`
	Answers  []string `json:"answer_text"`
}

// read reads QED's files, and says what it left out and why.
func (r run) read(files []string, held held) (all []probe.Question, err error) {
	left := map[string]int{}
	for _, file := range files {
		path := pinned + ":nq-" + file + "-qed.jsonlines"
		raw, err := exec.Command("git", "--git-dir", r.clone, "show", path).Output()
		if err != nil {
			return nil, fmt.Errorf("read %s of %s: %w", path, r.clone, err)
		}
		for line := range strings.Lines(string(raw)) {
			var from row
			if err := json.Unmarshal([]byte(line), &from); err != nil {
				return nil, fmt.Errorf("read %s: %w", path, err)
			}
			left["read"]++
			q, why := from.question(), ""
			switch {
			case len(q.Answers) == 0 || len(q.Context) < least || len(q.Context) > most:
				why = "of another length, or without an answer that stands in its context"
			case held.articles[title(from.Title)]:
				why = "of an article that is evaluated on"
			case held.shares(q.Context + " " + q.Question):
				why = "that share 13 words in a row with a text that is held back"
			}
			if why == "" {
				all = append(all, q)
			}
			left[why]++
		}
	}
	delete(left, "")
	fmt.Fprintf(os.Stderr, "%d questions; %v\n", len(all), left)
	return all, nil
}

// question is a row in the project's form; it has no answers where one of them is too long.
func (r row) question() probe.Question {
	q := probe.Question{ID: fmt.Sprintf("nq-%d", r.ID), Context: natural(r.Text), Question: natural(r.Question)}
	for _, a := range r.Answers {
		if a = natural(a); a != "" && strings.Contains(q.Context, a) && !slices.Contains(q.Answers, a) {
			q.Answers = append(q.Answers, a)
		}
	}
	slices.SortStableFunc(q.Answers, func(a, b string) int { return cmp.Compare(len(a), len(b)) })
	if n := len(q.Answers); n > 0 && len(q.Answers[n-1]) > answerBytes {
		q.Answers = nil
	}
	if q.Question != "" {
		q.Question = strings.ToUpper(q.Question[:1]) + q.Question[1:] + "?"
	}
	return q
}

var word = regexp.MustCompile(`[a-z0-9]+`)

func words(text string) []string {
	return word.FindAllString(strings.NewReplacer("'", "", "’", "").Replace(strings.ToLower(text)), -1)
}

func title(name string) string { return strings.ToLower(strings.ReplaceAll(name, "_", " ")) }

// held is what texts may not share.
type held struct {
	rows     map[[8]byte]bool // every 13 words in a row
	articles map[string]bool
}

func sum(run []string) [8]byte {
	all := sha256.Sum256([]byte(strings.Join(run, " ")))
	return [8]byte(all[:8])
}

func (h held) add(text string) {
	for w := words(text); len(w) >= inARow; w = w[1:] {
		h.rows[sum(w[:inARow])] = true
	}
}

func (h held) shares(text string) bool {
	for w := words(text); len(w) >= inARow; w = w[1:] {
		if h.rows[sum(w[:inARow])] {
			return true
		}
	}
	return false
}
