# shellcheck shell=bash
# SC2016: the single quotes are jq's. SC2034: the tests use these. SC2119, SC2120: some name another container.
# SC2154: status and output are bats's.
# shellcheck disable=SC2016,SC2034,SC2119,SC2120,SC2154
# What every bats file loads: a bundle of its own for each test, the runtime below a state folder of its own, and a
# clean-up that leaves the machine as it was whatever the test did.

bats_require_minimum_version 1.5.0

RUNTIME=${RUNTIME:-$(cd "$BATS_TEST_DIRNAME/.." && pwd)/.build/release/runc-swift}

setup() {
    # First of all: the clean-up goes by these, and comes also after a setup that failed.
    tmp=$BATS_TEST_TMPDIR
    bundle=$tmp/bundle root=$tmp/root log=$tmp/log
    id=rs-$$-$BATS_TEST_NUMBER
    make_base
    cp -a "$BATS_RUN_TMPDIR/base" "$bundle"
    rootfs=$bundle/rootfs
    cd "$bundle" || return
    if declare -F prepare >/dev/null; then prepare; fi
}

teardown() {
    local name
    cd /
    if declare -F tidy >/dev/null; then tidy; fi
    for name in $("$RUNTIME" --root "$root" list --quiet 2>/dev/null 3>&-) "$id"; do
        timeout 20 "$RUNTIME" --root "$root" delete --force "$name" >/dev/null 2>&1 3>&- || true
    done
    sweep
}

# The bundle that each test gets a copy of; made once, its config.json without a terminal.
make_base() {
    [ ! -e "$BATS_RUN_TMPDIR/base/ready" ] || return 0
    "$BATS_TEST_DIRNAME/make-bundle" "$BATS_RUN_TMPDIR/base" "$RUNTIME" 3>&-
    edit "$BATS_RUN_TMPDIR/base/config.json" '.process.terminal = false'
    touch "$BATS_RUN_TMPDIR/base/ready"
}

# Ends what a failing runtime left: processes, cgroups and mounts of this test.
sweep() {
    local folder line
    while read -r folder; do
        thaw "$folder"
        while read -r line; do kill -KILL "$line" 2>/dev/null || true; done < <(cat "$folder/cgroup.procs" 2>/dev/null)
    done < <(cgroups)
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        [ -n "$(cgroups)" ] || break
        cgroups | sort -r | xargs -r rmdir 2>/dev/null || sleep 0.1
    done
    while read -r line; do umount --lazy "$line" 2>/dev/null || true; done < <(mounts | sort -r)
}

thaw() {
    [ ! -e "$1/freezer.state" ] || echo THAWED >"$1/freezer.state" 2>/dev/null || true
    [ ! -e "$1/cgroup.freeze" ] || echo 0 >"$1/cgroup.freeze" 2>/dev/null || true
}

# --- running containers

# The runtime below this test's state folder, without the descriptor that bats keeps for itself.
runtime() { "$RUNTIME" --root "$root" "$@" 3>&-; }

# Changes a JSON file in place by a jq filter.
edit() { # FILE FILTER [jq options]
    local file=$1 filter=$2
    shift 2
    jq "$filter" "$@" <"$file" >"$file.new" && mv "$file.new" "$file"
}

config() { # FILTER [jq options]
    edit "$bundle/config.json" "$@"
}

# Sets process.args to a shell script.
script() { config '.process.args = ["sh", "-c", $script]' --arg script "$1"; }

# Runs the bundle in the foreground; $status and $output tell.
run_container() {
    run timeout --foreground 30 "$RUNTIME" --root "$root" run --bundle "$bundle" "$@" "$id" </dev/null 3>&-
}

# Runs the bundle detached; it must work. What it prints goes to $log.
run_detached() { runtime run --detach --bundle "$bundle" "$@" "$id" </dev/null >"$log" 2>&1 || { cat "$log" && return 1; }; }

# A detached container that does nothing.
run_sleeper() {
    config '.process.args = ["sleep", "1000"]'
    run_detached "$@"
}

create_container() { runtime create --bundle "$bundle" "$@" "$id" </dev/null >"$log" 2>&1 || { cat "$log" && return 1; }; }

field() { # KEY [ID]
    runtime state "${2:-$id}" | jq -r ".$1"
}

init_pid() { field pid "$@"; }

wait_for() { # STATUS [ID]
    for _ in $(seq 100); do
        [ "$(field status "${2:-$id}" 2>/dev/null)" != "$1" ] || return 0
        sleep 0.05
    done
    echo "${2:-$id} did not become $1: $(field status "${2:-$id}" 2>&1)"
    return 1
}

# Waits until a command succeeds, 5 s at most.
eventually() {
    for _ in $(seq 100); do
        if "$@"; then return 0; fi
        sleep 0.05
    done
    echo "not in 5 s: $*"
    return 1
}

# --- what there is on the machine

# Without a name it would be every cgroup of the machine.
cgroups() { find /sys/fs/cgroup -type d -path "*${id:?}*" 2>/dev/null; }

mounts() { awk -v tmp="${tmp:?}/" 'index($5, tmp) == 1 { print $5 }' /proc/self/mountinfo; }

# Processes that are in a cgroup of this container, or were started in this test's bundle.
processes() { grep -lE "${id:?}(/|\$)" /proc/[0-9]*/cgroup 2>/dev/null | cut -d/ -f3; }

# Everything that a container can leave behind, one line each.
residue() {
    cgroups
    mounts
    processes
    find "$root" -mindepth 1 2>/dev/null || true
}

no_residue() {
    local left
    left=$(residue)
    [ -z "$left" ] || { printf 'left behind:\n%s\n' "$left" && return 1; }
}

# The folder of a container's cgroup for one v1 controller, or on v2.
cgroup_of() { # CONTROLLER
    local pid path
    pid=$(init_pid)
    if is_v2; then
        printf '/sys/fs/cgroup%s\n' "$(sed -n 's/^0:://p' "/proc/$pid/cgroup")"
    else
        path=$(awk -F: -v name="$1" '{ n = split($2, c, ","); for (i = 1; i <= n; i++) if (c[i] == name) print $3 }' "/proc/$pid/cgroup")
        printf '/sys/fs/cgroup/%s%s\n' "$1" "$path"
    fi
}

is_v2() { [ "$(stat -f -c %T /sys/fs/cgroup)" = cgroup2fs ]; }

# --- assertions and skips

# The last command failed with $1, in one line of error that contains each of the other texts.
failed_with() {
    local code=$1 text
    shift
    [ "$status" -eq "$code" ] || { echo "status $status, not $code: $output" && return 1; }
    for text; do
        [[ $output == *"$text"* ]] || { echo "not in the output: $text" && echo "$output" && return 1; }
    done
}

# bats lets a failing `! command` pass.
not() {
    if "$@"; then
        echo "did not fail: $*"
        return 1
    fi
}

same() { # GOT EXPECTED
    [ "$1" = "$2" ] || { printf 'got:      %s\nexpected: %s\n' "$1" "$2" && return 1; }
}

# The numbers of a block device that this host may open: "7 0".
block_device() {
    local device
    for device in /sys/class/block/*; do
        ! head -c 1 "/dev/${device##*/}" >/dev/null 2>&1 || { tr : ' ' <"$device/dev" && return; }
    done
}

needs_block_device() { [ -n "$(block_device)" ] || skip "no block device can be opened on this host"; }

needs_cgroup_v1() { ! is_v2 || skip "no cgroup v1 controllers on this host"; }
needs_cgroup_v2() { is_v2 || skip "no cgroup v2 alone on this host"; }

needs_controller() {
    if is_v2; then
        grep -qw "$1" /sys/fs/cgroup/cgroup.controllers || skip "no $1 controller in cgroup v2 on this host"
    else
        [ -d "/sys/fs/cgroup/$1" ] || skip "no $1 controller in cgroup v1 on this host"
    fi
}

# runc's own version, and nothing for another runtime, ours too, which says `runc version 1.4.0+runc-swift`.
runc_version() { "$RUNTIME" --version | sed -n '1{/swift/d; s/^runc version \([0-9.]*\).*/\1/p}'; }

# For what runc did only after the version that these tests were first held against. With NO_SKIP=1 an old runc is
# tested all the same: it lacks the guards that the tests of security.bats are about, so those have to fail.
newer_than_runc() { # VERSION WHAT
    local version
    [ -z "${NO_SKIP:-}" ] || return 0
    version=$(runc_version)
    [ -z "$version" ] || [ "$(printf '%s\n%s\n' "$1" "$version" | sort -V | head -1)" = "$1" ] || skip "runc before $1: $2"
}

# For what we promise and runc does otherwise.
only_ours() { # WHAT
    [ -z "$(runc_version)" ] || skip "runc does otherwise: $1"
}
