"""A-B-A-B: every round runs each contender once, so that a slow minute hits all alike."""

import math
import random
import sys
import time
from dataclasses import dataclass


@dataclass
class Variant:
    """One column of a measure: what is run, and where."""

    launcher: object
    commands: list


class Series:
    """The samples of one contender, in nanoseconds and KiB."""

    def __init__(self):
        self.times = []
        self.peaks = []
        self.failure = None

    def percentile(self, share):
        """Nearest rank, in milliseconds."""
        ordered = sorted(self.times)
        rank = max(0, math.ceil(share * len(ordered)) - 1)
        return ordered[rank] / 1e6

    @property
    def minimum(self):
        return min(self.times) / 1e6

    @property
    def p10(self):
        return self.percentile(0.10)

    @property
    def median(self):
        return self.percentile(0.50)

    @property
    def p90(self):
        return self.percentile(0.90)

    @property
    def peak_kib(self):
        return sorted(self.peaks)[len(self.peaks) // 2]


def fastest(times):
    """The mean of the fastest quarter: steadier than a percentile of it."""
    quarter = sorted(times)[: max(1, len(times) // 4)]
    return sum(quarter) / len(quarter)


def take(series, variant, warm):
    """One run. A contender that fails is out, and its last words are kept."""
    outcome = variant.launcher.run(*variant.commands)
    if outcome.status != 0:
        series.failure = f"exit {outcome.status}: {outcome.last_words}"
    elif not warm:
        series.times.append(outcome.nanoseconds)
        series.peaks.append(outcome.peak_kib)


def interleave(title, variants, settings):
    """Measures the variants (a dict by contender); returns a Series for each.

    The order within a round is drawn anew, from a fixed seed: what a contender leaves to the
    kernel (network namespaces are torn down later) then falls on no neighbour in particular.
    A short pause before each run lets most of it pass.
    """
    results = {key: Series() for key in variants}
    shuffle = random.Random(1).shuffle
    for number in range(settings.warmups + settings.rounds):
        order = [key for key in variants if results[key].failure is None]
        shuffle(order)
        for key in order:
            time.sleep(settings.settle)
            take(results[key], variants[key], number < settings.warmups)
        if sys.stderr.isatty():
            print(f"\r{title}: {number + 1}", end="", file=sys.stderr)
    if sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr)
    return results


def smallest(works, low, high):
    """The smallest value in [low, high] that works, or None; works is monotonic."""
    if not works(high):
        return None
    while low < high:
        middle = (low + high) // 2
        if works(middle):
            high = middle
        else:
            low = middle + 1
    return high
