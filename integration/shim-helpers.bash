# shellcheck shell=bash
# SC2034: the tests use these. SC2154: the names are those of helpers.bash and of bats.
# SC2015, SC2016, SC2119, SC2120, SC2153: as there.
# shellcheck disable=SC2015,SC2016,SC2034,SC2119,SC2120,SC2153,SC2154
# What the shim's bats files load beside the helpers: a shim for the test's bundle, its client, and a clean-up.

load helpers

SHIM=${SHIM:-$(cd "$BATS_TEST_DIRNAME/.." && pwd)/.build/release/shim}
CLIENT=$BATS_TEST_DIRNAME/shimclient.py

# Called by setup of helpers.bash. A file with a preparation of its own defines `arrange`.
prepare() {
    state=$tmp/shim shimlog=$tmp/container.log
    runtime=$RUNTIME
    helpers=() folders=()
    if declare -F arrange >/dev/null; then arrange; fi
}

tidy() {
    local pid folder
    for pid in "${helpers[@]}" $(shims); do kill -KILL "$pid" 2>/dev/null || true; done
    for folder in "${folders[@]}"; do umount --lazy "$folder" 2>/dev/null || true; done
    timeout 20 "$runtime" --root "$root" delete --force "$id" >/dev/null 2>&1 3>&- || true
}

# The pids of this test's shims, and of what they have forked: those that name the state folder.
shims() { grep -lzxF -e "${state:?}" /proc/[0-9]*/cmdline 2>/dev/null | cut -d/ -f3 | while read -r pid; do
    [ "$(readlink "/proc/$pid/exe")" != "$(realpath "${SHIM_EXE:-$SHIM}")" ] || echo "$pid"
done; }

# --- calls

# The command line of a shim for this bundle, without waiting for anything; more flags follow.
shim_command() {
    "$SHIM" --bundle "$bundle" --id "$id" --state "$state" --runtime "$runtime" --runtime-arg --root --runtime-arg "$root" \
        "$@" </dev/null 3>&- 7>&-
}

# Starts a shim; it must work. $shim is its pid, $init the container's first process.
start_shim() { # flags
    shim_command --ready-fd 9 "$@" 9>"$tmp/ready" >"$log" 2>&1 || { cat "$log" "$tmp/ready" && return 1; }
    shim=$(jq -e .shimPid "$tmp/ready") init=$(jq -e .pid "$tmp/ready")
}

# One that logs to $shimlog, and never rotates it.
start_logged() { start_shim --log "$shimlog" --log-opt max-size=1g "$@"; }

client() { "$CLIENT" "$state" "$@" 3>&-; }

# The answer to a request, by a jq filter.
ask() { # FILTER DO [MEMBERS]
    local filter=$1
    shift
    client "$@" | jq -er "$filter"
}

# A request that has to be refused with this code.
refused() { # CODE DO [MEMBERS]
    local code=$1
    shift
    run client "$@"
    [ "$status" -eq 1 ] && [[ $output == "$code: "* ]] ||
        { echo "$*: status $status, not refused as $code: $output" && return 1; }
}

phase() { ask .phase state; }

# Attaches in the background; what comes goes to $tmp/NAME.out and $tmp/NAME.err, the report to $tmp/NAME.json.
# Returns once the attach is granted; $attached is the client. Standard input is handed on.
attach() { # NAME [options]
    local name=$1
    shift
    rm -f "$tmp/$name.ready" "$tmp/$name.json"
    "$CLIENT" "$state" attach --ready "$tmp/$name.ready" --report "$tmp/$name.json" "$@" \
        <&0 >"$tmp/$name.out" 2>"$tmp/$name.err" 3>&- &
    attached=$!
    helpers+=("$attached")
    eventually test -e "$tmp/$name.ready" || { cat "$tmp/$name.err" && return 1; }
}

# Waits for the end of an attach, and compares its status.
attach_ended() { # NAME STATUS [SECONDS]
    local name=$1
    for _ in $(seq $((${3:-20} * 20))); do
        [ ! -s "$tmp/$name.json" ] || break
        sleep 0.05
    done
    [ -s "$tmp/$name.json" ] || { echo "$name did not end" && return 1; }
    same "$(jq .status "$tmp/$name.json")" "$2" || { cat "$tmp/$name.json" && tail -c 500 "$tmp/$name.err" && return 1; }
}

# --- the record

# Waits for exit.json: the exit has been written down.
recorded() { # [SECONDS]
    for _ in $(seq $((${1:-20} * 20))); do
        [ ! -e "$state/exit.json" ] || return 0
        sleep 0.05
    done
    echo "no exit record: $(ls -la "$state" 2>&1)"
    return 1
}

record() { jq -er "$1" "$state/exit.json"; } # FILTER

# Starts the container, waits for its record and checks it by a filter that must be true.
ended_with() { # FILTER
    recorded
    jq -e "$1" "$state/exit.json" >/dev/null || { cat "$state/exit.json" && return 1; }
}

gone() { [ ! -e "/proc/$1" ] || [ "$(process_state "$1")" = Z ]; } # PID

# Takes the record; then the shim is gone and its folder empty.
take() {
    client take >"$tmp/taken" || return 1
    eventually gone "$shim"
    [ -z "$(find "$state" -mindepth 1 2>/dev/null)" ] || { find "$state" && return 1; }
}

# --- what there is in the system

# A member of /proc/PID/status: its number.
process_status() { awk -v key="$2:" '$1 == key { print $2 }' "/proc/$1/status"; } # PID KEY

process_state() { process_status "$1" State 2>/dev/null; }

# The n-th field of /proc/PID/stat after the name: state is the first.
stat_field() { sed 's/.*) //' "/proc/$1/stat" | cut -d' ' -f"$2"; } # PID N

start_time() { stat_field "$1" 20; }

# The names in the state folder, without the log of a runtime that failed.
contents() { find "$state" -mindepth 1 -maxdepth 1 -not -name runtime.log -printf '%f\n' | sort | xargs; }

descriptors() { find "/proc/$1/fd" -mindepth 1 -maxdepth 1 2>/dev/null | wc -l; } # PID

# KiB, of smaps_rollup.
memory() { awk -v key="$2:" '$1 == key { print $2 }' "/proc/$1/smaps_rollup"; } # PID KEY

children() { cat "/proc/$1/task/$1/children"; } # PID

zombies() { # PID: its children that nobody has reaped
    local child
    for child in $(children "$1"); do
        [ "$(process_state "$child")" != Z ] || echo "$child"
    done
}

no_zombies() { [ -z "$(zombies "$1")" ]; } # PID

# Nothing is left of this test: no shim, no process, cgroup, mount, runtime state, and nothing in the state folder.
nothing_left() {
    eventually eval '[ -z "$(shims)" ]' || { echo "shims: $(shims)" && return 1; }
    [ -z "$(find "$state" -mindepth 1 2>/dev/null)" ] || { echo "left: $(find "$state")" && return 1; }
    no_residue
}

# --- containers

# Lines of about 100 bytes for a container, no two alike: $rootfs/data.
make_data() { # BYTES
    seq -f '%.0f: lines that a program would log, no two of them alike, so that a lost or doubled one is seen' 1 10000000 2>/dev/null |
        head -c "$1" >"$rootfs/data"
}

# A container that prints N of these bytes and exits with CODE.
prints() { # BYTES CODE
    make_data "$1"
    script "cat /data; exit $2"
}

# A container that does `read a </go` waits there until the gate is opened. Held open for reading too, so that no line is lost.
gate() {
    mkfifo "$rootfs/go"
    exec 7<>"$rootfs/go"
}

open_gate() { echo >&7; }

# What it says.
printed() { head -c "$1" "$rootfs/data"; } # BYTES

checksum() { sha256sum | cut -d' ' -f1; }

# The streams that a json-file log holds, joined. A line that is not JSON, or not of this format, is an error.
logged() { # STREAM [FILE...]
    local stream=$1
    shift
    [ $# -gt 0 ] || set -- "$shimlog"
    "$BATS_TEST_DIRNAME/shimlog.py" "$stream" "$@"
}

# Whether kernel memory accounting lets a container be limited here.
needs_memory_limit() { needs_controller memory; }

# Runs a Python program from standard input that has shimclient's names, the state folder as `state` and `words`.
python() { # WORD...
    PYTHONPATH=$BATS_TEST_DIRNAME PYTHONDONTWRITEBYTECODE=1 python3 -c "
import sys, os, time, json
from shimclient import *
state, words = sys.argv[1], sys.argv[2:]
$(cat)" "$state" "$@" 3>&-
}
