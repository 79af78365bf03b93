#!/usr/bin/env bats
# spec/lifecycle.md, `exec`

load helpers

prepare() { run_sleeper; }

process() { # JSON: what `exec --process` reads
    printf '%s' "$1" >"$tmp/process.json"
}

@test "LC-14 exec runs in the container's namespaces and cgroup" {
    local pid
    pid=$(init_pid)
    run runtime exec "$id" sh -c 'for n in net ipc uts pid mnt; do readlink /proc/self/ns/$n; done; cat /proc/self/cgroup'
    same "$status" 0
    same "$(head -5 <<<"$output")" "$(for n in net ipc uts pid mnt; do readlink "/proc/$pid/ns/$n"; done)"
    same "$(tail -n +6 <<<"$output")" "$(nsenter --target "$pid" --cgroup cat "/proc/$pid/cgroup")"
}

@test "LC-14 exec hands on the exit status" {
    run runtime exec "$id" sh -c 'exit 42'
    same "$status" 42
    run runtime exec "$id" sh -c 'kill -KILL $$'
    same "$status" 137
}

@test "LC-14 an error of the runtime itself is 255" {
    run runtime exec "$id" nosuchprogram
    failed_with 255 "exec failed: " "nosuchprogram" "executable file not found"
    run runtime exec nosuch true
    failed_with 255 "container does not exist"
    run runtime exec --pid-file "$tmp/no/such/pid" "$id" true
    failed_with 255 "no such file or directory"
    runtime kill "$id" KILL
    wait_for stopped
    run runtime exec "$id" true
    failed_with 255 "cannot exec in a stopped container"
}

@test "LC-14 flags after the program are the program's" {
    run runtime exec "$id" sh -c 'echo "$@"' sh -c --cwd x
    same "$output" "-c --cwd x"
}

@test "LC-14 standard streams pass through" {
    same "$(echo hello | runtime exec "$id" cat)" hello
    head -c 1000000 /dev/urandom >"$tmp/data"
    runtime exec "$id" cat <"$tmp/data" | cmp - "$tmp/data"
}

@test "LC-14 exec in a created container leaves it created" {
    runtime delete --force "$id"
    create_container
    run runtime exec "$id" echo hello
    same "$output" hello
    same "$(field status)" created
}

@test "LC-14 exec in a paused container is refused" {
    runtime pause "$id"
    run runtime exec "$id" true
    failed_with 255 "cannot exec in a paused container"
    runtime resume "$id"
    runtime exec "$id" true
}

@test "LC-14 exec --ignore-paused runs once the container is thawed" {
    newer_than_runc 1.2.0 "it waits for ever"
    runtime pause "$id"
    runtime exec --ignore-paused "$id" echo thawed </dev/null >"$tmp/out" 2>&1 &
    sleep 0.3
    same "$(cat "$tmp/out")" ""
    runtime resume "$id"
    eventually grep -q thawed "$tmp/out"
}

@test "LC-14 --env, --cwd and --user change the process" {
    run runtime exec --env A=1 --env B="2 3" "$id" sh -c 'echo "$A $B"'
    same "$output" "1 2 3"
    run runtime exec --cwd /tmp "$id" pwd
    same "$output" /tmp
    run runtime exec --user 1000:1001 "$id" sh -c 'echo $(id -u) $(id -g)'
    same "$output" "1000 1001"
    run runtime exec --user 1000 "$id" sh -c 'echo $(id -u) $(id -g)'
    same "$output" "1000 0"
}

@test "LC-14 HOME is the user's, by the container's passwd" {
    run runtime exec --user 1000 "$id" sh -c 'echo $HOME'
    same "$output" /home
    run runtime exec --user 4242 "$id" sh -c 'echo $HOME'
    same "$output" /
    run runtime exec --env HOME=/given "$id" sh -c 'echo $HOME'
    same "$output" /given
}

@test "LC-14 --additional-gids are joined" {
    run runtime exec --user 1000:1000 --additional-gids 100 --additional-gids 65534 "$id" id -G
    same "$output" "1000 100 65534"
}

@test "LC-14 --cap adds a capability, and never to the inheritable set" {
    run runtime exec --cap CAP_SYS_PTRACE "$id" grep Cap /proc/self/status
    local name
    for name in CapPrm CapEff CapBnd; do
        [ $((0x$(awk "/$name/ { print \$2 }" <<<"$output") >> 19 & 1)) = 1 ]
    done
    same "$(awk '/CapInh/ { print $2 }' <<<"$output")" 0000000000000000
}

@test "LC-14 --process replaces the process" {
    process '{"args": ["sh", "-c", "echo $A $(id -u) $(pwd); env | grep -c B="], "env": ["A=x", "PATH=/bin"], "cwd": "/tmp", "user": {"uid": 1000, "gid": 1000}}'
    run runtime exec --process "$tmp/process.json" "$id"
    same "$output" "x 1000 /tmp
0"
}

@test "LC-14 --process can be a descriptor" {
    run runtime exec --process <(echo '{"args": ["echo", "hello"], "env": ["PATH=/bin"], "cwd": "/", "user": {"uid": 0, "gid": 0}}') "$id"
    same "$output" hello
}

@test "LC-14 --detach returns at once, and the pid file tells which process" {
    runtime exec --detach --pid-file "$tmp/pid" "$id" sleep 1001 </dev/null >"$tmp/out" 2>&1
    same "$(tr '\0' ' ' <"/proc/$(cat "$tmp/pid")/cmdline")" "sleep 1001 "
    same "$(readlink "/proc/$(cat "$tmp/pid")/ns/pid")" "$(readlink "/proc/$(init_pid)/ns/pid")"
}

@test "LC-14 process defaults are those of config.json as it is now" {
    config '.process.env += ["ADDED=later"]'
    run runtime exec "$id" sh -c 'echo $ADDED'
    same "$output" later
}

@test "LC-14 the last of several values of a variable counts, and is passed once" {
    newer_than_runc 1.3.0 "all are passed"
    run runtime exec --env A=1 --env A=2 "$id" env
    same "$(grep -c ^A= <<<"$output") $(grep ^A= <<<"$output")" "1 A=2"
}

@test "LC-14 a failed exec leaves the container as it was" {
    local before
    before=$(processes | wc -l)
    run runtime exec --cwd /no/such "$id" true
    [ "$status" -eq 255 ]
    run runtime exec "$id" /no/such
    [ "$status" -eq 255 ]
    same "$(processes | wc -l)" "$before"
    same "$(field status)" running
    runtime exec "$id" true
}

@test "LC-14 exec in many at once" {
    local jobs=() job
    for job in 1 2 3 4 5 6 7 8; do
        runtime exec "$id" sh -c "exit $job" </dev/null &
        jobs+=($!)
    done
    for job in 1 2 3 4 5 6 7 8; do
        local code=0
        wait "${jobs[job - 1]}" || code=$?
        same $code $job
    done
}

@test "LC-14 --no-new-privs and the terminal of config.json" {
    config '.process.noNewPrivileges = false | .process.terminal = true'
    run runtime exec "$id" grep NoNewPrivs /proc/self/status
    same "$(awk '{ print $2 }' <<<"$output")" 0
    run runtime exec --no-new-privs "$id" grep NoNewPrivs /proc/self/status
    same "$(awk '{ print $2 }' <<<"$output")" 1
}

@test "LC-14 --cgroup chooses a group below the container's" {
    needs_cgroup_v1
    mkdir "$(cgroup_of pids)/below"
    run runtime exec --cgroup pids:/below "$id" sh -c "grep pids: /proc/self/cgroup"
    same "$status" 0
    [[ $output == */below ]]
    run runtime exec --cgroup pids:../.. "$id" true
    failed_with 255 "sub cgroup path"
    run runtime exec --cgroup nosuch:/below "$id" true
    failed_with 255 "unknown controller nosuch"
}

@test "PM-1 a foreground exec waits with one thread" {
    only_ours "it is many threads"
    runtime exec "$id" sleep 1001 </dev/null >/dev/null 2>&1 &
    local waiting
    eventually eval 'waiting=$(pgrep -f -- "exec $id sleep 1001$" | head -1) && [ -n "$waiting" ] && [ "$(processes | wc -l)" -eq 2 ]'
    for waiting in $(pgrep -f -- "exec $id sleep 1001$"); do
        same "$(awk '/^Threads:/ { print $2 }' "/proc/$waiting/status")" 1
    done
    runtime kill "$id" KILL
}
