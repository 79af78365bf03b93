"""The bundles that all contenders run: Docker's default configuration over busybox's static binary."""

import json
import os
import shutil

CAPABILITIES = [
    "CAP_" + name
    for name in (
        "CHOWN DAC_OVERRIDE FSETID FOWNER MKNOD NET_RAW SETGID SETUID SETFCAP SETPCAP "
        "NET_BIND_SERVICE SYS_CHROOT KILL AUDIT_WRITE"
    ).split()
]
MASKED = (
    "/proc/asound /proc/acpi /proc/interrupts /proc/kcore /proc/keys /proc/latency_stats /proc/timer_list "
    "/proc/timer_stats /proc/sched_debug /proc/scsi /sys/firmware /sys/devices/virtual/powercap"
).split()
READ_ONLY = "/proc/bus /proc/fs /proc/irq /proc/sys /proc/sysrq-trigger".split()
# Docker's default devices: (type, major, minor); None is any.
DEVICES = [("c", 1, 3), ("c", 1, 5), ("c", 1, 7), ("c", 1, 8), ("c", 1, 9), ("c", 5, 0), ("c", 5, 2), ("c", 136, None)]


def mount(destination, kind, source, options):
    return {"destination": destination, "type": kind, "source": source, "options": options.split()}


def mounts():
    none = "nosuid noexec nodev"
    return [
        mount("/proc", "proc", "proc", none),
        mount("/dev", "tmpfs", "tmpfs", "nosuid strictatime mode=755 size=65536k"),
        mount("/dev/pts", "devpts", "devpts", "nosuid noexec newinstance ptmxmode=0666 mode=0620 gid=5"),
        mount("/sys", "sysfs", "sysfs", none + " ro"),
        mount("/sys/fs/cgroup", "cgroup", "cgroup", none + " ro"),
        mount("/dev/mqueue", "mqueue", "mqueue", none),
        mount("/dev/shm", "tmpfs", "shm", none + " mode=1777 size=65536k"),
    ]


def device_rules():
    rules = [{"allow": False, "access": "rwm"}]
    rules += [{"allow": True, "type": kind, "access": "m"} for kind in "cb"]
    for kind, major, minor in DEVICES:
        rule = {"allow": True, "type": kind, "major": major, "access": "rwm"}
        if minor is not None:
            rule["minor"] = minor
        rules.append(rule)
    return rules


def config(rootfs, arguments, cgroup, seccomp=None, memory_limit=None):
    """A config.json as Docker writes it; memory_limit in bytes."""
    linux = {
        "cgroupsPath": cgroup,
        "namespaces": [{"type": kind} for kind in "mount network uts pid ipc cgroup".split()],
        "resources": {"devices": device_rules()},
        "maskedPaths": MASKED,
        "readonlyPaths": READ_ONLY,
    }
    if seccomp is not None:
        linux["seccomp"] = seccomp
    if memory_limit is not None:
        linux["resources"]["memory"] = {"limit": memory_limit}
    return {
        "ociVersion": "1.0.2",
        "process": {
            "user": {"uid": 0, "gid": 0},
            "args": arguments,
            "env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOSTNAME=bench"],
            "cwd": "/",
            "capabilities": {kind: CAPABILITIES for kind in ("bounding", "effective", "permitted")},
        },
        "root": {"path": str(rootfs)},
        "hostname": "bench",
        "mounts": mounts(),
        "linux": linux,
    }


def make_bundle(folder, *what, **more):
    """Writes folder/config.json; the rest as for config. All bundles share one rootfs."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(config(*what, **more), separators=(",", ":"))
    (folder / "config.json").write_text(text)
    return folder


def make_rootfs(rootfs):
    """busybox by its applets' names, and the folders that are mounted over."""
    binaries = rootfs / "bin"
    binaries.mkdir(parents=True)
    shutil.copy(shutil.which("busybox"), binaries / "busybox")
    for applet in ("true", "sleep", "sh"):
        os.link(binaries / "busybox", binaries / applet)
    for folder in ("proc", "dev", "sys", "etc", "tmp"):
        (rootfs / folder).mkdir()
    return rootfs
