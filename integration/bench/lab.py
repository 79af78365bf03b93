"""The place that measurements are made in: a tmpfs, the C programs, one launcher a cgroup layout."""

import contextlib
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
CGROUPS = Path("/sys/fs/cgroup")
FOLDER = "runc-swift-bench"
UNIT, RECORD = "\x1f", "\x1e"
C_FLAGS = "-O2 -Wall -Wextra -Werror".split()


@dataclass
class Outcome:
    """What one sequence of commands cost. status is the first one that is not 0; 124 is a time-out."""

    nanoseconds: int
    peak_kib: int
    status: int
    log: str

    @property
    def last_words(self):
        """The end of what the failed command wrote, in one line."""
        return " ".join(self.log.split())[-300:]


class Launcher:
    """The small C program, waiting in a mount namespace of its own."""

    def __init__(self, mode, programs, folder):
        self.log = folder / f"{mode}.log"
        stage = folder / f"{mode}-cgroup"
        command = ["unshare", "--mount", "--propagation", "private", HERE / "enter", mode, stage]
        command += [programs / "launcher", self.log]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, *commands, limit=20.0):
        """Runs the commands one after another; limit in seconds."""
        words = f"{UNIT}{RECORD}{UNIT}".join(UNIT.join(map(str, command)) for command in commands)
        self.process.stdin.write(f"{int(limit * 1000)}{UNIT}{words}\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().split()
        if len(answer) != 3:
            raise RuntimeError("the launcher ended")
        status = int(answer[2])
        log = self.log.read_text(errors="replace") if status else ""
        return Outcome(int(answer[0]), int(answer[1]), status, log)

    def close(self):
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.wait()


class Lab:
    """Made on entry, and nothing of it is left on exit."""

    def __enter__(self):
        self.launchers = {}
        self.containers = []
        self.controllers = self._controllers()
        self.folder = Path(tempfile.mkdtemp(prefix=FOLDER + "-"))
        self.programs = self.folder / "programs"
        try:
            subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=700", "tmpfs", self.folder], check=True)
            self.programs.mkdir()
            for source in ("launcher", "floor"):
                self._compile(self.programs / source, "-static", HERE / f"{source}.c")
            self.preload = self._compile(self.programs / "memlock.so", "-shared", "-fPIC", HERE / "memlock.c")
        except BaseException:
            self.__exit__()
            raise
        return self

    def _compile(self, output, *words):
        subprocess.run(["gcc", *C_FLAGS, "-o", output, *words], check=True)
        return output

    def launcher(self, mode):
        if mode not in self.launchers:
            self.launchers[mode] = Launcher(mode, self.programs, self.folder)
        return self.launchers[mode]

    def remember(self, mode, delete):
        """delete: the command that removes a container which may be there at the end."""
        self.containers.append((mode, delete))

    @staticmethod
    def _hierarchies():
        with open("/proc/self/mounts", encoding="utf-8") as mounts:
            fields = [line.split() for line in mounts]
        return [Path(each[1]) for each in fields if each[2] in ("cgroup", "cgroup2") and str(CGROUPS) in each[1]]

    def _controllers(self):
        """What the host's v2 root hands down, to be put back: runtimes turn controllers on."""
        found = {}
        for hierarchy in self._hierarchies():
            file = hierarchy / "cgroup.subtree_control"
            if file.exists():
                found[file] = set(file.read_text().split())
        return found

    @staticmethod
    def remove_cgroups():
        """Removes the bench's own cgroups in all hierarchies, deepest first."""
        for hierarchy in Lab._hierarchies():
            top = hierarchy / FOLDER
            if not top.is_dir():
                continue
            below = [each for each in top.rglob("*") if each.is_dir()]
            for group in [*sorted(below, reverse=True), top]:
                try:
                    group.rmdir()
                except OSError as error:
                    print(f"left behind: {group}: {error.strerror}")

    def __exit__(self, *_):
        for mode, delete in self.containers:
            with contextlib.suppress(RuntimeError, OSError):  # a launcher that was killed
                self.launcher(mode).run(delete)
        for launcher in self.launchers.values():
            launcher.close()
        self.remove_cgroups()
        for file, before in self.controllers.items():
            for extra in set(file.read_text().split()) - before:
                file.write_text(f"-{extra}")
        subprocess.run(["umount", "-l", self.folder], check=False)
        self.folder.rmdir()
