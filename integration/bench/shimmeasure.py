"""What a process costs, as /proc tells it, and the measures that are made of it."""

import os
import statistics
import time
from dataclasses import dataclass, field
from pathlib import Path

from shimkeepers import OURS, until

TICK = os.sysconf("SC_CLK_TCK")
SLEEPER = ["/bin/sleep", "100000"]


@dataclass
class Memory:
    """KiB."""

    rss: float
    pss: float
    dirty: float


@dataclass
class Results:
    """By keeper."""

    labels: dict
    idle: dict = field(default_factory=dict)  # Memory
    after_log: dict = field(default_factory=dict)
    after_execs: dict = field(default_factory=dict)  # (Memory, how many)
    many: dict = field(default_factory=dict)  # (Memory in all, how many, seconds to start them)
    seconds_per_gb: dict = field(default_factory=dict)  # (own, of children), rotation off
    rotated_per_gb: dict = field(default_factory=dict)  # and on
    wakeups: dict = field(default_factory=dict)  # per second
    overhead: tuple = ()  # ms: bare, by the shim, difference
    failures: list = field(default_factory=list)


def memory(pid):
    found = {}
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8").splitlines()[1:]:
        key, value = line.split(":")
        found[key] = int(value.split()[0])
    return Memory(found["Rss"], found["Pss"], found["Private_Dirty"])


def switches(pid):
    """Context switches of all its threads."""
    total = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        for line in (task / "status").read_text(encoding="utf-8").splitlines():
            total += int(line.split()[1]) if "ctxt_switches" in line else 0
    return total


def processor(pid):
    """CPU seconds of the process itself, and of its children that it has waited for."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    user, system, of_children, more = (int(word) / TICK for word in fields[11:15])
    return user + system, of_children + more


def median(values):
    return statistics.median(values)


class Measures:
    """Each method fills one member of the results; keepers take turns within it."""

    def __init__(self, keepers, settings, results):
        self.keepers, self.settings, self.results = keepers, settings, results

    def each(self, what, measure):
        """measure(keeper) for all; one that fails is left out of this measure, and said."""
        found = {}
        for key, keeper in self.keepers.items():
            try:
                found[key] = measure(keeper)
            except (RuntimeError, OSError, ValueError, KeyError) as error:
                self.results.failures.append(f"{what}: {key}: {error}")
        return found

    def rounds(self, what, measure):
        """The samples of each keeper, taken round by round."""
        samples = {key: [] for key in self.keepers}
        for number in range(self.settings.rounds):
            for key, value in self.each(what, lambda keeper, n=number: measure(keeper, f"{what}{n}")).items():
                samples[key].append(value)
        return {key: values for key, values in samples.items() if values}

    def idle(self):
        def one(keeper, name):
            pid = keeper.run(name, SLEEPER)
            time.sleep(self.settings.settle)
            found = memory(pid)
            keeper.end(name)
            return found

        for key, values in self.rounds("idle", one).items():
            self.results.idle[key] = Memory(*(median([getattr(each, name) for each in values]) for name in ("rss", "pss", "dirty")))

    def wakeups(self):
        """All at once over the same seconds."""
        pids = self.each("wakeups", lambda keeper: keeper.run("wakeups", SLEEPER))
        time.sleep(max(12, self.settings.settle))  # what a start leaves behind has ended
        before = {key: switches(pid) for key, pid in pids.items()}
        time.sleep(self.settings.idle_seconds)
        for key, pid in pids.items():
            self.results.wakeups[key] = (switches(pid) - before[key]) / self.settings.idle_seconds
        self.each("wakeups", lambda keeper: keeper.end("wakeups"))

    def writes(self, keeper, name, rotated):
        """CPU seconds per GB of a container that says so much in lines of 100 bytes, and the memory afterwards."""
        size = self.settings.log_bytes
        line = "x" * 99
        done = keeper.rootfs / "tmp" / f"{keeper.key}-{name}"
        script = f"yes {line} | head -c {size}; echo >/tmp/{done.name}; exec sleep 100000"
        pid = keeper.run(name, ["/bin/sh", "-c", script], rotated)
        # The root file system may be written by its containers; it is the bench's own.
        until(done.exists, f"{keeper.key} takes the log", 600)
        time.sleep(self.settings.settle)
        own, children = processor(pid)
        found = memory(pid)
        if keeper.key == OURS:
            self.results.after_log[OURS] = found
        else:
            self.results.after_log.setdefault(keeper.key, found)
        keeper.end(name)
        done.unlink()
        return own * 1e9 / size, children * 1e9 / size

    def logging(self):
        plain = self.rounds("log", lambda keeper, name: self.writes(keeper, name, False))
        rotated = self.rounds("rotate", lambda keeper, name: self.writes(keeper, name, True))
        for target, samples in ((self.results.seconds_per_gb, plain), (self.results.rotated_per_gb, rotated)):
            for key, values in samples.items():
                target[key] = tuple(median([value[part] for value in values]) for part in (0, 1))

    def execs(self):
        def one(keeper):
            count = self.settings.execs if keeper.key == OURS else min(self.settings.execs, self.settings.peer_execs)
            if keeper.key == "conmon":
                return None
            pid = keeper.run("execs", SLEEPER)
            keeper.executes("execs", count)
            time.sleep(self.settings.settle)
            found = memory(pid)
            keeper.end("execs")
            return found, count

        self.results.after_execs = {key: value for key, value in self.each("execs", one).items() if value}

    def many(self):
        def one(keeper):
            count = self.settings.shims if keeper.key != "containerd-shim" else min(self.settings.shims, self.settings.peer_shims)
            begin = time.monotonic()
            pids = [keeper.run(f"many{number}", SLEEPER) for number in range(count)]
            took = time.monotonic() - begin
            time.sleep(self.settings.settle)
            each = [memory(pid) for pid in pids]
            total = Memory(*(sum(getattr(one, name) for one in each) for name in ("rss", "pss", "dirty")))
            for number in range(count):
                keeper.end(f"many{number}")
            return total, count, took

        self.results.many = self.each("many", one)

    def overhead(self, launcher):
        """create and start by hand against one call of the shim, in turns; ms."""
        shim = self.keepers.get(OURS)
        if shim is None:
            return
        bundle = shim.bundle("overhead", SLEEPER)
        runtime = [shim.runtime, "--root", shim.root]
        name = f"{shim.key}-overhead"
        bare, kept = [], []
        for number in range(self.settings.starts + 5):
            outcome = launcher.run([*runtime, "create", "--bundle", bundle, name], [*runtime, "start", name])
            launcher.run([*runtime, "delete", "--force", name])
            second = launcher.run(shim.command("overhead", bundle, "--start"))
            if outcome.status or second.status:
                self.results.failures.append(f"overhead: {outcome.last_words} {second.last_words}")
                return
            shim.stop("overhead")
            until(lambda: not list((shim.folder / "overhead").glob("state/*")), "the shim leaves")
            if number >= 5:
                bare.append(outcome.nanoseconds / 1e6)
                kept.append(second.nanoseconds / 1e6)
        difference = [two - one for one, two in zip(bare, kept)]
        self.results.overhead = (median(bare), median(kept), median(difference))


