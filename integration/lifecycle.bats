#!/usr/bin/env bats
# spec/lifecycle.md

load helpers

@test "LC-1 create does everything but run the process" {
    script 'echo ran >/dev/shm/ran; sleep 1000'
    create_container
    same "$(field status)" created
    [ "$(init_pid)" -gt 0 ]
    [ ! -e "/proc/$(init_pid)/root/dev/shm/ran" ]
    [ -d "/proc/$(init_pid)/root/bin" ]
    [ "$(readlink "/proc/$(init_pid)/ns/pid")" != "$(readlink /proc/self/ns/pid)" ]
    same "$(cat "$log")" ""
}

@test "LC-2 start runs the process once" {
    script 'echo ran >>/dev/shm/ran; sleep 1000'
    create_container
    runtime start "$id"
    wait_for running
    eventually test -s "/proc/$(init_pid)/root/dev/shm/ran"
    run runtime start "$id"
    failed_with 1 "cannot start an already running container"
    same "$(cat "/proc/$(init_pid)/root/dev/shm/ran")" ran
}

@test "LC-2 a process of another user waits for start too" {
    config '.process.user = {"uid": 1000, "gid": 1000}'
    script 'id -u >&2; sleep 1000'
    create_container
    sleep 0.1
    same "$(field status)" created
    runtime start "$id"
    eventually grep -qx 1000 "$log"
}

@test "LC-2 start of a stopped container fails" {
    create_container
    runtime kill "$id" KILL
    wait_for stopped
    run runtime start "$id"
    failed_with 1 "cannot start a container that has stopped"
}

@test "LC-2 the start barrier leaves the process nothing" {
    script 'ls /proc/self/fd | wc -l >/dev/shm/count; sleep 1000'
    create_container
    runtime start "$id"
    eventually test -s "/proc/$(init_pid)/root/dev/shm/count"
    same "$(cat "/proc/$(init_pid)/root/dev/shm/count")" 4
    [ ! -e "$root/$id/exec.fifo" ]
}

@test "LC-3 state tells what the specification asks for" {
    config '.annotations = {"org.example.key": "value"}'
    run_sleeper
    run runtime state "$id"
    [ "$status" -eq 0 ]
    same "$(jq -r '[.id, .status, .bundle, .rootfs, .annotations["org.example.key"]] | join(" ")' <<<"$output")" \
        "$id running $bundle $bundle/rootfs value"
    jq -e '.ociVersion | test("^1\\.")' <<<"$output"
    jq -e '.created | test("^20[0-9-]+T[0-9:.]+Z$")' <<<"$output"
    [ -d "/proc/$(jq .pid <<<"$output")" ]
    same "$(jq -r 'keys_unsorted | join(" ")' <<<"$output")" "ociVersion id pid status bundle rootfs created annotations owner"
}

@test "LC-3 a stopped container has pid 0" {
    run_sleeper
    runtime kill "$id" KILL
    wait_for stopped
    same "$(init_pid)" 0
}

@test "LC-3 state of an unknown container fails" {
    run runtime state nosuch
    failed_with 1 "container does not exist"
}

@test "LC-4 an id is used once" {
    run_sleeper
    run_container
    failed_with 1 "container with given ID already exists"
    same "$(field status)" running
}

@test "LC-4 ids have a grammar" {
    local bad
    for bad in "" . .. a/b ../x "a b" "a
b" 'a$b' "/abs"; do
        run runtime create --bundle "$bundle" "$bad" </dev/null
        [ "$status" -ne 0 ] || { echo "accepted: $bad" && false; }
    done
    [ ! -e "$root" ] || same "$(find "$root" -mindepth 1)" ""
    id="$id+a_b.c-D9"
    run_sleeper
}

@test "LC-5 kill sends the signal that is named" {
    local name
    script 'trap "echo usr1 >>/dev/shm/got" USR1; trap "echo hup >>/dev/shm/got" HUP; touch /dev/shm/ready; while :; do sleep 0.05; done'
    run_detached
    local files
    files=/proc/$(init_pid)/root/dev/shm
    eventually test -e "$files/ready"
    for name in USR1 SIGUSR1 sigusr1 10; do
        runtime kill "$id" "$name"
        eventually grep -q usr1 "$files/got"
        rm "$files/got"
    done
    runtime kill "$id" HUP
    eventually grep -q hup "$files/got"
    run runtime kill "$id" NOSUCH
    [ "$status" -ne 0 ]
    runtime kill "$id" 0
    same "$(field status)" running
}

@test "LC-5 kill sends SIGTERM where no signal is named" {
    script 'trap "exit 0" TERM; touch /dev/shm/ready; while :; do sleep 0.05; done'
    run_detached
    eventually test -e "/proc/$(init_pid)/root/dev/shm/ready"
    runtime kill "$id"
    wait_for stopped
}

@test "LC-5 kill of a stopped container fails" {
    run_sleeper
    runtime kill "$id" KILL
    wait_for stopped
    run runtime kill "$id" TERM
    failed_with 1 "container not running"
    runtime kill --all "$id" TERM
}

@test "LC-5 kill of an unknown container fails" {
    run runtime kill nosuch
    failed_with 1 "container does not exist"
}

@test "LC-5 kill reaches a created container" {
    create_container
    runtime kill "$id" KILL
    wait_for stopped
}

@test "LC-5 KILL without an own PID namespace ends every process of the cgroup" {
    newer_than_runc 1.2.0 "only --all does so"
    config '.linux.namespaces |= map(select(.type != "pid"))'
    script 'sleep 1001 & sleep 1002 & wait'
    run_detached
    eventually eval '[ "$(processes | wc -l)" -eq 3 ]'
    runtime kill "$id" KILL
    wait_for stopped
    eventually eval '[ -z "$(processes)" ]'
}

@test "LC-6 delete of a stopped container leaves nothing" {
    run_sleeper
    runtime kill "$id" KILL
    wait_for stopped
    runtime delete "$id"
    no_residue
    run runtime state "$id"
    failed_with 1 "container does not exist"
}

@test "LC-6 delete of a created container leaves nothing" {
    create_container
    runtime delete "$id"
    no_residue
}

@test "LC-6 delete of a running container fails and changes nothing" {
    run_sleeper
    run runtime delete "$id"
    failed_with 1 "cannot delete container $id that is not stopped: running"
    same "$(field status)" running
}

@test "LC-7 delete --force ends and removes a running container" {
    run_sleeper
    runtime delete --force "$id"
    no_residue
}

@test "LC-7 delete --force removes what runs beside init, and cgroups made below" {
    config '.linux.namespaces |= map(select(.type != "pid"))'
    script 'sleep 1001 & sleep 1002 & wait'
    run_detached
    eventually eval '[ "$(processes | wc -l)" -eq 3 ]'
    local folder
    folder=$(cgroup_of pids)
    mkdir -p "$folder/below/deeper"
    echo "$(processes | tail -1)" >"$folder/below/deeper/cgroup.procs"
    runtime delete --force "$id"
    no_residue
}

@test "LC-7 delete of an unknown container fails, and with --force does not" {
    run runtime delete nosuch
    failed_with 1 "container does not exist"
    runtime delete --force nosuch
}

@test "LC-8 config.json edited after create changes nothing" {
    script 'hostname >/dev/shm/name; sleep 1000'
    create_container
    config '.hostname = "other" | .process.args = ["false"]'
    runtime start "$id"
    eventually test -s "/proc/$(init_pid)/root/dev/shm/name"
    same "$(cat "/proc/$(init_pid)/root/dev/shm/name")" "$(jq -r .hostname "$BATS_RUN_TMPDIR/base/config.json")"
}

@test "LC-12 pause stops every process, resume lets them go on" {
    script 'while :; do echo x >>/dev/shm/ticks; sleep 0.02; done'
    run_detached
    local ticks before
    ticks=/proc/$(init_pid)/root/dev/shm/ticks
    eventually test -s "$ticks"
    runtime pause "$id"
    same "$(field status)" paused
    before=$(wc -c <"$ticks")
    sleep 0.3
    same "$(wc -c <"$ticks")" "$before"
    runtime resume "$id"
    same "$(field status)" running
    eventually eval "[ \$(wc -c <$ticks) -gt $before ]"
}

@test "LC-12 pause and resume refuse what is not running or not paused" {
    run_sleeper
    run runtime resume "$id"
    [ "$status" -ne 0 ]
    run runtime pause nosuch
    [ "$status" -ne 0 ]
    run runtime resume nosuch
    [ "$status" -ne 0 ]
    same "$(field status)" running
}

@test "LC-12 a created container that is paused is not started" {
    script 'sleep 1000'
    create_container
    runtime pause "$id"
    same "$(field status)" paused
    run timeout 5 "$RUNTIME" --root "$root" start "$id"
    failed_with 1 "cannot start a container in the paused state"
    runtime resume "$id"
    same "$(field status)" created
    runtime start "$id"
    wait_for running
}

@test "LC-12 a paused container is deleted by --force" {
    run_sleeper
    runtime pause "$id"
    runtime delete --force "$id"
    no_residue
}

@test "LC-12 KILL ends a paused container" {
    run_sleeper
    runtime pause "$id"
    runtime kill "$id" KILL
    runtime resume "$id" || true
    wait_for stopped
}

@test "LC-13 the pid file holds the pid as the host sees it, and nothing else" {
    create_container --pid-file "$tmp/pid"
    same "$(cat "$tmp/pid")" "$(init_pid)"
    same "$(stat -c %s "$tmp/pid")" "$(init_pid | tr -d '\n' | wc -c)"
    same "$(find "$tmp" -maxdepth 1 -name '.*pid*')" ""
}

@test "LC-13 a relative pid file is relative to the caller" {
    mkdir "$tmp/elsewhere"
    cd "$tmp/elsewhere"
    create_container --pid-file pid
    same "$(cat "$tmp/elsewhere/pid")" "$(init_pid)"
}

@test "LC-13 a pid file that cannot be written fails the command and leaves nothing" {
    run runtime create --bundle "$bundle" --pid-file "$tmp/no/such/pid" "$id" </dev/null
    failed_with 1 "no such file or directory"
    no_residue
}

@test "LC-16 containers of other state folders are not seen" {
    run_sleeper
    run "$RUNTIME" --root "$tmp/other" state "$id"
    [ "$status" -eq 1 ]
    [[ $output == *"container does not exist"* ]]
}

@test "LC-17 a container whose init was killed is stopped at once" {
    run_sleeper
    kill -KILL "$(init_pid)"
    eventually eval '[ "$(field status)" = stopped ]'
    runtime delete "$id"
    no_residue
}

@test "LC-18 two creates of one id: one wins, and the other leaves it alone" {
    newer_than_runc 1.2.0 "the loser removes the winner's state"
    local first second
    runtime create --bundle "$bundle" "$id" </dev/null >/dev/null 2>&1 &
    first=$!
    runtime create --bundle "$bundle" "$id" </dev/null >/dev/null 2>&1 &
    second=$!
    local won=0
    if wait $first; then won=$((won + 1)); fi
    if wait $second; then won=$((won + 1)); fi
    same $won 1
    same "$(field status)" created
    runtime start "$id"
}
