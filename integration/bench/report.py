"""The measured tables as Markdown, with the bars that the project has set itself."""

import os
import platform
from dataclasses import dataclass
from pathlib import Path

from contenders import OURS

BEGIN, END = "<!-- bench:begin -->", "<!-- bench:end -->"
TRACE_COST_BAR = 50
LIMIT_BAR_KIB = 256
SMALL_PHASE = 20
RUNTIMES = {f"{OURS}-hybrid": f"{OURS}, hybrid host", "runc-hybrid": "runc, hybrid host", "floor": "plain C floor"}


@dataclass
class Results:
    """Everything that was measured, by measure and contender."""

    labels: dict
    run_seccomp: dict
    run_plain: dict
    lifecycle: dict
    execute: dict
    version: dict
    limits: dict
    trace: object


@dataclass
class Measure:
    title: str
    series: dict
    bars: dict


def measures(results):
    return [
        Measure(
            "run true, Docker's seccomp profile",
            results.run_seccomp,
            {"crun": 0.30, "runc": 0.14, "runc-hybrid": 0.14, "crun-new": 0.60},
        ),
        Measure("run true, no seccomp", results.run_plain, {"crun": 0.65, "runc": 0.25, "runc-hybrid": 0.25}),
        Measure("create + start + delete -f", results.lifecycle, {"crun": 0.50}),
        Measure("exec true", results.execute, {"crun": 0.80}),
        Measure("--version", results.version, {"crun": 0.40}),
    ]


def memory_measures(results):
    return [
        Measure("peak RSS of run, seccomp", results.run_seccomp, {"crun": 1.0}),
        Measure("peak RSS of run, no seccomp", results.run_plain, {"crun": 1.2}),
    ]


def row(*cells):
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def judged(bar, *ratios):
    """met or missed where all ratios agree; on a busy machine they may not."""
    if bar is None:
        return ""
    kept = [ratio <= bar for ratio in ratios]
    verdict = "met" if all(kept) else "unclear" if any(kept) else "**missed**"
    return f"≤ {bar:.2f} {verdict}"


def partner(key):
    """Ours on the same kind of host."""
    return f"{OURS}-hybrid" if key.endswith("-hybrid") else OURS


def usable(series, key):
    return key in series and series[key].failure is None


def time_rows(measure):
    for key, series in measure.series.items():
        name = RUNTIMES.get(key, key)
        if series.failure:
            yield row(measure.title, name, "failed", "", "", "", "", "", "")
            continue
        times = [f"{value:.2f}" for value in (series.minimum, series.p10, series.median, series.p90)]
        ours = measure.series.get(partner(key))
        if ours is None or ours.failure or ours is series:
            yield row(measure.title, name, *times, "", "", "")
            continue
        middle, low = ours.median / series.median, ours.p10 / series.p10
        verdict = judged(measure.bars.get(key), middle, low)
        yield row(measure.title, name, *times, f"{middle:.2f}", f"{low:.2f}", verdict)


def memory_rows(measure):
    for key, series in measure.series.items():
        name = RUNTIMES.get(key, key)
        if series.failure:
            yield row(measure.title, name, "failed", "", "")
            continue
        value, ratio, verdict = f"{series.peak_kib} KiB", "", ""
        if usable(measure.series, partner(key)) and partner(key) != key:
            share = measure.series[partner(key)].peak_kib / series.peak_kib
            ratio, verdict = f"{share:.2f}", judged(measure.bars.get(key), share)
        yield row(measure.title, name, value, ratio, verdict)


def limit_rows(limits):
    title = "smallest memory limit for true, pure v1"
    for key, kib in limits.items():
        verdict = ""
        if key == OURS and kib:
            verdict = f"≤ {LIMIT_BAR_KIB} KiB {'met' if kib <= LIMIT_BAR_KIB else '**missed**'}"
        ratio = ""
        if key != OURS and kib and limits.get(OURS):
            ratio = f"{limits[OURS] / kib:.2f}"
        yield row(title, key, f"{kib} KiB" if kib else "failed", ratio, verdict)


def trace_verdict(trace):
    if abs(trace.cost - TRACE_COST_BAR) < trace.noise:
        return "unclear"
    return "met" if trace.cost < TRACE_COST_BAR else "**missed**"


def trace_lines(trace):
    if trace is None:
        return []
    if trace.failure:
        return ["", f"Phases: `--trace` failed: {trace.failure}"]
    lines = [
        "",
        "Where our time goes (`--trace`, run true with Docker's seccomp profile): means over the fastest quarter of "
        "the runs. A phase lasts until the next one of its process begins, so it includes waiting for the other one. "
        f"Writing the trace costs {trace.cost:.0f} µs (bar: < {TRACE_COST_BAR}, {trace_verdict(trace)}; two series "
        f"without a trace differ by {trace.noise:.0f} µs).",
        "",
        row("process", "phase", "µs"),
        row("---", "---", "---:"),
    ]
    for process in dict.fromkeys(process for process, _, _ in trace.phases):
        own = [(name, took) for who, name, took in trace.phases if who == process]
        lines += [row(process, name, f"{took:.0f}") for name, took in own if took >= SMALL_PHASE]
        small = sum(took for _, took in own if took < SMALL_PHASE)
        lines.append(row(process, "all else", f"{small:.0f}"))
    return lines


def field(file, key, separator):
    for line in Path(file).read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition(separator)
        if name.strip() == key:
            return value.strip().strip('"')
    return "unknown"


def machine():
    processor = field("/proc/cpuinfo", "model name", ":")
    memory = int(field("/proc/meminfo", "MemTotal", ":").split()[0]) // 1024**2
    system = field("/etc/os-release", "PRETTY_NAME", "=")
    release = Path("/etc/debian_version")
    if release.exists():
        system = f"Debian {release.read_text(encoding='utf-8').strip()}"
    return f"{processor}, {os.cpu_count()} cores, {memory} GiB, Linux {platform.release()}, {system}"


def introduction(results, absent, settings):
    versions = "; ".join(label for key, label in results.labels.items() if not key.endswith("-hybrid"))
    lines = [
        f"Machine: {machine()}.",
        f"Runtimes: {versions}.",
        "",
        f"{settings.rounds} runs of each, interleaved run by run after {settings.warmups} warm-ups; whole processes, "
        "from spawn to exit, in milliseconds. In a pure cgroup v2 mount namespace, but where a row says hybrid host. "
        "crun 1.8.1 with a preload that lets its RLIMIT_MEMLOCK call pass. Ratios are ours divided by theirs; "
        "a bar is met where the ratios of the medians and of the p10s both keep it. The plain C floor makes the "
        "same kernel calls without reading a configuration, checking, or keeping state.",
    ]
    return lines + [f"{sentence}." for sentence in absent]


def markdown(results, absent, settings):
    lines = introduction(results, absent, settings)
    lines += ["", row("measure", "runtime", "min", "p10", "median", "p90", "median ratio", "p10 ratio", "bar")]
    lines.append(row("---", "---", *["---:"] * 6, "---"))
    for measure in measures(results):
        lines += time_rows(measure)
    lines += ["", row("memory", "runtime", "value", "ratio", "bar"), row("---", "---", "---:", "---:", "---")]
    for measure in memory_measures(results):
        lines += memory_rows(measure)
    lines += limit_rows(results.limits)
    return "\n".join(lines + trace_lines(results.trace))


def failures(results):
    """A sentence for each contender that failed, ours or not: the table is then incomplete."""
    found = []
    for measure in measures(results):
        for key, series in measure.series.items():
            if series.failure:
                found.append(f"{measure.title}: {key}: {series.failure}")
    return found


def write_readme(path, text, first=BEGIN, last=END):
    """Replaces what stands between the markers."""
    old = path.read_text(encoding="utf-8")
    before, begin, rest = old.partition(first)
    _, end, after = rest.partition(last)
    if not begin or not end:
        raise SystemExit(f"{path.name} lacks the markers {first} and {last}")
    path.write_text(f"{before}{first}\n{text}\n{last}{after}", encoding="utf-8")
