"""The shim's table as Markdown, with the bars that the project has set itself."""

from report import machine, row
from shimkeepers import OURS

BEGIN, END = "<!-- shim-bench:begin -->", "<!-- shim-bench:end -->"
RSS_BAR, DIRTY_BAR, FLAT, START_BAR = 768, 120, 64, 2.0
PEERS = ("conmon", "containerd-shim")


def verdict(kept):
    return "met" if kept else "**missed**"


def kib(value):
    return f"{value:,.0f} KiB"


class Table:
    def __init__(self):
        self.lines = [row("measure", "shim", *PEERS, "bar"), row("---", "---:", "---:", "---:", "---")]

    def add(self, title, values, shown, judge=None):
        """values by keeper; shown makes a cell of one; judge makes the bar's cell of all."""
        cells = [shown(values[key]) if values.get(key) is not None else "" for key in (OURS, *PEERS)]
        bar = judge(values) if judge and values.get(OURS) is not None else ""
        self.lines.append(row(title, *cells, bar))


def below(bar, text, share=None, of="conmon"):
    """A bar for ours alone, and where share is given one against a peer."""

    def judge(values):
        bars = [f"≤ {text} {verdict(values[OURS] <= bar)}"] if bar is not None else []
        if share is not None and values.get(of):
            ratio = values[OURS] / values[of]
            bars.append(f"≤ {share} × {of}: {ratio:.2f} {verdict(ratio <= share)}")
        return "; ".join(bars)

    return judge


def flat(idle):
    """Private dirty memory like that of an idle one, give or take 64 KiB."""

    def judge(values):
        difference = values[OURS] - idle[OURS].dirty
        return f"idle ± {FLAT} KiB: {difference:+.0f} {verdict(abs(difference) <= FLAT)}"

    return judge if OURS in idle else None


def member(values, name):
    return {key: getattr(value, name) for key, value in values.items()}


def memory_rows(table, results):
    idle = results.idle
    table.add("idle: RSS", member(idle, "rss"), kib, below(RSS_BAR, "0.75 MB", 0.5))
    table.add("idle: PSS", member(idle, "pss"), kib)
    table.add("idle: private dirty", member(idle, "dirty"), kib, below(DIRTY_BAR, f"{DIRTY_BAR} KiB", 0.5))
    size = f"{results.settings.log_bytes / 1e9:g} GB of log"
    table.add(f"after {size}: private dirty", member(results.after_log, "dirty"), kib, flat(idle))
    table.add(f"after {size}: RSS", member(results.after_log, "rss"), kib, below(RSS_BAR, "0.75 MB"))
    counts = {key: count for key, (_, count) in results.after_execs.items()}
    execs = {key: found for key, (found, _) in results.after_execs.items()}
    title = f"after {counts.get(OURS, results.settings.execs):,} execs" + (
        f" ({counts['containerd-shim']:,} of containerd-shim)" if "containerd-shim" in counts else "")
    table.add(f"{title}: private dirty", member(execs, "dirty"), kib, flat(idle))
    table.add(f"{title}: RSS", member(execs, "rss"), kib, below(RSS_BAR, "0.75 MB"))


def crowd_rows(table, results):
    counts = {key: count for key, (_, count, _) in results.many.items()}
    crowd = {key: found for key, (found, _, _) in results.many.items()}
    numbers = ", ".join(f"{key} {count}" for key, count in counts.items())
    per_one = {key: getattr(found, "pss") / counts[key] for key, found in crowd.items()}
    table.add(f"at once ({numbers}): PSS of each", per_one, kib)
    table.add("at once: private dirty of each", {key: found.dirty / counts[key] for key, found in crowd.items()}, kib, below(DIRTY_BAR, f"{DIRTY_BAR} KiB"))
    table.add("at once: RSS of all", member(crowd, "rss"), lambda value: f"{value / 1024:,.0f} MiB")
    table.add("at once: start of each, one after another", {key: took / count * 1000 for key, (_, count, took) in results.many.items()}, lambda value: f"{value:.1f} ms")


def markdown(results, absent, settings):
    results.settings = settings
    table = Table()
    memory_rows(table, results)
    crowd_rows(table, results)
    cpu = lambda value: f"{value:.2f} s"
    own = {key: value[0] for key, value in results.seconds_per_gb.items()}
    table.add("log of 100-byte lines, no rotation: CPU per GB", own, cpu, below(None, "", 0.8))
    own = {key: value[0] for key, value in results.rotated_per_gb.items()}
    table.add("the same, rotated at 10 MB: CPU per GB", own, cpu, below(None, "", 0.8))
    children = {key: value[1] for key, value in results.rotated_per_gb.items() if value[1] > 0}
    table.add("of its children, that compress", children, cpu)
    table.add(f"wake-ups, idle for {settings.idle_seconds:g} s", results.wakeups, lambda value: f"{value:.2f}/s", below(0, "0"))
    if results.overhead:
        bare, kept, difference = results.overhead
        table.add(f"start: over {bare:.2f} ms of create and start by hand", {OURS: difference}, lambda value: f"{value:+.2f} ms", below(START_BAR, f"{START_BAR:g} ms"))
    lines = [
        f"Machine: {machine()}.",
        f"Keepers: {'; '.join(results.labels.values())}; the runtime below each is runc-swift.",
        "",
        f"Medians of {settings.rounds} rounds, taken in turns. Memory as smaps_rollup has it. The logs are json-file (shim), "
        "k8s-file (conmon) and bare bytes (containerd-shim, which rotates nothing); CPU time is the keeper's own, without that of the "
        "container. Each exec session of conmon is a further conmon, so that there is nothing to measure after many of them.",
        *(f"{sentence}." for sentence in absent),
        "",
        *table.lines,
    ]
    return "\n".join(lines)
