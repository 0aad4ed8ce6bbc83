#!/usr/bin/env python3
"""What the tensorboard package (2.21.0) makes of event files; run by events_test.go.

events.py read FOLDER    prints {tag: [[step, value], ...]}, values that are not finite as text
events.py write FILE     writes golden.tfevents, that the same events written here are compared with
"""
import json
import math
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter


def read(folder):
    events = EventAccumulator(folder, size_guidance={"scalars": 0})
    events.Reload()
    plain = lambda x: x if math.isfinite(x) else str(x)
    return {tag: [[e.step, plain(e.value)] for e in events.Scalars(tag)] for tag in events.Tags()["scalars"]}


def write(path):
    def scalars(**values):
        return Summary(value=[Summary.Value(tag="joint/" + tag, simple_value=x) for tag, x in sorted(values.items())])

    with open(path, "wb") as file:
        records = RecordWriter(file)
        for event in (
            Event(wall_time=1700000000.5, file_version="brain.Event:2"),
            Event(wall_time=1700000001.25, step=1, summary=scalars(reward=0.5, entropy=-1e-3)),
            Event(wall_time=1700000002, step=300000, summary=scalars(reward=float("nan"), rate=float("inf"))),
        ):
            records.write(event.SerializeToString(deterministic=True))


if __name__ == "__main__":
    if sys.argv[1] == "read":
        print(json.dumps(read(sys.argv[2])))
    else:
        write(sys.argv[2])
