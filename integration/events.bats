#!/usr/bin/env bats
# events and ps

load helpers

tidy() { [ -z "${watcher:-}" ] || kill "$watcher" 2>/dev/null || true; }

@test "CG-11 events --stats is one line with the figures of the group" {
    needs_cgroup_v1
    run_sleeper
    run runtime events --stats "$id"
    same "$status" 0
    same "${#lines[@]}" 1
    [[ $output == '{"type":"stats","id":"'$id'","data":{'* ]]
    jq -e '.data.cpu.usage.total > 0' <<<"$output"
    jq -e '.data.pids.current == 1' <<<"$output"
    jq -e '.data.memory.usage | (.usage > 0) and has("limit") and has("failcnt")' <<<"$output"
    jq -e '.data.memory.raw | length > 3' <<<"$output"
}

@test "CG-11 events --stats counts what is there" {
    needs_controller pids
    config '.linux.resources.pids.limit = 33'
    script 'sleep 1001 & sleep 1002 & wait'
    run_detached
    eventually eval '[ "$(processes | wc -l)" -eq 3 ]'
    run runtime events --stats "$id"
    same "$(jq -c '.data.pids' <<<"$output")" '{"current":3,"limit":33}'
}

@test "CG-11 events of an unknown or stopped container fail" {
    run runtime events --stats nosuch
    failed_with 1 "container does not exist"
    run_sleeper
    runtime kill "$id" KILL
    wait_for stopped
    run runtime events --stats "$id"
    [ "$status" -eq 1 ]
}

@test "CLI-40 events goes on at the interval, and ends with the container" {
    run_sleeper
    runtime events --interval 100ms "$id" >"$tmp/events" 2>&1 &
    watcher=$!
    eventually eval '[ "$(wc -l <"$tmp/events")" -ge 3 ]'
    same "$(jq -r .type "$tmp/events" | sort -u)" stats
    runtime delete --force "$id"
    wait $watcher
    watcher=
}

@test "CLI-40 an interval that is none is refused" {
    run_sleeper
    run timeout 5 "$RUNTIME" --root "$root" events --interval 0s "$id"
    same "$status" 1
}

@test "CG-11 running out of memory is an event" {
    needs_controller memory
    config '.linux.resources.memory = {"limit": 33554432}'
    [ ! -e /sys/fs/cgroup/memory/memory.memsw.limit_in_bytes ] || config '.linux.resources.memory.swap = 33554432'
    script 'while [ ! -e /dev/shm/go ]; do sleep 0.05; done; dd if=/dev/zero of=/dev/null bs=128M count=1; sleep 1000'
    run_detached
    runtime events --interval 10s "$id" >"$tmp/events" 2>&1 &
    watcher=$!
    sleep 0.5
    touch "/proc/$(init_pid)/root/dev/shm/go"
    eventually grep -qF '{"type":"oom","id":"'"$id"'"' "$tmp/events"
}

@test "CLI-39 ps shows the container's processes as the host sees them" {
    script 'sleep 1001 & sleep 1002 & wait'
    run_detached
    eventually eval '[ "$(processes | wc -l)" -eq 3 ]'
    run runtime ps "$id"
    same "$status" 0
    [[ ${lines[0]} == *PID*CMD* ]]
    same "$(grep -c ' sleep 100[12]$' <<<"$output")" 2
    same "${#lines[@]}" 4
    run runtime ps --format json "$id"
    same "$(jq -r '.[]' <<<"$output" | sort -n)" "$(processes | sort -n)"
    run runtime ps "$id" -o pid,args
    [[ ${lines[0]} == *PID*COMMAND* ]]
    same "${#lines[@]}" 4
}

@test "CLI-39 ps of a stopped container has no processes" {
    run_sleeper
    runtime kill "$id" KILL
    wait_for stopped
    run runtime ps --format json "$id"
    same "$status" 0
}
