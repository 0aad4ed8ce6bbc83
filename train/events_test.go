package train

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/encoding/protowire"
)

// The same events, written by the tensorboard package: testdata/events.py write testdata/golden.tfevents.
func TestEventFilesAreTensorBoardsOwnBytes(t *testing.T) {
	e, err := newEvents(t.TempDir(), time.UnixMilli(1700000000500))
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{
		e.scalars(time.UnixMilli(1700000001250), 1, map[string]float64{"joint/reward": 0.5, "joint/entropy": -1e-3}),
		e.scalars(time.Unix(1700000002, 0), 300000, map[string]float64{"joint/reward": math.NaN(), "joint/rate": math.Inf(1)}),
		e.close(),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(e.file.Name())
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("testdata/golden.tfevents")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("got  %x\nwant %x", got, want)
	}
}

// scalars are steps and values by tag.
type scalars map[string][][2]any

// A short run, through every phase: what is in metrics.jsonl is in the event file, says our own reader and tensorboard's.
func TestEventsHoldWhatTheMetricsHold(t *testing.T) {
	c := tiny(t)
	if _, err := run(t, c, 0); err != nil {
		t.Fatal(err)
	}
	want := logged(t, c.OutputDir)
	if len(want) < 15 {
		t.Fatalf("only %d tags were logged", len(want))
	}
	t.Run("by the format's description", func(t *testing.T) {
		if diff := cmp.Diff(want, parsed(t, c.OutputDir)); diff != "" {
			t.Errorf("-metrics +events:\n%s", diff)
		}
	})
	t.Run("by the tensorboard package", func(t *testing.T) {
		if diff := cmp.Diff(want, readByTensorBoard(t, c.OutputDir)); diff != "" {
			t.Errorf("-metrics +events:\n%s", diff)
		}
	})
}

// logged is what metrics.jsonl holds, as exactly as event files do.
func logged(t *testing.T, dir string) scalars {
	all := scalars{}
	for _, phase := range []string{"recurrence", "answers", "rebuilding", "joint", "validation"} {
		for _, line := range metrics(t, dir, phase) {
			for name, value := range line {
				if name != "step" {
					tag := phase + "/" + name
					all[tag] = append(all[tag], [2]any{line["step"], float64(float32(value))})
				}
			}
		}
	}
	return all
}

// parsed reads the one event file of a folder: records of a length, its checksum, an Event message and its checksum.
func parsed(t *testing.T, dir string) scalars {
	files, err := filepath.Glob(filepath.Join(dir, "events.out.tfevents.*"))
	if err != nil || len(files) != 1 {
		t.Fatalf("event files %v, %v", files, err)
	}
	data, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	all := scalars{}
	for n := 0; len(data) > 0; n++ {
		length := binary.LittleEndian.Uint64(data)
		event := data[12 : 12+length]
		if !sealed(data[:8], data[8:12]) || !sealed(event, data[12+length:]) {
			t.Fatalf("record %d: a checksum is wrong", n)
		}
		data = data[16+length:]
		fields := message(t, event)
		if version := fields[3]; n == 0 && (len(version) != 1 || string(version[0].bytes) != "brain.Event:2") {
			t.Errorf("the first record is not the version: %q", event)
		}
		for _, summary := range fields[5] {
			for _, value := range message(t, summary.bytes)[1] {
				v := message(t, value.bytes)
				tag := string(v[1][0].bytes)
				all[tag] = append(all[tag], [2]any{float64(fields[2][0].number), float64(math.Float32frombits(uint32(v[2][0].number)))})
			}
		}
	}
	return all
}

// sealed says whether a masked CRC-32C is of data: rotated right by 15 bits, plus a constant.
func sealed(data, sum []byte) bool {
	mask := binary.LittleEndian.Uint32(sum) - 0xa282ead8
	return crc32.Checksum(data, crc32.MakeTable(crc32.Castagnoli)) == mask<<15|mask>>17
}

type field struct {
	bytes  []byte
	number uint64
}

// message is a protocol buffer's fields by number.
func message(t *testing.T, data []byte) map[protowire.Number][]field {
	fields := map[protowire.Number][]field{}
	for len(data) > 0 {
		number, kind, n := protowire.ConsumeTag(data)
		if n < 0 {
			t.Fatal(protowire.ParseError(n))
		}
		data = data[n:]
		var f field
		switch kind {
		case protowire.VarintType:
			f.number, n = protowire.ConsumeVarint(data)
		case protowire.Fixed64Type:
			f.number, n = protowire.ConsumeFixed64(data)
		case protowire.Fixed32Type:
			var bits uint32
			bits, n = protowire.ConsumeFixed32(data)
			f.number = uint64(bits)
		default:
			f.bytes, n = protowire.ConsumeBytes(data)
		}
		if n < 0 {
			t.Fatal(protowire.ParseError(n))
		}
		data, fields[number] = data[n:], append(fields[number], f)
	}
	return fields
}

// readByTensorBoard asks the tensorboard package, of make tensorboard or of the user's own Python.
func readByTensorBoard(t *testing.T, dir string) scalars {
	python := filepath.Join("..", ".cache", "tensorboard", "bin", "python")
	if _, err := os.Stat(python); err != nil {
		python = "python3"
		if err := exec.Command(python, "-c", "import tensorboard").Run(); err != nil {
			t.Skip("there is no tensorboard package; make tensorboard fetches it")
		}
	}
	var stderr bytes.Buffer
	command := exec.Command(python, "testdata/events.py", "read", dir)
	command.Stderr = &stderr
	out, err := command.Output()
	if err != nil {
		t.Fatalf("tensorboard cannot read the events: %v\n%s", err, stderr.String())
	}
	all := scalars{}
	if err := json.Unmarshal(out, &all); err != nil {
		t.Fatal(fmt.Errorf("%w: %s", err, out))
	}
	return all
}
