"""Reads the runtime's --trace files (Chrome trace JSON) and finds what tracing costs."""

import json
import re
from dataclasses import dataclass

from measure import fastest, interleave

TRACES = 40
PROCESSES = ("runtime", "init")
# Many small steps of one kind count as one phase.
FOLDED = [
    (re.compile(r"mount "), "mounts"),
    (re.compile(r"make device "), "devices"),
    (re.compile(r"link "), "links in /dev"),
    (re.compile(r"make .* read-only"), "read-only paths"),
    (re.compile(r"mask "), "masked paths"),
]


@dataclass
class Trace:
    """phases: (process, name, microseconds) in order of first start; cost and noise in microseconds.

    noise is how far two series without a trace are apart: a cost below it is not told from none.
    """

    phases: list
    cost: float = 0
    noise: float = 0
    failure: str = ""


def folded(name):
    return next((group for pattern, group in FOLDED if pattern.match(name)), name)


def read(text):
    """The whole time and, in order of first start, the time of each (process, phase)."""
    document = json.loads(text)
    events = document["traceEvents"] if isinstance(document, dict) else document
    events = sorted((each for each in events if each["ph"] == "X"), key=lambda each: each["ts"])
    lanes = list(dict.fromkeys((each["pid"], each["tid"]) for each in events))
    took = {}
    for each in events:
        lane = lanes.index((each["pid"], each["tid"]))
        process = PROCESSES[lane] if lane < len(PROCESSES) else f"process {lane}"
        key = (process, folded(each["name"]))
        took[key] = took.get(key, 0) + each["dur"]
    whole = max(each["ts"] + each["dur"] for each in events) - events[0]["ts"]
    return whole, took


def summarise(texts):
    """Means over the fastest quarter of the runs."""
    runs = sorted((read(text) for text in texts), key=lambda run: run[0])
    runs = [took for _, took in runs[: max(1, len(runs) // 4)]]
    keys = list(dict.fromkeys(key for took in runs for key in took))
    return [(*key, sum(took.get(key, 0) for took in runs) / len(runs)) for key in keys]


def measure(plain, traced, file, settings):
    texts = []
    for _ in range(TRACES):
        file.unlink(missing_ok=True)
        outcome = traced.launcher.run(*traced.commands)
        if outcome.status or not file.exists():
            return Trace([], failure=outcome.last_words or "no trace was written")
        texts.append(file.read_text())
    results = interleave("trace", {"plain": plain, "again": plain, "traced": traced}, settings)
    failed = [series.failure for series in results.values() if series.failure]
    if failed:
        return Trace([], failure=failed[0])
    once, again, with_trace = (fastest(results[key].times) / 1000 for key in ("plain", "again", "traced"))
    return Trace(summarise(texts), with_trace - (once + again) / 2, abs(once - again))
