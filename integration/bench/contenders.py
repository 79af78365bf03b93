"""Who is measured, where, and how each verb is called."""

import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
OURS = "runc-swift"


@dataclass
class Contender:
    """A runtime in one cgroup layout. Words of environment precede the command."""

    key: str
    label: str
    binary: Path
    mode: str
    state: Path
    environment: list = field(default_factory=list)

    def call(self, *words):
        return [*self.environment, self.binary, "--root", self.state / self.key, *words]

    def run(self, bundle, name, *flags):
        return self.call("run", *flags, "--bundle", bundle, name)

    def create(self, bundle, name):
        return self.call("create", "--bundle", bundle, name)

    def start(self, name):
        return self.call("start", name)

    def execute(self, name):
        return self.call("exec", name, "/bin/true")

    def delete(self, name):
        return self.call("delete", "--force", name)


def version(binary):
    """The version that a runtime prints, in one line."""
    text = subprocess.run([binary, "--version"], capture_output=True, text=True, check=False).stdout
    lines = text.splitlines()
    return lines[0].partition(" version ")[2] if lines else "of an unknown version"


def has_hybrid_host():
    """Whether the host has v1 controllers at the usual place."""
    with open("/proc/self/mounts", encoding="utf-8") as mounts:
        return any(line.split()[2] == "cgroup" for line in mounts)


def installed():
    """(key, binary) of each runtime that is here, and a list of sentences about the absent."""
    wanted = {
        OURS: os.environ.get("RUNC_SWIFT", str(REPOSITORY / ".build/release/runc-swift")),
        "crun": shutil.which("crun"),
        "runc": shutil.which("runc"),
        "crun-new": os.environ.get("CRUN_NEW"),
    }
    hints = {
        OURS: "$RUNC_SWIFT, else .build/release/runc-swift: `make build`",
        "crun": "`apt-get install crun`",
        "runc": "`apt-get install runc`",
        "crun-new": "$CRUN_NEW, a current crun built by hand",
    }
    found, absent = {}, []
    for key, path in wanted.items():
        if path and os.access(path, os.X_OK):
            found[key] = Path(path).resolve()
        else:
            absent.append(f"{key}: not measured ({hints[key]})")
    return found, absent


def lineup(found, preload, state):
    """All contenders, ours first."""
    labels = {key: f"{key} {version(binary)}" for key, binary in found.items()}
    hybrid = has_hybrid_host()
    everyone = []
    for key, binary in found.items():
        one = Contender(key, labels[key], binary, "v2", state)
        if labels[key].startswith("crun 1.8"):
            # Without CAP_SYS_RESOURCE it would die; see memlock.c.
            one.environment = [f"LD_PRELOAD={preload}"]
            one.label += " (preload)"
        everyone.append(one)
    for key in (OURS, "runc"):
        if key in found and hybrid:
            everyone.append(Contender(f"{key}-hybrid", f"{labels[key]}, hybrid host", found[key], "host", state))
    return everyone
