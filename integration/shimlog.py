#!/usr/bin/env python3
"""Reads json-file logs (spec/shim.md) as another program would, and writes what one stream holds to standard output.

usage: shimlog.py stdout|stderr|both FILE...       oldest first; a name that ends in .gz is compressed
       shimlog.py --check FILE...                  prints the number of lines, and of lines that are not whole

Every line has to be an object with log, stream and time in this order; times may not go backwards.
"""
import gzip
import json
import re
import sys

PIECE = 16 * 1024
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z")


def nanoseconds(text):
    """A key that sorts as the time does."""
    seconds, _, fraction = text[:-1].partition(".")
    return seconds, int(fraction.ljust(9, "0") or "0")


def entries(path):
    with gzip.open(path) if path.endswith(".gz") else open(path, "rb") as file:
        for number, line in enumerate(file, 1):
            try:
                if not line.endswith(b"\n"):
                    raise ValueError("no newline")
                entry = json.loads(line)
                check(entry)
            except (ValueError, KeyError) as error:
                yield path, number, None, f"{path}:{number}: {error}: {line[:100]!r}"
                continue
            yield path, number, entry, None


def check(entry):
    if list(entry) != ["log", "stream", "time"]:
        raise ValueError(f"members {list(entry)}")
    if entry["stream"] not in ("stdout", "stderr") or not TIME.fullmatch(entry["time"]):
        raise ValueError("stream or time")
    if not entry["log"] or len(entry["log"].encode()) > PIECE * 3:
        raise ValueError(f"{len(entry['log'])} characters")


def whole(paths):
    """All entries; the first bad one ends it."""
    last = ("", 0)
    for path in paths:
        for _, number, entry, fault in entries(path):
            if fault:
                sys.exit(fault)
            now = nanoseconds(entry["time"])
            if now < last:
                sys.exit(f"{path}:{number}: the time goes back from {last} to {now}")
            last = now
            yield entry


def main(what, *paths):
    if what == "--check":
        found = [fault for path in paths for _, _, _, fault in entries(path) if fault]
        print(len(found), "bad of", sum(1 for path in paths for _ in entries(path)))
        return
    for entry in whole(paths):
        if what in ("both", entry["stream"]):
            sys.stdout.buffer.write(entry["log"].encode())


main(*sys.argv[1:])
