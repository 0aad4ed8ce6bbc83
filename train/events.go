package train

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"
	"os"
	"path/filepath"
	"sort"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
)

// events writes TensorBoard's event file: TFRecords of Event messages (tensorflow/core/util/event.proto).
type events struct{ file *os.File }

func newEvents(dir string, now time.Time) (*events, error) {
	name := fmt.Sprintf("events.out.tfevents.%d.sputnik", now.Unix())
	file, err := os.OpenFile(filepath.Join(dir, name), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return nil, err
	}
	e := &events{file}
	version := protowire.AppendTag(nil, 3, protowire.BytesType)
	return e, e.record(now, 0, protowire.AppendString(version, "brain.Event:2"))
}

// scalars writes one value a tag at a step.
func (e *events) scalars(now time.Time, step int, values map[string]float64) error {
	tags := make([]string, 0, len(values))
	for tag := range values {
		tags = append(tags, tag)
	}
	sort.Strings(tags)
	var summary []byte
	for _, tag := range tags {
		var value []byte
		value = protowire.AppendString(protowire.AppendTag(value, 1, protowire.BytesType), tag)
		value = protowire.AppendFixed32(protowire.AppendTag(value, 2, protowire.Fixed32Type), math.Float32bits(float32(values[tag])))
		summary = protowire.AppendBytes(protowire.AppendTag(summary, 1, protowire.BytesType), value)
	}
	return e.record(now, step, protowire.AppendBytes(protowire.AppendTag(nil, 5, protowire.BytesType), summary))
}

// supersede tells TensorBoard that what older files hold from a step on counts no more: SessionLog, START.
func (e *events) supersede(now time.Time, step int) error {
	start := protowire.AppendVarint(protowire.AppendTag(nil, 1, protowire.VarintType), 1)
	return e.record(now, step, protowire.AppendBytes(protowire.AppendTag(nil, 7, protowire.BytesType), start))
}

// record writes an event: wall time, step and its content, framed by length and masked CRC-32C.
func (e *events) record(now time.Time, step int, content []byte) error {
	seconds := float64(now.UnixMicro()) / 1e6 // as many digits as a float64 holds
	event := protowire.AppendFixed64(protowire.AppendTag(nil, 1, protowire.Fixed64Type), math.Float64bits(seconds))
	if step != 0 { // as proto3 has it, 0 is not written
		event = protowire.AppendVarint(protowire.AppendTag(event, 2, protowire.VarintType), uint64(step))
	}
	event = append(event, content...)
	length := binary.LittleEndian.AppendUint64(nil, uint64(len(event)))
	frame := binary.LittleEndian.AppendUint32(length, masked(length))
	frame = append(frame, event...)
	frame = binary.LittleEndian.AppendUint32(frame, masked(event))
	_, err := e.file.Write(frame)
	return err
}

func masked(data []byte) uint32 {
	crc := crc32.Checksum(data, crc32.MakeTable(crc32.Castagnoli))
	return (crc>>15 | crc<<17) + 0xa282ead8
}

func (e *events) close() error { return e.file.Close() }
