#!/usr/bin/env bats
# The shim from start to end: its folder, how it starts and fails, and each request, through the release binary.
# The life of a container is tried below every runtime that is here.

load shim-helpers

# A runtime by another name that does what it is told before, or instead of, $RUNTIME. $real is the true one.
fake_runtime() { # SCRIPT, in which "$@" are the arguments and $verb is the verb
    cat >"$tmp/runtime" <<END
#!/bin/bash
real=$RUNTIME
for word; do case \$word in create | start | kill | delete | exec | state | pause | resume | update | events) verb=\$word && break ;; esac; done
$1
exec "\$real" "\$@"
END
    chmod +x "$tmp/runtime"
    runtime=$tmp/runtime
}

# The container's life in one go: created, attached, started, exec, killed, recorded, taken, and nothing is left.
whole_life() {
    # Peers of today read an older version of the specification.
    config '.ociVersion = "1.0.2"'
    script 'read line; echo "got $line"; echo problem >&2; sleep 1000'
    start_logged --stdin
    same "$(phase)" created
    echo hello | attach one --stdin --at-end stay
    same "$(ask .pid start)" "$init"
    eventually grep -q "got hello" "$tmp/one.out"
    eventually grep -q problem "$tmp/one.err"
    same "$(phase)" running
    run client run-exec -- sh -c 'echo inside; exit 9'
    same "$status $output" "9 inside"
    client pause
    eventually frozen
    client resume
    client kill '{"signal": 15}'
    client kill '{"signal": 9}'
    attach_ended one 137
    ended_with '.phase == "running" and .signal == 9 and .status == 9 and (.exitCode // 137) == 137 and .oomKilled == false'
    same "$(logged stdout)$(logged stderr)" "got helloproblem"
    take
    nothing_left
}

frozen() { [ "$("$runtime" --root "$root" state "$id" 3>&- | jq -r .status)" = paused ]; }

@test "SM-10 the life of a container: runc-swift" { whole_life; }

@test "SM-10 the life of a container: runc" {
    runtime=$(command -v runc)
    whole_life
}

@test "SM-10 the life of a container: crun" {
    is_v2 || skip "crun: cgroup v2 alone is tried, and this host has v1"
    gcc -shared -fPIC -o "$tmp/memlock.so" "$BATS_TEST_DIRNAME/bench/memlock.c"
    printf '#!/bin/sh\nLD_PRELOAD=%s exec crun "$@"\n' "$tmp/memlock.so" >"$tmp/crun"
    chmod +x "$tmp/crun"
    runtime=$tmp/crun
    whole_life
}

@test "SM-1 the state folder is made with mode 0700, below a folder that has to be there" {
    start_shim
    same "$(stat -c '%a %u' "$state")" "700 0"
    state=$tmp/no/such/folder
    run shim_command
    failed_with 1 "o such file or directory" "$tmp/no"
    [ ! -e "$tmp/no" ]
}

@test "SM-1 a folder that others can enter or write is refused" {
    local mode
    for mode in 0755 0710 0701 0720 0702 0770; do
        mkdir -m "$mode" "$state"
        run shim_command
        failed_with 1 "$state"
        same "$(find "$state" -mindepth 1)" ""
        rmdir "$state"
    done
    mkdir -m 0700 "$state"
    chown 1000 "$state"
    run shim_command
    failed_with 1 "$state"
    no_residue
}

@test "SM-1 a folder of the caller's own is taken, and stays behind empty after a failure" {
    mkdir -m 0700 "$state"
    config '.process.args = ["/no/such"]'
    run shim_command
    failed_with 1 "/no/such"
    same "$(find "$state" -mindepth 1)" ""
    config '.process.args = ["sleep", "1000"]'
    start_shim
    client state
}

@test "SM-2 a second shim on a folder is an error and does no harm" {
    script 'sleep 1000'
    start_shim --start
    cp -a "$state" "$tmp/before"
    run shim_command
    failed_with 1 "$state"
    run shim_command --start
    failed_with 1 "$state"
    same "$(phase)" running
    same "$(cat "$state/shim.json")" "$(cat "$tmp/before/shim.json")"
    eventually eval '[ "$(shims)" = "$shim" ]'
}

@test "SM-2 the lock is held as long as the shim lives, and free after SIGKILL" {
    start_shim
    not flock --nonblock --exclusive "$state/lock" true
    not flock --nonblock --shared "$state/lock" true
    kill -KILL "$shim"
    eventually flock --nonblock "$state/lock" true
}

@test "SM-2 nothing that the shim starts keeps the lock" {
    script 'sleep 1000'
    start_shim --start
    client exec "$(jq -nc '{exec: "e", process: {args: ["/bin/sleep", "1000"], cwd: "/", user: {uid: 0, gid: 0}}}')"
    client start '{"exec": "e"}'
    kill -KILL "$shim"
    eventually flock --nonblock "$state/lock" true
}

@test "SM-2 a folder that still holds an exit record is refused" {
    script 'exit 3'
    start_shim --start --linger 0s
    recorded
    eventually gone "$shim"
    run shim_command
    failed_with 1 exit
    ended_with '.exitCode == 3'
}

# shim.json holds a value somewhere.
says() { jq -e --argjson value "$1" 'any(.. | scalars; . == $value)' "$state/shim.json" >/dev/null || { echo "no $1: $(cat "$state/shim.json")" && return 1; }; }

@test "SM-3 shim.json says what the shim does, and is replaced at each change of phase" {
    local first second
    script 'sleep 1000'
    start_shim
    for value in "\"$id\"" "\"$bundle\"" "\"$runtime\"" '"--root"' "\"$root\"" "$shim" "$init" "$(start_time "$shim")" "$(start_time "$init")"; do
        says "$value"
    done
    same "$(jq -r .phase "$state/shim.json")" created
    jq -c . "$state/shim.json" | grep -q "$(stat -L -c %i /proc/self/ns/mnt)"
    jq -c . "$state/shim.json" | grep -qF "$(sed -n '1s/.*://p' "/proc/$init/cgroup")"
    first=$(stat -c %i "$state/shim.json")
    exec 8<"$state/shim.json"
    client start
    same "$(jq -r .phase "$state/shim.json")" running
    second=$(stat -c %i "$state/shim.json")
    [ "$first" != "$second" ]
    same "$(jq -r .phase <&8)" created
    exec 8<&-
}

@test "SM-4 the socket is there once the shim is ready, below any path" {
    local deep
    deep=$tmp/$(printf 'd%.0s' {1..120})/$(printf 'e%.0s' {1..120})
    mkdir -p "$deep"
    state=$deep/shim
    script 'exit 4'
    config '.process.terminal = true'
    start_shim --terminal
    [ -S "$state/socket" ]
    client start
    ended_with '.exitCode == 4'
}

@test "SM-5 nothing but the named files is in the folder between calls" {
    local name
    needs_controller pids
    script 'sleep 1000'
    start_logged --start
    client run-exec -- true
    client run-exec --tty -- true
    client update '{"resources": {"pids": {"limit": 500}}}'
    for name in $(contents); do
        [[ $name =~ ^(lock|shim\.json|socket|execs)$ ]] || { echo "what is $name?" && return 1; }
    done
    same "$(find "$state/execs" -mindepth 1 2>/dev/null)" ""
    refused runtime update '{"resources": {"pids": {"limit": 500}, "cpu": {"cpus": "no such"}}}'
    grep -q '"msg"' "$state/runtime.log"
}

@test "SM-10 what is left behind is a daemon" {
    script 'sleep 1000'
    (cd "$tmp" && start_logged) || return 1
    shim=$(jq .shimPid "$tmp/ready")
    [ "$(stat_field "$shim" 4)" != "$(stat_field $$ 4)" ]
    same "$(stat_field "$shim" 5)" 0
    same "$(readlink "/proc/$shim/cwd")" /
    for number in 0 1 2; do same "$(readlink "/proc/$shim/fd/$number")" /dev/null; done
    same "$(process_status "$shim" Name)" shim
    same "$(process_status "$shim" Threads)" 1
    same "$(process_status "$(jq .pid "$tmp/ready")" PPid)" "$shim"
    not lsof_shows "$tmp/ready"
}

# Whether the shim holds a file.
lsof_shows() { find "/proc/$shim/fd" -lname "$1" | grep -q .; }

@test "SM-10 the container is created, and started with --start only" {
    config '.root.readonly = false'
    script 'echo ran >/ran; sleep 1000'
    start_shim
    sleep 0.2
    [ ! -e "$rootfs/ran" ]
    client start
    eventually test -e "$rootfs/ran"
    client shutdown '{"kill": true}'
    take
    rm "$rootfs/ran"
    start_shim --start
    same "$(phase)" running
    eventually test -e "$rootfs/ran"
}

@test "SM-10 help, version and wrong options" {
    run "$SHIM" --help
    same "$status" 0
    for word in --bundle --state --runtime --ready-fd --log --stdin-once --linger --term-kills take recover; do
        [[ $output == *"$word"* ]] || { echo "not in the help: $word" && return 1; }
    done
    run "$SHIM" --version
    same "$status" 0
    run shim_command --no-such-flag
    [ "$status" -ne 0 ] && [[ $output == *no-such-flag* ]]
    run shim_command --ready-fd x
    [ "$status" -ne 0 ] && [[ $output == *ready-fd* ]]
    run shim_command --linger soon
    [ "$status" -ne 0 ] && [[ $output == *linger* ]]
    for missing in id state; do
        run without "$missing"
        [ "$status" -ne 0 ] && [[ $output == *"$missing"* ]] || { echo "without --$missing: $status $output" && return 1; }
    done
    [ ! -e "$state" ]
    no_residue
}

# The command without one of its flags.
without() { # FLAG
    local words=(--bundle "$bundle" --id "$id" --state "$state" --runtime "$runtime" --runtime-arg --root --runtime-arg "$root")
    local kept=() index
    for ((index = 0; index < ${#words[@]}; index += 2)); do
        [ "${words[index]}" = "--$1" ] || kept+=("${words[@]:index:2}")
    done
    "$SHIM" "${kept[@]}" </dev/null 3>&-
}

@test "SM-11 a failed create: the runtime's words first, and nothing is left" {
    config '.process.args = ["/no/such"]'
    run shim_command --log "$shimlog"
    failed_with 1 "/no/such"
    [[ ${lines[0]} == *"/no/such"* ]]
    nothing_left
    runtime=/no/such/runtime
    run shim_command
    failed_with 1 /no/such/runtime
    runtime=$RUNTIME
    bundle=$tmp/nothing
    run shim_command
    failed_with 1 "$tmp/nothing"
    nothing_left
}

@test "SM-11 a failed start after create leaves nothing either" {
    fake_runtime '[ "$verb" != start ] || { echo "no start today" >&2; exit 1; }'
    run shim_command --start
    failed_with 1 "no start today"
    nothing_left
    fake_runtime '[ "$verb" != create ] || { "$real" "$@"; echo "after the create" >&2; exit 1; }'
    run shim_command
    failed_with 1 "after the create"
    nothing_left
}

@test "SM-12 --ready-fd: one line of JSON" {
    script 'sleep 1000'
    start_shim
    same "$(wc -l <"$tmp/ready")" 1
    jq -e --arg socket "$state/socket" '.ok == true and .socket == $socket' "$tmp/ready"
    same "$(runtime state "$id" | jq .pid)" "$init"
    same "$(process_status "$shim" Name)" shim
}

@test "SM-12 --ready-fd: the failure, with the runtime's log as it is" {
    config '.process.args = ["/no/such"]'
    run start_shim
    same "$status" 1
    same "$(wc -l <"$tmp/ready")" 1
    jq -e '.ok == false and (.error | contains("/no/such")) and (.runtimeLog | length >= 1)' "$tmp/ready"
    jq -e '.runtimeLog[-1] | .level == "error" and (.msg | contains("/no/such")) and has("time")' "$tmp/ready"
    run start_shim --ready-fd 77
    [ "$status" -ne 0 ]
    nothing_left
}

@test "SM-12 a caller that has gone finds the failure in the exit record" {
    local caller
    fake_runtime '[ "$verb" != create ] || { sleep 1; echo "too late" >&2; exit 1; }'
    mkfifo "$tmp/pipe"
    sh -c 'exec <"$1" && sleep 0.7' sh "$tmp/pipe" 3>&- &
    "$SHIM" --bundle "$bundle" --id "$id" --state "$state" --runtime "$runtime" --runtime-arg --root --runtime-arg "$root" \
        --ready-fd 9 9>"$tmp/pipe" </dev/null >/dev/null 2>&1 3>&- &
    caller=$!
    eventually test -e "$state/shim.json"
    kill -KILL $caller
    ended_with '.phase == "creating" and (.error | contains("too late")) and (has("status") or has("exitCode") | not)'
    no_container
}

# The runtime knows of no container, though the state folder stays.
no_container() { not "$RUNTIME" --root "$root" state "$id" 2>/dev/null && [ -z "$(processes)$(cgroups)" ]; }

@test "SM-13 --cgroup: the shim enters it, the container is elsewhere" {
    local group=/sys/fs/cgroup/pids/$id-shim
    ! is_v2 || group=/sys/fs/cgroup/$id-shim
    mkdir "$group"
    script 'sleep 1000'
    start_shim --cgroup "$group" --start
    grep -qx "$shim" "$group/cgroup.procs"
    same "$(cat "$group/cgroup.procs")" "$shim"
    not grep -q "$id-shim" "/proc/$init/cgroup"
    client shutdown '{"kill": true}'
    take
    rmdir "$group"
    run shim_command --cgroup "$group"
    failed_with 1 "$group"
}

@test "SM-13 --oom-score-adj is the shim's alone" {
    local mine
    config 'del(.process.oomScoreAdj) | .root.readonly = false'
    script 'cat /proc/self/oom_score_adj >/score; sleep 1000'
    mine=$(cat /proc/self/oom_score_adj)
    start_shim --oom-score-adj 321 --start
    same "$(cat "/proc/$shim/oom_score_adj")" 321
    eventually test -s "$rootfs/score"
    same "$(cat "$rootfs/score") $(cat "/proc/$init/oom_score_adj")" "$mine $mine"
    client run-exec -- cat /proc/self/oom_score_adj >"$tmp/score"
    same "$(cat "$tmp/score")" "$mine"
}

@test "SM-14 --foreground stays where it was started" {
    script 'exit 6'
    "$SHIM" --bundle "$bundle" --id "$id" --state "$state" --runtime "$runtime" --runtime-arg --root --runtime-arg "$root" \
        --foreground --start --linger 30s </dev/null >"$log" 2>&1 3>&- &
    shim=$!
    recorded
    [ -e "/proc/$shim" ]
    same "$(ask .exitCode take)" 6
    eventually gone "$shim"
    wait "$shim"
    nothing_left
}

@test "SM-44 state tells phases, pids and exec sessions" {
    script 'sleep 1000'
    start_logged
    same "$(ask .phase state)" created
    client state | jq -e --argjson pid "$init" 'any(.. | scalars; . == $pid)'
    client start
    same "$(ask .phase state)" running
    client exec "$(jq -nc '{exec: "one", process: {args: ["/bin/true"], cwd: "/", user: {uid: 0, gid: 0}}}')"
    client state | jq -c . | grep -q '"one"'
    [ "$(ask .phase state '{"exec": "one"}')" != running ]
    attach two
    same "$(ask .attached state)" 1
}

@test "SM-44 kill, pause, resume, update, stats" {
    local current
    needs_controller pids
    config '.linux.resources.pids.limit = 77'
    script 'trap "echo usr1" USR1; echo ready; while :; do sleep 0.1; done'
    start_logged --start
    attach one
    eventually grep -q ready "$shimlog"
    client kill '{"signal": 10}'
    eventually grep -q usr1 "$tmp/one.out"
    same "$(ask .pids.limit stats)" 77
    current=$(ask .pids.current stats)
    [ "$current" -ge 1 ]
    client update '{"resources": {"pids": {"limit": 55}}}'
    same "$(ask .pids.limit stats)" 55
    client pause
    eventually frozen
    refused runtime pause
    client resume
    eventually eval '[ "$(field status)" = running ]'
    client kill '{"signal": 9, "all": true}'
    attach_ended one 137
    same "$(client kill '{"signal": 9}')" "{}"
}

@test "SM-44 wait gives the record to everyone who asked, before and after" {
    local number
    script 'sleep 0.5; exit 12'
    start_shim
    for number in 1 2 3; do
        client wait >"$tmp/wait$number" &
        helpers+=($!)
    done
    client start
    recorded
    for number in 1 2 3; do eventually grep -q '"exitCode": *12' "$tmp/wait$number"; done
    same "$(client wait | jq -cS .)" "$(jq -cS . "$state/exit.json")"
}

@test "SM-44 shutdown: a running container only by force, a created one in any case" {
    script 'sleep 1000'
    start_shim --start
    refused state shutdown
    refused state shutdown '{"kill": false}'
    same "$(phase)" running
    same "$(client shutdown '{"kill": true}')" "{}"
    ended_with '.signal == 9 and .phase == "running"'
    take
    start_shim
    same "$(client shutdown)" "{}"
    ended_with '.phase == "created" and .signal == 9'
    take
    nothing_left
}

@test "SM-43 what is not for this phase is an error that says so" {
    script 'sleep 1000'
    start_shim
    refused state resize '{"rows": 10, "columns": 10}'
    client start
    refused state start
    refused notfound start '{"exec": "none"}'
    refused notfound wait '{"exec": "none"}'
    run client attach --exec none
    [ "$status" -eq 1 ] && [[ $output == "notfound: "* ]]
    refused notfound kill '{"exec": "none", "signal": 9}'
    refused notfound delete-exec '{"exec": "none"}'
    refused invalid kill '{"signal": "nine"}'
    refused invalid kill '{}'
    refused invalid kill '{"signal": 65}'
    refused invalid kill '{"signal": -1}'
    refused invalid update '{"resources": 1}'
    [[ $output == *resources* ]]
    same "$(phase)" running
}

@test "SM-50 SIGTERM ends neither the container nor the shim" {
    script 'sleep 1000'
    start_shim --start
    kill -TERM "$shim"
    sleep 0.5
    same "$(phase)" running
    client kill '{"signal": 9}'
    ended_with '.signal == 9'
}

@test "SM-50 SIGTERM with --term-kills ends both" {
    script 'sleep 1000'
    start_shim --start --term-kills --linger 1s
    kill -TERM "$shim"
    ended_with '.signal == 9 and .phase == "running"'
    eventually gone "$shim"
}

@test "SM-50 an inherited mask and dispositions reach neither the shim nor the container" {
    script 'grep -E "^Sig(Blk|Ign)" /proc/self/status; sleep 1000'
    (
        trap '' PIPE TERM HUP
        start_logged --start
    ) || return 1
    shim=$(jq .shimPid "$tmp/ready")
    eventually grep -q SigIgn "$shimlog"
    same "$(logged stdout | awk '{ print $2 }' | sort -u)" 0000000000000000
}

@test "SM-51 orphans of a container that shares the host's pids are reaped" {
    config 'del(.linux.namespaces[] | select(.type == "pid"))'
    script 'for i in $(seq 50); do (sh -c "sleep 0.1 & exit" &); done; sleep 1000'
    start_shim --start
    eventually eval '[ "$(children "$shim" | wc -w)" -gt 1 ]'
    eventually eval '[ "$(children "$shim" | wc -w)" -eq 1 ]'
    same "$(zombies "$shim")" ""
    client kill '{"signal": 9}'
    ended_with '.signal == 9'
}

@test "SM-51 orphans of exec sessions are reaped" {
    script 'sleep 1000'
    start_shim --start
    for _ in 1 2 3 4 5; do
        run client run-exec -- sh -c '(sh -c "sleep 0.2 >/dev/null 2>&1 & exit" &) ; exit 3'
        same "$status" 3
    done
    eventually eval '[ "$(children "$shim" | wc -w)" -eq 1 ]'
}

@test "SM-10 a hundred calls leave no descriptor, child or file behind" {
    local before
    script 'sleep 1000'
    start_logged --start
    client run-exec -- true
    client run-exec --tty -- true
    attach one
    kill "$attached"
    eventually eval '[ "$(ask .attached state)" -eq 0 ]'
    before="$(descriptors "$shim") $(contents)"
    for _ in $(seq 15); do
        client run-exec -- true
        client run-exec --tty -- true
        client state >/dev/null
        client stats >/dev/null
        client kill '{"signal": 0}' >/dev/null
        client reopen
        client raw 0201000000000000 >/dev/null
        run client run-exec -- /no/such
    done
    eventually eval '[ "$(descriptors "$shim") $(contents)" = "'"$before"'" ]' ||
        { ls -l "/proc/$shim/fd" "$state" && return 1; }
    same "$(zombies "$shim") $(children "$shim" | wc -w)" " 1"
}

@test "SM-10 --name is what ps shows" {
    start_shim --name keeper
    same "$(process_status "$shim" Name)" keeper
    client shutdown
    ended_with '.phase == "created"'
}

@test "SM-34 a service by hand, as the README says: logs and a durable exit status without a supervisor" {
    script 'trap "echo stopping; exit 7" TERM; echo serving; while :; do sleep 0.05; done'
    # The lines of the README, with this test's paths.
    mkdir "$tmp/bin"
    printf '#!/bin/sh\nexec %s --root %s "$@"\n' "$RUNTIME" "$root" >"$tmp/bin/runc-swift"
    ln -s "$SHIM" "$tmp/bin/shim"
    chmod +x "$tmp/bin/runc-swift"
    by_hand --start
    shim=$(shims)
    eventually grep -q serving "$shimlog"
    same "$(by_hand 'shim logs' | xargs)" serving
    by_hand 'shim kill'
    same "$(by_hand 'shim wait')" 7
    same "$(by_hand 'shim take' | jq .exitCode)" 7
    eventually gone "$shim"
    same "$(logged stdout | xargs)" "serving stopping"
    nothing_left
}

# Runs the line of the README's code that contains these words.
by_hand() { # WORDS
    local line
    line=$(grep -E '^shim ' "$BATS_TEST_DIRNAME/../README.md" | grep -m1 -F -- "$1")
    [ -n "$line" ] || { echo "not in README.md: $1" >&2 && return 1; }
    line=${line//my-bundle/$bundle} line=${line//\/run\/web/$state} line=${line//\/var\/log\/web.log/$shimlog} line=${line//--id web/--id $id}
    PATH=$tmp/bin:$PATH bash -c "${line/ --follow/}" </dev/null 3>&-
}
