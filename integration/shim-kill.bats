#!/usr/bin/env bats
# kill -9 to the shim, its caller, the runtime and the container's first process: at each system call of start, run, exec
# and exit (pause.c), and at random moments. shimkills.py says what has to hold after each.
#
# SHIM_PLACES=8 is how many calls are tried of each kind, SHIM_PLACES=all every one; SHIM_KILLS=2000 is how many random
# kills there are; SHIM_SEED=1.

load shim-helpers

SHIM_PLACES=${SHIM_PLACES:-8}
SHIM_KILLS=${SHIM_KILLS:-2000}

setup_file() {
    export BATS_TEST_TIMEOUT=${SHIM_KILL_TIMEOUT:-3600}
    [ "$(uname -m)" = x86_64 ] || [ "$(uname -m)" = aarch64 ] || skip "the tracer is tried on x86_64 and aarch64 alone"
    gcc -O2 -Wall -Wextra -o "$BATS_FILE_TMPDIR/pause" "$BATS_TEST_DIRNAME/pause.c"
}

arrange() { script 'true'; }

kills() {
    PYTHONDONTWRITEBYTECODE=1 python3 "$BATS_TEST_DIRNAME/shimkills.py" --shim "$SHIM" ${SHIM_EXE:+--exe "$(realpath "$SHIM_EXE")"} \
        --runtime "$RUNTIME" --bundle "$bundle" --folder "$tmp" "$@" 3>&- || return 1
}

at_points() { # OPERATION COUNTED VICTIM
    kills points --pause "$BATS_FILE_TMPDIR/pause" --places "$SHIM_PLACES" "$@"
}

@test "SM-60 start: the shim is killed" { at_points start shim shim; }
@test "SM-60 start: the shim is killed while the caller works" { at_points start caller shim; }
@test "SM-60 start: the shim is killed while the runtime works" { at_points start runtime shim; }
@test "SM-60 start: the shim is killed while the container's init works" { at_points start init shim; }
@test "SM-12 start: the caller is killed" { at_points start caller caller; }
@test "SM-12 start: the caller is killed while the shim works" { at_points start shim caller; }
@test "SM-32 start: the runtime is killed" { at_points start runtime runtime; }
@test "SM-32 start: the container's init is killed" { at_points start init init; }
@test "SM-60 run: the shim is killed" { at_points run shim shim; }
@test "SM-60 run: the shim is killed while the runtime works" { at_points run runtime shim; }
@test "SM-12 run: the caller is killed while the shim works" { at_points run shim caller; }
@test "SM-12 run: the caller is killed while the runtime works" { at_points run runtime caller; }
@test "SM-32 run: the runtime is killed" { at_points run runtime runtime; }
@test "SM-32 run: the runtime is killed while the container's init works" { at_points run init runtime; }
@test "SM-32 run: the container's init is killed" { at_points run init init; }
@test "SM-60 exec: the shim is killed" { at_points exec shim shim; }
@test "SM-60 exec: the shim is killed while the runtime works" { at_points exec runtime shim; }
@test "SM-32 exec: the runtime is killed" { at_points exec runtime runtime; }
@test "SM-32 exec: the new process is killed" { at_points exec init init; }
@test "SM-32 exec: the runtime is killed while the new process works" { at_points exec init runtime; }
@test "SM-60 exit: the shim is killed" { at_points exit shim shim; }
@test "SM-60 exit: the shim is killed while the runtime deletes" { at_points exit runtime shim; }
@test "SM-34 exit: the runtime is killed" { at_points exit runtime runtime; }
@test "SM-34 exit: the runtime is killed while the shim works" { at_points exit shim runtime; }

@test "SM-60 random kills" { kills random --kills "$SHIM_KILLS" --seed "${SHIM_SEED:-1}"; }

@test "SM-60 nothing of it all is left on the machine" {
    same "$(find /sys/fs/cgroup -type d -name 'kills-*' | head -3)" ""
    same "$(grep -c kills- /proc/self/mountinfo || true)" 0
}
