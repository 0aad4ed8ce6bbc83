package token

import (
	"bytes"
	"flag"
	"os"
	"slices"
	"testing"
)

var update = flag.Bool("update", false, "write the packed vocabulary anew")

func TestThePackedVocabularyIsTheJSONs(t *testing.T) {
	data, err := unpack("vocab/smollm2/tokenizer.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	want, err := pack(data)
	if err != nil {
		t.Fatal(err)
	}
	const path = "vocab/smollm2/packed.bin"
	if *update {
		if err := os.WriteFile(path, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(got, want) {
		t.Fatalf("%s is not what tokenizer.json says (%v); write it by go test ./token -run Packed -update", path, err)
	}
	fromJSON, err := parseTokenizerJSON("smollm2", data)
	if err != nil {
		t.Fatal(err)
	}
	packed, err := readPacked("smollm2", got)
	if err != nil {
		t.Fatal(err)
	}
	a, b := fromJSON.(*BPE), packed.(*BPE)
	if a.VocabSize() != b.VocabSize() || a.pairs.used != b.pairs.used {
		t.Fatalf("%d ids and %d merges, packed %d and %d", a.VocabSize(), a.pairs.used, b.VocabSize(), b.pairs.used)
	}
	for id := range int32(a.VocabSize()) {
		if !bytes.Equal(a.Decode([]int32{id}), b.Decode([]int32{id})) {
			t.Errorf("id %d is %q, packed %q", id, a.Decode([]int32{id}), b.Decode([]int32{id}))
		}
	}
	for _, text := range []string{"It seems <|im_end|> that naïve 漢字 cost 1,234.5 €\n\n  and more", "\xff\x00 don't"} {
		if !slices.Equal(a.Encode(nil, []byte(text)), b.Encode(nil, []byte(text))) {
			t.Errorf("%q is encoded in another way", text)
		}
	}
}

func TestAPackedVocabularyThatIsCutShortIsRefused(t *testing.T) {
	whole, err := os.ReadFile("vocab/smollm2/packed.bin")
	if err != nil {
		t.Fatal(err)
	}
	for n := 0; n < len(whole); n += 1 + len(whole)/50 {
		if _, err := readPacked("x", whole[:n]); err == nil {
			t.Errorf("%d of %d bytes are taken for all", n, len(whole))
		}
	}
}
