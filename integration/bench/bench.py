"""Measures runc-swift against its peers; called by ./run in a private mount namespace."""

import argparse
import json
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

import bpf
import contenders
import report
import trace_phases
from bundle import make_bundle, make_rootfs
from contenders import OURS
from lab import FOLDER, HERE, Lab
from measure import Variant, interleave, smallest

LIMIT_STEP_KIB = 16
LIMIT_HIGHEST_KIB = 16 * 1024


@dataclass
class Settings:
    """rounds counted after warmups uncounted; settle: seconds of pause before each run."""

    rounds: int
    warmups: int
    settle: float


class Bench:
    """The measures, one method each."""

    def __init__(self, lab, found, settings):
        self.lab = lab
        self.settings = settings
        self.rootfs = make_rootfs(lab.folder / "rootfs")
        self.seccomp = json.loads((HERE / "docker-seccomp.json").read_text())
        self.everyone = contenders.lineup(found, lab.preload, lab.folder / "state")
        self.filter = lab.programs / "filter.bpf"
        self.filter.write_bytes(bpf.compile_profile(self.seccomp))

    def bundle(self, one, kind, arguments, **more):
        cgroup = f"/{FOLDER}/{one.key}-{kind}"
        folder = self.lab.folder / "bundles" / one.key / kind
        return make_bundle(folder, self.rootfs, arguments, cgroup, **more)

    def variant(self, one, *commands):
        return Variant(self.lab.launcher(one.mode), list(commands))

    def floor(self, *filters):
        command = [self.lab.programs / "floor", self.rootfs, f"/sys/fs/cgroup/{FOLDER}-floor", *filters]
        return Variant(self.lab.launcher("v2"), [command])

    def run_true(self, seccomp):
        kind = "seccomp" if seccomp else "plain"
        variants = {}
        for one in self.everyone:
            bundle = self.bundle(one, kind, ["/bin/true"], seccomp=self.seccomp if seccomp else None)
            variants[one.key] = self.variant(one, one.run(bundle, f"bench-{kind}"))
            self.lab.remember(one.mode, one.delete(f"bench-{kind}"))
        variants["floor"] = self.floor(*([self.filter] if seccomp else []))
        return interleave(f"run, {kind}", variants, self.settings)

    def lifecycle(self):
        variants = {}
        for one in self.everyone:
            bundle = self.bundle(one, "lifecycle", ["/bin/true"])
            name = "bench-lifecycle"
            variants[one.key] = self.variant(one, one.create(bundle, name), one.start(name), one.delete(name))
            self.lab.remember(one.mode, one.delete(name))
        return interleave("create, start, delete", variants, self.settings)

    def execute(self):
        variants, failures = {}, {}
        for one in self.everyone:
            bundle = self.bundle(one, "exec", ["/bin/sleep", "3600"])
            self.lab.remember(one.mode, one.delete("bench-exec"))
            outcome = self.lab.launcher(one.mode).run(one.run(bundle, "bench-exec", "--detach"))
            if outcome.status:
                failures[one.key] = outcome.last_words
            variants[one.key] = self.variant(one, one.execute("bench-exec"))
        results = interleave("exec", variants, self.settings)
        for one in self.everyone:
            self.lab.launcher(one.mode).run(one.delete("bench-exec"))
        for key, words in failures.items():
            results[key].failure = words
        return results

    def print_version(self):
        plain = [one for one in self.everyone if one.mode == "v2"]
        variants = {one.key: self.variant(one, [one.binary, "--version"]) for one in plain}
        return interleave("--version", variants, self.settings)

    def memory_limit(self, one):
        """KiB, or None where even the highest limit fails."""
        launcher = self.lab.launcher("v1")

        def works(steps):
            size = steps * LIMIT_STEP_KIB * 1024
            bundle = self.bundle(one, "limit", ["/bin/true"], memory_limit=size)
            return all(self.survives(launcher, one, bundle) for _ in range(3))

        steps = smallest(works, 1, LIMIT_HIGHEST_KIB // LIMIT_STEP_KIB)
        return steps and steps * LIMIT_STEP_KIB

    @staticmethod
    def survives(launcher, one, bundle):
        outcome = launcher.run(one.run(bundle, "bench-limit"), limit=5.0)
        if outcome.status != 0:
            launcher.run(one.delete("bench-limit"), limit=5.0)
        return outcome.status == 0

    def memory_limits(self):
        if not contenders.has_hybrid_host():
            return {}
        return {one.key: self.memory_limit(one) for one in self.everyone if one.mode == "v2"}

    def trace(self):
        """Where our time goes, and what writing it down costs."""
        ours = next((one for one in self.everyone if one.key == OURS), None)
        if ours is None:
            return None
        bundle = self.bundle(ours, "seccomp", ["/bin/true"], seccomp=self.seccomp)
        file = self.lab.folder / "trace.json"
        plain = ours.run(bundle, "bench-seccomp")
        traced = [*ours.environment, ours.binary, "--trace", file, *plain[len(ours.environment) + 1 :]]
        return trace_phases.measure(self.variant(ours, plain), self.variant(ours, traced), file, self.settings)


def measure(found, settings):
    with Lab() as lab:
        bench = Bench(lab, found, settings)
        return report.Results(
            labels={one.key: one.label for one in bench.everyone},
            run_seccomp=bench.run_true(True),
            run_plain=bench.run_true(False),
            lifecycle=bench.lifecycle(),
            execute=bench.execute(),
            version=bench.print_version(),
            limits=bench.memory_limits(),
            trace=bench.trace(),
        )


def main():
    parser = argparse.ArgumentParser(prog="integration/bench/run", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="20 rounds")
    parser.add_argument("--rounds", type=int, default=int(os.environ.get("BENCH_ROUNDS", "200")))
    parser.add_argument("--write-readme", action="store_true", help="put the tables between README.md's bench markers")
    options = parser.parse_args()
    settings = Settings(20 if options.quick else options.rounds, 5, 0.003)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    found, absent = contenders.installed()
    results = measure(found, settings)
    text = report.markdown(results, absent, settings)
    if options.write_readme:
        report.write_readme(Path(contenders.REPOSITORY) / "README.md", text)
    print(text)
    broken = report.failures(results)
    for line in broken:
        print(line, file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
