#!/usr/bin/env bats
# No residue: the k-th system call of create, run and exec fails, or the runtime is killed there, in the runtime and in
# the process that it makes; then there is nothing left. After an error that holds at once, after SIGKILL once
# `delete --force` has run. fault.c does it from outside, to the release binary.
#
# FAULTS=40 is how many places are tried of each kind; FAULTS=all tries every one.

load helpers

FAULTS=${FAULTS:-40}

setup_file() {
    [ "$(uname -m)" = x86_64 ] || skip "the fault injector is written for x86_64 alone"
    gcc -O2 -Wall -Wextra -o "$BATS_FILE_TMPDIR/fault" "$BATS_TEST_DIRNAME/fault.c"
    export BATS_TEST_TIMEOUT=3600
}

prepare() {
    only_ours "it is many threads, whose calls have no order"
    mkdir "$root"
    config '.hooks.createRuntime = [{"path": "/bin/true"}] | .process.args = ["true"]'
}

# Runs the runtime with one call spoilt; sets $code, and $calls and $hit from the report. Never longer than 20 s.
fault() { # TARGET ACTION K VERB...
    local target=$1 action=$2 k=$3
    shift 3
    code=0
    timeout --kill-after=5 20 "$BATS_FILE_TMPDIR/fault" "$target" "$action" "$k" "$tmp/report" "$RUNTIME" --root "$root" "$@" \
        </dev/null >"$tmp/said" 2>&1 3>&- || code=$?
    calls=$(sed -n 's/^calls //p' "$tmp/report")
    hit=$(sed -n 's/^hit //p' "$tmp/report")
}

# The places to try among N: all, or so many with one distance between them.
places() {
    local step=1
    [ "$FAULTS" = all ] || step=$((($1 + FAULTS - 1) / FAULTS))
    seq 1 "$step" "$1"
}

removed() {
    runtime delete --force "$id" >"$tmp/deleted" 2>&1 || { cat "$tmp/deleted" && return 1; }
}

complain() {
    printf 'call %d (number %s) of the %s, %s: %s\n' "$k" "${hit:-none}" "$target" "$action" "$1"
    sed 's/^/    /' "$tmp/said"
    bad=$((bad + 1))
}

# After VERB with one call spoilt: nothing is left after an error, and nothing after delete --force in any other case.
# An error that is about the removal itself says what is left.
sweep_verb() { # TARGET ACTION VERB...
    local target=$1 action=$2 k code calls hit bad=0 left
    shift 2
    fault "$target" count 0 "$@"
    [ "$code" -eq 0 ] || { cat "$tmp/said" && return 1; }
    removed
    for k in $(places "$calls"); do
        fault "$target" "$action" "$k" "$@"
        [ -n "$hit" ] || { removed && continue; }
        [ "$code" -ne 124 ] && [ "$code" -ne 137 ] || [ "$action" != 5 ] || complain "it hung, or was killed"
        if [ "$code" -gt 0 ] && [ "$code" -lt 124 ] && [ "$action" != killparent ]; then
            left=$(residue)
            [ -z "$left" ] || grep -q remove "$tmp/said" || complain "left after the error: ${left//$'\n'/ }"
        fi
        runtime list >"$tmp/listed" 2>&1 || complain "list failed: $(cat "$tmp/listed")"
        removed || complain "delete --force failed"
        left=$(residue)
        [ -z "$left" ] || { complain "left after delete --force: ${left//$'\n'/ }" && sweep && find "$root" -mindepth 1 -delete; }
        [ "$bad" -lt 10 ] || break
    done
    [ "$bad" -eq 0 ]
}

# The same for exec: the container runs on with the one process that it had, until it is deleted.
sweep_exec() { # TARGET ACTION
    local target=$1 action=$2 k code calls hit bad=0 left
    config 'del(.hooks)'
    run_sleeper
    set -- exec "$id" true
    fault "$target" count 0 "$@"
    [ "$code" -eq 0 ]
    for k in $(places "$calls"); do
        fault "$target" "$action" "$k" "$@"
        [ "$code" -ne 124 ] || complain "it hung"
        eventually eval '[ "$(processes | wc -l)" -eq 1 ]' >/dev/null || complain "processes: $(processes | wc -l)"
        [ "$(field status)" = running ] || complain "the container is $(field status)"
        [ "$bad" -lt 10 ] || break
    done
    removed
    left=$(residue)
    [ -z "$left" ] || complain "left after delete --force: $left"
    [ "$bad" -eq 0 ]
}

@test "PM-2 create: a call of the runtime fails" { sweep_verb parent 5 create --bundle "$bundle" "$id"; }
@test "PM-2 create: a call of the container's init fails" { sweep_verb child 5 create --bundle "$bundle" "$id"; }
@test "PM-2 create: the runtime is killed" { sweep_verb parent kill create --bundle "$bundle" "$id"; }
@test "PM-2 create: the container's init is killed" { sweep_verb child kill create --bundle "$bundle" "$id"; }
@test "PM-2 create: the runtime is killed while init works" { sweep_verb child killparent create --bundle "$bundle" "$id"; }
@test "PM-2 run: a call of the runtime fails" { sweep_verb parent 12 run --bundle "$bundle" "$id"; }
@test "PM-2 run: a call of the container's init fails" { sweep_verb child 12 run --bundle "$bundle" "$id"; }
@test "PM-2 run: the runtime is killed" { sweep_verb parent kill run --bundle "$bundle" "$id"; }
@test "PM-2 run: the container's init is killed" { sweep_verb child kill run --bundle "$bundle" "$id"; }
@test "PM-2 exec: a call of the runtime fails" { sweep_exec parent 5; }
@test "PM-2 exec: a call of the new process fails" { sweep_exec child 5; }
@test "PM-2 exec: the runtime is killed" { sweep_exec parent kill; }
@test "PM-2 exec: the new process is killed" { sweep_exec child kill; }

@test "PM-2 list and delete --force work on any half-made state" {
    local content
    mkdir -p "$root/$id"
    for content in '' '{' '{}' 'null' '[]' '{"id": 1}' '{"id": "other", "init_process_pid": "x"}' '{"init_process_pid": 1, "init_process_start": 1}' \
        '{"init_process_pid": 99999999}' '{"cgroup_paths": {"": "/sys/fs/cgroup/no/such"}}'; do
        mkdir -p "$root/$id"
        printf '%s' "$content" >"$root/$id/state.json"
        mkfifo "$root/$id/exec.fifo"
        run timeout 10 "$RUNTIME" --root "$root" list
        same "$status" 0
        run timeout 10 "$RUNTIME" --root "$root" list --format json
        same "$status" 0
        run timeout 10 "$RUNTIME" --root "$root" delete --force "$id"
        same "$status" 0
        [ ! -e "$root/$id" ] || { echo "left for: $content" && false; }
    done
    mkdir "$root/$id"
    run timeout 10 "$RUNTIME" --root "$root" delete --force "$id"
    same "$status" 0
    no_residue
}

@test "PM-2 a state file that names what is not ours harms nobody" {
    mkdir -p "$root/$id"
    sleep 1000 3>&- &
    local bystander=$!
    printf '{"id": "%s", "init_process_pid": %d, "init_process_start": 1, "cgroup_paths": {}}' "$id" $bystander >"$root/$id/state.json"
    run timeout 10 "$RUNTIME" --root "$root" delete --force "$id"
    kill -0 $bystander
    kill $bystander
}

@test "PM-2 forty starts and ends leave the machine as it was" {
    local before
    config 'del(.hooks)'
    before="$(wc -l </proc/self/mountinfo) $(find /sys/fs/cgroup -type d -path '*rs-*' | wc -l)"
    for _ in $(seq 40); do runtime run --bundle "$bundle" "$id" </dev/null; done
    no_residue
    same "$(wc -l </proc/self/mountinfo) $(find /sys/fs/cgroup -type d -path '*rs-*' | wc -l)" "$before"
}
