"""Those that keep a container: our shim, conmon, containerd-shim-runc-v2; each above the same runtime and root file system."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import contenders
from bundle import make_bundle
from lab import FOLDER

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import shimclient  # noqa: E402

OURS = "shim"
PATIENCE = 60


def until(condition, what, patience=PATIENCE):
    deadline = time.monotonic() + patience
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise RuntimeError(f"not in {patience} s: {what}")
        time.sleep(0.005)
    return value


def call(*words, check=True):
    done = subprocess.run([*map(str, words)], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if check and done.returncode:
        raise RuntimeError(f"{words[0]}: status {done.returncode}: {done.stderr[-300:]}")
    return done.stdout


class Keeper:
    """One kind. Containers go by a name; pid is the keeper's own process."""

    def __init__(self, lab, rootfs, runtime):
        self.folder = lab.folder / self.key
        self.folder.mkdir()
        self.rootfs, self.runtime = rootfs, runtime
        self.root = self.folder / "root"
        self.pids = {}

    def bundle(self, name, arguments):
        return make_bundle(self.folder / name / "bundle", self.rootfs, arguments, f"/{FOLDER}/{self.key}-{name}")

    def log(self, name):
        return self.folder / name / "log"

    def run(self, name, arguments, rotated=False):
        """Starts a container whose output is logged, and returns the keeper's pid."""
        bundle = self.bundle(name, arguments)
        self.pids[name] = self.start(name, bundle, rotated)
        return self.pids[name]

    def end(self, name):
        self.stop(name)
        until(lambda: not Path(f"/proc/{self.pids[name]}/smaps").exists() or self.ended(self.pids[name]), f"{self.key} goes")
        del self.pids[name]
        shutil.rmtree(self.folder / name)

    @staticmethod
    def ended(pid):
        try:
            return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] in "ZX"
        except OSError:
            return True

    def executes(self, name, count):
        """So many exec sessions of true, one after another."""

    def close(self):
        for name in list(self.pids):
            with contextlib.suppress(RuntimeError, OSError, shimclient.Refused, shimclient.Ended):
                self.end(name)


class Shim(Keeper):
    key = OURS

    def __init__(self, lab, rootfs, runtime, binary):
        super().__init__(lab, rootfs, runtime)
        self.binary = binary
        self.label = f"shim {contenders.version(binary)}"

    def command(self, name, bundle, *flags):
        words = [self.binary, "--bundle", bundle, "--id", f"{self.key}-{name}", "--state", self.folder / name / "state"]
        return [*words, "--runtime", self.runtime, "--runtime-arg", "--root", "--runtime-arg", self.root, *flags]

    def start(self, name, bundle, rotated):
        options = ["--log-opt", "max-size=10m"] if rotated else ["--log-opt", "max-size=100g"]
        call(*self.command(name, bundle, "--log", self.log(name), *options, "--start"))
        return shimclient.request(self.folder / name / "state", "state")["shimPid"]

    def stop(self, name):
        state = self.folder / name / "state"
        with contextlib.suppress(shimclient.Refused):
            shimclient.request(state, "kill", signal=9)
        shimclient.request(state, "take", timeout=PATIENCE)

    def executes(self, name, count):
        wanted = shimclient.process(["/bin/true"])
        with shimclient.Connection(self.folder / name / "state", timeout=PATIENCE) as control:
            for _ in range(count):
                control.request("exec", exec="bench", process=wanted)
                control.request("start", exec="bench")
                if control.request("wait", exec="bench")["exitCode"] != 0:
                    raise RuntimeError("an exec failed")
                shimclient.forget(None, "bench", control)


class Conmon(Keeper):
    """podman's, with its k8s-file log. Each of its exec sessions is a conmon of its own, so that executes does nothing."""

    key = "conmon"

    def __init__(self, lab, rootfs, runtime):
        super().__init__(lab, rootfs, runtime)
        self.label = f"conmon {call('conmon', '--version').split()[2]}"
        for name in ("exits", "sockets"):
            (self.folder / name).mkdir()

    def command(self, name, bundle, rotated=False):
        own = self.folder / name
        words = ["conmon", "--api-version", "1", "-c", f"{self.key}-{name}", "-u", f"{self.key}-{name}", "-n", name, "-r", self.runtime]
        words += ["--runtime-arg", "--root", "--runtime-arg", self.root, "-b", bundle, "-p", own / "pid", "-P", own / "own-pid"]
        words += ["--exit-dir", self.folder / "exits", "--socket-dir-path", self.folder / "sockets", "--log-level", "error"]
        words += ["--log-size-max", "10000000"] if rotated else []
        return [*words, "-l", f"k8s-file:{self.log(name)}"]

    def start(self, name, bundle, rotated):
        own = self.folder / name
        call(*self.command(name, bundle, rotated))
        until(lambda: (own / "pid").exists() and (own / "pid").read_text(), "conmon's pid file")
        call(self.runtime, "--root", self.root, "start", f"{self.key}-{name}")
        return int((own / "own-pid").read_text())

    def stop(self, name):
        call(self.runtime, "--root", self.root, "kill", f"{self.key}-{name}", "KILL", check=False)
        until(lambda: (self.folder / "exits" / f"{self.key}-{name}").exists(), "conmon's exit file")
        call(self.runtime, "--root", self.root, "delete", "--force", f"{self.key}-{name}")


class ContainerdShim(Keeper):
    """Below a containerd of its own, by ctr; its log is the bare bytes in a file."""

    key = "containerd-shim"

    def __init__(self, lab, rootfs, runtime):
        super().__init__(lab, rootfs, runtime)
        self.label = f"containerd-shim-runc-v2 {call('containerd', '--version').split()[2]}"
        self.socket = self.folder / "socket"
        unwanted = ["grpc.v1.cri", "internal.v1.opt", *(f"snapshotter.v1.{name}" for name in ("btrfs", "zfs", "devmapper", "aufs"))]
        config = {"root": str(self.folder / "data"), "state": str(self.folder / "run")}
        lines = ["version = 2", *(f'{key} = "{value}"' for key, value in config.items())]
        lines.append(f"disabled_plugins = {json.dumps(['io.containerd.' + name for name in unwanted])}")
        lines += ["[grpc]", f'address = "{self.socket}"', "[ttrpc]", f'address = "{self.socket}.ttrpc"']
        (self.folder / "config.toml").write_text("\n".join(lines) + "\n")
        with open(self.folder / "daemon.log", "wb") as log:
            self.daemon = subprocess.Popen(
                ["containerd", "-c", self.folder / "config.toml", "-l", "error"], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        until(lambda: "Client" in call("ctr", "-a", self.socket, "version", check=False), "containerd is ready")

    def ctr(self, *words, check=True):
        return call("ctr", "-a", self.socket, *words, check=check)

    def start(self, name, bundle, rotated):
        arguments = json.loads((bundle / "config.json").read_text())["process"]["args"]
        self.ctr("run", "-d", "--rootfs", "--runc-binary", self.runtime, "--runc-root", self.root, "--log-uri", f"file://{self.log(name)}",
                 self.rootfs, name, *arguments)
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                words = (folder / "cmdline").read_bytes().split(b"\0")
                if os.fsencode(self.socket) in words and os.fsencode(name) in words and words[0].endswith(b"containerd-shim-runc-v2"):
                    return int(folder.name)
        raise RuntimeError("no containerd-shim of that name")

    def stop(self, name):
        self.ctr("task", "rm", "-f", name, check=False)
        self.ctr("container", "rm", name)

    def executes(self, name, count):
        for number in range(count):
            self.ctr("task", "exec", "--exec-id", f"bench-{number}", name, "/bin/true")

    def close(self):
        super().close()
        self.daemon.send_signal(signal.SIGTERM)
        self.daemon.wait()


def installed(lab, rootfs, runtime, binary, names):
    """Those of the names that are here, ours first, and a list of sentences about the absent."""
    found, absent = {}, []
    hints = {OURS: f"{binary}: `make build`", "conmon": "`apt-get install conmon`", "containerd-shim": "`apt-get install containerd`"}
    there = {OURS: os.access(binary, os.X_OK), "conmon": shutil.which("conmon"), "containerd-shim": shutil.which("containerd")}
    makers = {OURS: lambda: Shim(lab, rootfs, runtime, binary), "conmon": lambda: Conmon(lab, rootfs, runtime)}
    makers["containerd-shim"] = lambda: ContainerdShim(lab, rootfs, runtime)
    for key in names:
        if there[key]:
            found[key] = makers[key]()
        else:
            absent.append(f"{key}: not measured ({hints[key]})")
    return found, absent


