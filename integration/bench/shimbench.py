"""Measures the shim against conmon and containerd-shim-runc-v2; called by ./run-shim in a private mount namespace."""

import argparse
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

import contenders
import report
import shimkeepers
import shimreport
from bundle import make_rootfs
from lab import Lab
from shimmeasure import Measures, Results

NAMES = (shimkeepers.OURS, "conmon", "containerd-shim")
PARTS = ("idle", "wakeups", "logging", "execs", "many", "overhead")


@dataclass
class Settings:
    """rounds of what is repeated; settle: seconds of quiet before a look at the memory."""

    rounds: int
    settle: float
    idle_seconds: float
    log_bytes: int
    execs: int
    peer_execs: int
    shims: int
    peer_shims: int
    starts: int


def number(name, default):
    return int(float(os.environ.get(name, default)))


def settings(quick):
    """The environment may scale them down; --quick does for a first look."""
    if quick:
        return Settings(1, 1.0, 5, number("BENCH_LOG_BYTES", 1e8), number("BENCH_EXECS", 500), 50, number("BENCH_SHIMS", 20), 5, 20)
    return Settings(
        rounds=number("BENCH_ROUNDS", 3),
        settle=2.0,
        idle_seconds=30,
        log_bytes=number("BENCH_LOG_BYTES", 1e9),
        execs=number("BENCH_EXECS", 1e5),
        peer_execs=number("BENCH_PEER_EXECS", 2000),
        shims=number("BENCH_SHIMS", 500),
        peer_shims=number("BENCH_PEER_SHIMS", 100),
        starts=number("BENCH_STARTS", 200),
    )


def measure(options, chosen):
    runtime = Path(os.environ.get("RUNC_SWIFT", contenders.REPOSITORY / ".build/release/runc-swift")).resolve()
    binary = Path(os.environ.get("SHIM", contenders.REPOSITORY / ".build/release/shim"))
    with Lab() as lab:
        rootfs = make_rootfs(lab.folder / "rootfs")
        for applet in ("yes", "head"):
            os.link(rootfs / "bin" / "busybox", rootfs / "bin" / applet)
        keepers, absent = shimkeepers.installed(lab, rootfs, runtime, binary, options.keepers)
        try:
            results = Results(labels={key: keeper.label for key, keeper in keepers.items()})
            measures = Measures(keepers, chosen, results)
            for part in options.parts:
                print(f"{part} …", file=sys.stderr, flush=True)
                measures.overhead(lab.launcher("host")) if part == "overhead" else getattr(measures, part)()
            return results, absent
        finally:
            for keeper in keepers.values():
                keeper.close()


def main():
    parser = argparse.ArgumentParser(prog="integration/bench/run-shim", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one round, and less of everything")
    parser.add_argument("--parts", nargs="+", default=PARTS, choices=PARTS)
    parser.add_argument("--keepers", nargs="+", default=NAMES, choices=NAMES)
    parser.add_argument("--write-readme", action="store_true", help="put the table between README.md's shim-bench markers")
    options = parser.parse_args()
    chosen = settings(options.quick)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    results, absent = measure(options, chosen)
    text = shimreport.markdown(results, absent, chosen)
    if options.write_readme:
        report.write_readme(Path(contenders.REPOSITORY) / "README.md", text, shimreport.BEGIN, shimreport.END)
    print(text)
    for line in results.failures:
        print(line, file=sys.stderr)
    return 1 if results.failures else 0


if __name__ == "__main__":
    sys.exit(main())
