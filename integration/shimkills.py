#!/usr/bin/env python3
"""kill -9, to anybody, at any point: no exit status is lost or made up, nothing hangs, and nothing is left.

usage: shimkills.py points --pause PROGRAM [--places N|all] OPERATION COUNTED VICTIM    at the K-th system call, by pause.c
       shimkills.py random [--kills N] [--seed TEXT] [--seconds N] [--workers N]   at random moments
       options of both: --shim PATH --runtime PATH --bundle DIR (its rootfs is used) --folder DIR

Every container and exec session writes the status it is going to end with to a file, just before it ends. What the record
says is held against that. The next owner is this program: it asks the shim where there is one, else runs `shim recover
--kill`, then `shim take`, and looks at what is left of processes, cgroups, mounts, runtime state and the folder.
"""
import argparse
import contextlib
import glob
import json
import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from shimclient import Connection, Ended, Refused, process, request

PATIENCE = 20
GONE = (OSError, Ended)
OPERATIONS = ("start", "run", "exec", "exit")
SCRIPT = """echo $$ >/truth/began
read code </truth/gate
echo $code >/truth/planned
exit $code"""


class Wrong(Exception):
    """What may not be."""


def until(condition, what, patience=PATIENCE):
    deadline = time.monotonic() + patience
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise Wrong(f"not in {patience} s: {what}")
        time.sleep(0.005)
    return value


def read(path):
    try:
        return Path(path).read_bytes()
    except OSError:  # it went away
        return b""


def processes():
    """(pid, words of the command line, executable) of all that live."""
    for folder in glob.glob("/proc/[0-9]*"):
        words = read(folder + "/cmdline").split(b"\0")
        if words != [b""]:
            yield int(folder[6:]), [os.fsdecode(word) for word in words]


def kill(pid):
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
        return True
    return False


class Ground:
    """One container with its shim, made anew for each case."""

    number = 0

    def __init__(self, options):
        Ground.number += 1
        self.options = options
        self.id = f"kills-{os.getpid()}-{Ground.number}"
        self.folder = Path(options.folder) / self.id
        self.state, self.root, self.bundle, self.truth = (self.folder / name for name in ("shim", "root", "bundle", "truth"))
        self.truth.mkdir(parents=True)
        self.bundle.mkdir()
        config = json.loads((Path(options.bundle) / "config.json").read_text())
        config["root"]["path"] = str(Path(options.bundle).resolve() / "rootfs")
        config["process"]["args"] = ["sh", "-c", SCRIPT]
        config["mounts"].append({"destination": "/truth", "type": "bind", "source": str(self.truth), "options": ["bind", "rw"]})
        (self.bundle / "config.json").write_text(json.dumps(config))
        os.mkfifo(self.truth / "gate")
        self.gate = os.open(self.truth / "gate", os.O_RDWR)
        self.planned = 1 + Ground.number % 200
        self.killed = set()
        self.exec_record = None
        self.told = False

    # --- what is done

    def command(self, *flags):
        runtime = ["--runtime", self.options.runtime, "--runtime-arg", "--root", "--runtime-arg", self.root]
        return [self.options.shim, "--bundle", self.bundle, "--id", self.id, "--state", self.state, *runtime, *flags]

    def spawn(self, words):
        self.said = self.folder / "said"
        with open(self.said, "wb") as said:
            return subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=said, stderr=said)

    def start(self, *flags):
        with self.spawn(self.command(*flags)) as command:
            if command.wait(PATIENCE):
                raise Wrong(f"the shim did not start: {self.said.read_text()}")

    def wait_for(self, command):
        """The caller's call of the shim: told is whether it heard that it has failed."""
        try:
            status = command.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            command.kill()
            raise Wrong(f"stuck: {self.describe()}") from None
        self.told = status == 1 and read(self.said).strip() != b""

    def ask(self, do, **members):
        return request(self.state, do, timeout=PATIENCE, **members)

    def open_gate(self):
        os.write(self.gate, b"%d\n" % self.planned)

    def execute(self):
        """An exec session from its making to its record; a shim that goes meanwhile is no fault."""
        script = "echo 77 >/truth/exec-planned; exit 77"
        with contextlib.suppress(Refused, *GONE):
            self.ask("exec", exec="one", process=process(["sh", "-c", script]))
            self.ask("start", exec="one")  # one that could not be started has no end to wait for
            self.exec_record = self.ask("wait", exec="one")

    def finish(self):
        self.open_gate()
        with contextlib.suppress(Refused, *GONE):
            self.ask("wait")

    # --- who is there

    def shims(self):
        return [pid for pid, words in processes() if str(self.state) in words and self.is_shim(pid)]

    def is_shim(self, pid):
        with contextlib.suppress(OSError):
            return os.readlink(f"/proc/{pid}/exe") == os.path.realpath(self.options.exe or self.options.shim)
        return False

    def runtimes(self):
        return [pid for pid, words in processes() if str(self.root) in words and not self.is_shim(pid)]

    def container(self):
        with contextlib.suppress(OSError, ValueError):
            return int((self.root / self.id / "state.json").read_text().partition('"init_process_pid":')[2].split(",")[0])
        return 0

    def alive(self):
        pid = self.container()
        state = read(f"/proc/{pid}/stat").rpartition(b")")[2].split() if pid else []
        return bool(state) and state[0] not in (b"Z", b"X")

    def has_shim(self):
        """By its process: one that has just been forked has no lock yet, and asking for the lock could take it away."""
        return bool(self.shims())

    # --- what the next owner does

    def settle(self):
        """The record, or None where there never was a container to speak of."""
        until(lambda: not self.has_shim() or (self.state / "socket").exists(), "the shim neither ready nor gone")
        record = self.of_living_shim() if self.has_shim() else None
        if record is None and (self.state / "lock").exists():
            record = self.recovered()
        return record

    def of_living_shim(self):
        try:
            until(lambda: self.ask("state")["phase"] not in ("creating", "starting"), f"it goes on: {self.describe()}")
            phase = self.ask("state")["phase"]
            if phase == "created":
                self.ask("shutdown")
                self.killed.add("container")
            elif phase != "stopped":
                self.open_gate()
            if children := self.zombies():
                raise Wrong(f"zombies of the shim: {children}")
            return self.ask("take")
        except Refused as error:
            raise Wrong(f"{error}") from error
        except GONE as error:
            if isinstance(error, TimeoutError):
                raise Wrong(f"stuck: the shim does not answer, {self.describe()}") from error
            return None  # it went between two words; then its record is there

    def zombies(self):
        """Children of the shim that stay unreaped."""
        found = []
        for shim in self.shims():
            children = read(f"/proc/{shim}/task/{shim}/children").split()
            found += [child for child in children if b"State:\tZ" in read(f"/proc/{int(child)}/status")]
        if found:
            time.sleep(0.1)
        return [child for child in found if b"State:\tZ" in read(f"/proc/{int(child)}/status")]

    def shim_verb(self, *words):
        return subprocess.run([self.options.shim, *words, "--state", self.state], capture_output=True, text=True, timeout=PATIENCE, check=False)

    def recovered(self):
        had_record = (self.state / "exit.json").exists()
        try:
            done = self.shim_verb("recover", "--kill")
        except subprocess.TimeoutExpired as error:
            raise Wrong(f"stuck: shim recover, {self.describe()}") from error
        if not had_record:
            self.killed.add("container")
        if not (self.state / "exit.json").exists():
            if (self.state / "shim.json").exists() or done.returncode == 0:
                raise Wrong(f"recover: status {done.returncode}, no record: {done.stderr}")
            shutil.rmtree(self.state)  # it was killed before it had begun anything
            return None
        done = self.shim_verb("take")
        if done.returncode:
            raise Wrong(f"take: {done.stderr}")
        return json.loads(done.stdout)

    # --- what has to hold

    def judge(self, record, victims):
        planned = read(self.truth / "planned").strip()
        began = (self.truth / "began").exists()
        if record is None:
            # Where the runtime's start is killed the caller hears of that instead, and the container is killed (SM-11).
            if began and not (self.told and victims & {"runtime"}):
                raise Wrong("the container ran, and there is no record")
            return
        shown = json.dumps(record)
        if "status" not in record:
            if "exitCode" in record or "signal" in record or not record.get("error"):
                raise Wrong(f"made up: {shown}")
            if "shim" not in victims and began:
                raise Wrong(f"lost: {shown}")
            return
        status = record["status"]
        code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status)
        if record.get("exitCode", code) != code or (os.WIFEXITED(status) and "exitCode" not in record):
            raise Wrong(f"status and exitCode differ: {shown}")
        if os.WIFEXITED(status):
            if not planned or int(planned) != os.WEXITSTATUS(status):
                raise Wrong(f"made up: planned {planned}, {shown}")
        elif os.WTERMSIG(status) != 9 or not self.killed | ({"container"} & victims) and not victims & {"init", "runtime"}:
            raise Wrong(f"made up: nobody sent that signal: {shown}")

    def judge_exec(self, victims):
        record, planned = self.exec_record, read(self.truth / "exec-planned").strip()
        if record is None or "status" not in record:
            if record and ("exitCode" in record or not record.get("error")):
                raise Wrong(f"exec, made up: {record}")
            return
        if os.WIFEXITED(record["status"]):
            if not planned or os.WEXITSTATUS(record["status"]) != int(planned):
                raise Wrong(f"exec, made up: planned {planned}, {record}")
        elif not victims & {"init", "container", "runtime", "session"}:
            raise Wrong(f"exec, made up: {record}")

    def left(self):
        found = [f"process {pid}: {' '.join(words)[:100]}" for pid, words in processes() if any(self.id in word for word in words)]
        found += [f"process in {line}" for line in subprocess.run(
            f"grep -lE '{self.id}(/|$)' /proc/[0-9]*/cgroup", shell=True, capture_output=True, text=True, check=False).stdout.split()]
        found += [f"cgroup {path}" for path in glob.glob(f"/sys/fs/cgroup/*/{self.id}*") + glob.glob(f"/sys/fs/cgroup/{self.id}*")]
        found += [f"mount {line}" for line in read("/proc/self/mountinfo").decode().splitlines() if self.id in line]
        found += [f"state {path}" for path in self.root.glob("**/*")] + [f"folder {path}" for path in self.state.glob("**/*")]
        return found

    def describe(self):
        said = read(self.said)[-300:] if hasattr(self, "said") else b""
        return f"shims {self.shims()}, runtimes {self.runtimes()}, container {self.container()}, said {said!r}"

    def no_residue(self):
        try:
            until(lambda: not self.left(), "residue", 3)
        except Wrong as error:
            raise Wrong("left behind:\n    " + "\n    ".join(self.left())) from error

    def sweep(self):
        """After a fault too: the machine as it was."""
        for _ in range(3):
            for pid in self.shims() + self.runtimes():
                kill(pid)
            with contextlib.suppress(subprocess.TimeoutExpired):
                subprocess.run([self.options.runtime, "--root", self.root, "delete", "--force", self.id], capture_output=True, timeout=10, check=False)
            if not self.left():
                break
            for group in glob.glob(f"/sys/fs/cgroup/*/{self.id}*"):
                for pid in read(group + "/cgroup.procs").split():
                    kill(int(pid))
                with contextlib.suppress(OSError):
                    os.rmdir(group)
        os.close(self.gate)
        shutil.rmtree(self.folder, ignore_errors=True)


# --- at the K-th system call


def under_pause(ground, operation, counted, k, victim):
    """Does the operation with the kill in it; returns what pause reported."""
    report = ground.folder / "report"
    words = [ground.options.pause, counted, str(k), victim, report]
    if operation in ("start", "run"):
        flags = ["--start"] if operation == "run" else []
        with ground.spawn([*words, *ground.command(*flags)]) as command:
            ground.wait_for(command)
    else:
        ground.start("--start")
        until(lambda: (ground.truth / "began").exists(), "the container runs")
        with ground.spawn([*words, "-p", str(ground.shims()[0])]) as tracer:
            until(lambda: b"ready" in read(report) or tracer.poll() is not None, "pause is ready")
            (ground.execute if operation == "exec" else ground.finish)()
            tracer.terminate()
    found = dict(line.split() for line in report.read_text().splitlines() if " " in line) if report.exists() else {}
    return int(found.get("calls", 0)), found.get("hit")


def case(options, operation, counted, k, victim):
    """One container. Returns (calls, hit); raises Wrong."""
    ground = Ground(options)
    try:
        calls, hit = under_pause(ground, operation, counted, k, victim)
        victims = {victim} if hit else set()
        if operation == "exec" and victims & {"init"}:
            victims = {"session"}
        record = ground.settle()
        ground.judge(record, victims)
        ground.judge_exec(victims)
        ground.no_residue()
        return calls, hit
    finally:
        ground.sweep()


def points(options):
    operation, counted, victim = options.operation, options.counted, options.victim
    calls, _ = case(options, operation, counted, 0, "none")
    step = 1 if options.places == "all" else max(1, -(-calls // int(options.places)))
    faults = tried = 0
    for k in range(1, calls + 1, step):
        hit = None
        try:
            tried += 1
            _, hit = case(options, operation, counted, k, victim)
        except Wrong as error:
            faults += 1
            print(f"{operation}: call {k} of {calls} of the {counted}, {victim} killed: {error}", flush=True)
        if faults >= 10:
            break
    print(f"{operation}, {counted}, {victim} killed: {tried} of {calls} places, {faults} faults")
    return faults


# --- at random moments


class Killer(threading.Thread):
    """Kills one of them after a while."""

    def __init__(self, ground, victim, delay, caller=None):
        super().__init__(daemon=True)
        self.ground, self.victim, self.delay, self.caller, self.hit = ground, victim, delay, caller, False

    def candidates(self):
        if self.victim == "caller":
            return [self.caller] if self.caller else []
        if self.victim == "container":
            return [self.ground.container()] if self.ground.alive() else []
        own = [pid for pid in self.ground.shims() if pid != self.caller]
        return own if self.victim == "shim" else [pid for pid in self.ground.runtimes() if pid not in own]

    def run(self):
        time.sleep(self.delay)
        deadline = time.monotonic() + 0.05
        while not self.hit and time.monotonic() < deadline:
            for pid in self.candidates():
                self.hit = kill(pid) or self.hit


def random_case(options, chance):
    ground = Ground(options)
    operation, victims = chance.choice(OPERATIONS), ["shim", "shim", "runtime", "container"]
    victim = chance.choice(victims + ["caller"] * (operation in ("start", "run")))
    what = f"{operation}, {victim}"
    try:
        killer = Killer(ground, victim, chance.uniform(0, {"exec": 0.008, "exit": 0.012}.get(operation, 0.04)))
        if operation in ("start", "run"):
            with ground.spawn(ground.command(*(["--start"] if operation == "run" else []))) as command:
                killer.caller = command.pid
                killer.start()
                ground.wait_for(command)
        else:
            ground.start("--start")
            until(lambda: (ground.truth / "began").exists(), "the container runs")
            killer.start()
            (ground.execute if operation == "exec" else ground.finish)()
        killer.join()
        victims = {victim} if killer.hit else set()
        ground.judge(ground.settle(), victims)
        ground.judge_exec(victims)
        ground.no_residue()
        return what, killer.hit
    except Wrong as error:
        raise Wrong(f"{what} after {killer.delay * 1000:.1f} ms: {error}") from error
    finally:
        ground.sweep()


def share(options, seed, kills):
    """What one of the workers does until so many kills have met somebody: (cases, those kills by what they were, faults)."""
    chance = random.Random(seed)
    begin, faults, done, hits = time.monotonic(), 0, 0, {}
    while sum(hits.values()) < kills and done < 3 * kills and faults < 10 and (not options.seconds or time.monotonic() - begin < options.seconds):
        done += 1
        try:
            what, hit = random_case(options, chance)
            hits[what] = hits.get(what, 0) + bool(hit)
        except Wrong as error:
            faults += 1
            print(f"case {done} of seed {seed}: {error}", flush=True)
    return done, hits, faults


def at_random(options):
    """Several workers at once, since most of a case is waiting; each has a seed of its own."""
    begin, count = time.monotonic(), min(options.workers, options.kills)
    shares = [(options, f"{options.seed}.{worker}", options.kills * (worker + 1) // count - options.kills * worker // count)
              for worker in range(count)]
    with multiprocessing.Pool(count) as pool:
        results = pool.starmap(share, shares)
    done, faults = sum(result[0] for result in results), sum(result[2] for result in results)
    hits = {what: sum(result[1].get(what, 0) for result in results) for what in {key for result in results for key in result[1]}}
    total = sum(hits.values())
    print(f"{done} cases, {total} kills that met somebody, {faults} faults, {time.monotonic() - begin:.0f} s")
    print(json.dumps(hits, sort_keys=True))
    if not options.seconds and total < options.kills and not faults:
        print("too few of the kills met anybody: the moments are wrong")
        return 1
    return faults


def main():
    parser = argparse.ArgumentParser()
    for name in ("shim", "runtime", "bundle", "folder"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--exe", help="what /proc/PID/exe of a shim shows, where it is not --shim")
    verbs = parser.add_subparsers(dest="verb", required=True)
    verb = verbs.add_parser("points")
    verb.add_argument("--pause", required=True)
    verb.add_argument("--places", default="20")
    for name, choices in (("operation", OPERATIONS), ("counted", None), ("victim", None)):
        verb.add_argument(name, choices=choices or ("caller", "shim", "runtime", "init"))
    verb = verbs.add_parser("random")
    verb.add_argument("--kills", type=int, default=2000)
    verb.add_argument("--seed", default="1")
    verb.add_argument("--seconds", type=float)
    verb.add_argument("--workers", type=int, default=8)
    options = parser.parse_args()
    sys.exit(1 if (points if options.verb == "points" else at_random)(options) else 0)


main()
