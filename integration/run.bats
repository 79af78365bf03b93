#!/usr/bin/env bats
# spec/lifecycle.md, `run`

load helpers

@test "LC-10 run hands on the exit status" {
    script 'exit 42'
    run_container
    same "$status" 42
    no_residue
}

@test "LC-10 a signal's exit status is 128 and its number" {
    config '.process.args = ["sleep", "1000"]'
    (wait_for running && runtime kill "$id" KILL) >/dev/null &
    run_container
    same "$status" 137
}

@test "LC-10 output and errors go where the caller's go" {
    script 'echo out; echo err >&2'
    run --separate-stderr runtime run --bundle "$bundle" "$id" </dev/null
    same "$output" out
    same "$stderr" err
}

@test "LC-10 standard input reaches the process" {
    config '.process.args = ["cat"]'
    same "$(echo hello | runtime run --bundle "$bundle" "$id")" hello
}

@test "LC-10 a megabyte passes through unchanged" {
    config '.process.args = ["cat"]'
    head -c 1000000 /dev/urandom >"$tmp/data"
    runtime run --bundle "$bundle" "$id" <"$tmp/data" | cmp - "$tmp/data"
}

@test "LC-10 --keep leaves the stopped container" {
    config '.process.args = ["true"]'
    run_container --keep
    same "$status" 0
    same "$(field status)" stopped
    runtime delete "$id"
    no_residue
}

@test "LC-10 signals are forwarded to the process" {
    script 'trap "echo got; exit 7" USR1; touch /dev/shm/ready; while :; do sleep 0.05; done'
    runtime run --bundle "$bundle" "$id" </dev/null >"$log" 2>&1 &
    local runtime_pid=$!
    wait_for running
    eventually test -e "/proc/$(init_pid)/root/dev/shm/ready"
    kill -USR1 "$(pgrep -P $runtime_pid -f "$id" || echo $runtime_pid)"
    local code=0
    wait $runtime_pid || code=$?
    same $code 7
    same "$(cat "$log")" got
}

@test "LC-11 run --detach returns while the container runs" {
    run_sleeper --pid-file "$tmp/pid"
    same "$(field status)" running
    same "$(cat "$tmp/pid")" "$(init_pid)"
}

@test "LC-11 a detached container keeps the caller's descriptors as its standard ones" {
    script 'echo hello; echo problem >&2'
    runtime run --detach --bundle "$bundle" "$id" </dev/null >"$tmp/out" 2>"$tmp/err"
    eventually grep -q hello "$tmp/out"
    eventually grep -q problem "$tmp/err"
}

@test "LC-9 a program that is not there is an error that leaves nothing" {
    config '.process.args = ["/no/such"]'
    run_container
    failed_with 1 "no such file or directory"
    no_residue
}

@test "LC-9 a program that is not in PATH is an error at create" {
    config '.process.args = ["nosuchprogram"]'
    run runtime create --bundle "$bundle" "$id" </dev/null
    failed_with 1 "create failed: " nosuchprogram 'executable file not found in $PATH'
    no_residue
}

@test "LC-9 a program that may not be executed is an error" {
    install -m 644 /dev/null "$rootfs/plain"
    config '.process.args = ["/plain"]'
    run_container
    failed_with 1 "permission denied"
    no_residue
}

@test "LC-9 a program of another format is an error that says so" {
    printf 'neither ELF nor script' >"$rootfs/plain"
    chmod 755 "$rootfs/plain"
    config '.process.args = ["/plain"]'
    run_container
    [ "$status" -ne 0 ]
    [[ $output == *"exec format error"* ]]
    no_residue
}

@test "LC-9 a bundle without config.json is an error" {
    rm config.json
    run_container
    failed_with 1 "config.json"
    no_residue
}

@test "LC-9 a root file system that is not there is an error" {
    config '.root.path = "nosuch"'
    run_container
    failed_with 1 "nosuch"
    no_residue
}

@test "BD-1 the bundle is the working folder where none is named" {
    config '.process.args = ["true"]'
    cd "$bundle"
    runtime run "$id" </dev/null
}

@test "BD-3 root.path may be absolute, relative, or the bundle itself" {
    config '.process.args = ["true"]'
    config '.root.path = $path' --arg path "$rootfs"
    runtime run "$id" </dev/null
    cp config.json "$rootfs/"
    cd "$rootfs"
    edit config.json '.root.path = "."'
    runtime run "$id" </dev/null
}

@test "BD-4 a read-only root cannot be written, and a writable one can" {
    script 'touch /file'
    run_container
    failed_with 1 "Read-only file system"
    config '.root.readonly = false'
    run_container
    same "$status" 0
    [ -e "$rootfs/file" ]
}

@test "BD-9 hostname and domainname are set" {
    config '.hostname = "myhost" | .process.args = ["hostname"]'
    run_container
    same "$output" myhost
    newer_than_runc 1.2.0 "no domainname"
    config '.domainname = "example.org" | .process.args = ["cat", "/proc/sys/kernel/domainname"]'
    run_container
    same "$output" example.org
}

@test "BD-9 the host's names stay as they are" {
    local before
    before=$(hostname)
    config '.hostname = "myhost" | .process.args = ["true"]'
    run_container
    same "$(hostname)" "$before"
}

@test "BD-13 namespaces that are not asked for are the host's" {
    config '.linux.namespaces = [{"type": "mount"}, {"type": "pid"}] | del(.hostname)'
    script 'for n in net ipc uts; do readlink /proc/self/ns/$n; done'
    config '.mounts |= map(select(.type != "mqueue" and .type != "sysfs"))'
    run_container
    same "$output" "$(for n in net ipc uts; do readlink /proc/self/ns/$n; done)"
}

@test "BD-13 a namespace can be joined by path" {
    run_sleeper
    local pid
    pid=$(init_pid)
    mkdir "$tmp/second"
    cp -a "$BATS_RUN_TMPDIR/base/." "$tmp/second"
    edit "$tmp/second/config.json" '.linux.namespaces |= map(if .type == "network" or .type == "ipc" or .type == "uts" then .path = "/proc/\($pid)/ns/" + ({"network": "net"}[.type] // .type) else . end)
        | .process.args = ["sh", "-c", "for n in net ipc uts pid; do readlink /proc/self/ns/$n; done"] | del(.hostname)' --arg pid "$pid"
    run runtime run --bundle "$tmp/second" "$id-b" </dev/null
    same "$status" 0
    same "$(head -3 <<<"$output")" "$(for n in net ipc uts; do readlink "/proc/$pid/ns/$n"; done)"
    [ "$(tail -1 <<<"$output")" != "$(readlink "/proc/$pid/ns/pid")" ]
}

@test "BD-13 a PID namespace can be joined by path" {
    run_sleeper
    local pid
    pid=$(init_pid)
    mkdir "$tmp/second"
    cp -a "$BATS_RUN_TMPDIR/base/." "$tmp/second"
    edit "$tmp/second/config.json" '.linux.namespaces |= map(if .type == "pid" then .path = "/proc/\($pid)/ns/pid" else . end)
        | .process.args = ["sh", "-c", "readlink /proc/self/ns/pid; ps | grep -c sleep\\ 1000"]' --arg pid "$pid"
    run runtime run --bundle "$tmp/second" "$id-b" </dev/null
    same "$status" 0
    same "$(head -1 <<<"$output")" "$(readlink "/proc/$pid/ns/pid")"
}

@test "BD-13 a path that is no namespace of that kind is an error" {
    config '.linux.namespaces |= map(if .type == "network" then .path = "/proc/self/ns/uts" else . end)'
    run_container
    [ "$status" -eq 1 ]
    no_residue
}

@test "BD-16 sysctls of the container's namespaces are set" {
    config '.linux.sysctl = {"net.ipv4.ip_forward": "1", "kernel.shm_rmid_forced": "1"}'
    script 'cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/shm_rmid_forced'
    run_container
    same "$output" "1
1"
}

@test "BD-16 a sysctl that is the host's is refused" {
    config '.linux.sysctl = {"vm.swappiness": "1"}'
    run_container
    failed_with 1 "vm.swappiness"
    no_residue
}

@test "PM-1 a foreground run waits with one thread" {
    only_ours "it is many threads"
    config '.process.args = ["sleep", "1000"]'
    runtime run --bundle "$bundle" "$id" </dev/null >"$log" 2>&1 &
    local runtime_pid=$!
    wait_for running
    runtime_pid=$(pgrep -P $runtime_pid -f "$id" | head -1 || true)
    runtime_pid=${runtime_pid:-$!}
    same "$(awk '/^Threads:/ { print $2 }' "/proc/$runtime_pid/status")" 1
    runtime kill "$id" KILL
}
