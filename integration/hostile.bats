#!/usr/bin/env bats
# What an image, a part of config.json, a process in a container or another command at the same time may try: each of
# these has worked once.

load helpers

prepare() { mkdir "$root"; }

@test "MT-17, SE-23 a sysctl key leads to no setting of the host's" {
    only_ours "it fails, with other words"
    local key before
    before=$(cat /proc/sys/vm/swappiness)
    for key in net.//.vm.swappiness net/../vm/swappiness net.ipv4.//.//.vm.swappiness; do
        config '.linux.sysctl = {($key): "7"}' --arg key "$key"
        run_container
        failed_with 1 "sysctl \\\"$key\\\" is not a name below /proc/sys"
        same "$(cat /proc/sys/vm/swappiness)" "$before"
    done
    no_residue
}

# The container makes a cgroup by a name that is not UTF-8 and below it a nest too deep for a path, with a process in
# it, in each hierarchy that it may write.
hidden_cgroups='
set -e
for top in /sys/fs/cgroup /sys/fs/cgroup/pids; do
    [ -e "$top/cgroup.procs" ] || continue
    cd "$top"
    odd=$(printf "a\377")
    mkdir "$odd"
    cd "$odd"
    name=$(printf "%0200d" 0)
    for level in $(seq 25); do mkdir "$name" && cd -P "$name"; done
    sleep 1000 &
    echo $! >cgroup.procs
done
echo hidden >/hidden
exec sleep 1000'

@test "CG-9 a container cannot hide from kill and delete in cgroups with impossible names" {
    only_ours "it leaves cgroups with such names"
    config '(.mounts[] | select(.type == "cgroup")).options = ["rw", "nosuid", "noexec", "nodev"] | .root.readonly = false'
    script "$hidden_cgroups"
    run_detached
    eventually test -s "$rootfs/hidden"
    runtime delete --force "$id"
    no_residue
}

@test "CG-1 a combining mark behind a slash hides no step up in cgroupsPath" {
    local path
    config '.process.args = ["true"]'
    for path in '../\u0301x' '/../\u0301x' '/a/../../\u0301b/../..'; do
        edit "$bundle/config.json" ".linux.cgroupsPath = \"$path/$id\""
        run_container
        # v2 has nothing above where a folder could be made.
        is_v2 || same "$(find /sys/fs/cgroup -maxdepth 1 -name '*́*')" ""
    done
    find /sys/fs/cgroup -depth -type d -name '*́*' -exec rmdir {} + 2>/dev/null || true
    find /sys/fs/cgroup -depth -type d -path '*/a' -empty -exec rmdir {} + 2>/dev/null || true
    no_residue
}

@test "LC-12 a created container that is paused can be resumed, and start says why it does not work" {
    create_container
    runtime pause "$id"
    same "$(field status)" paused
    run timeout 10 "$RUNTIME" --root "$root" start "$id"
    failed_with 1 paused
    runtime resume "$id"
    same "$(field status)" created
    runtime start "$id"
    runtime pause "$id" || true
    runtime delete --force "$id"
    no_residue
}

@test "LC-13 a create that fails takes its pid file back, and an old temporary file is no obstacle" {
    config '.process.args = ["/no/such/program"]'
    run runtime create --bundle "$bundle" --pid-file "$tmp/pid" "$id" </dev/null
    [ "$status" -ne 0 ]
    [ ! -e "$tmp/pid" ]
    config '.process.args = ["sleep", "1000"]'
    only_ours "an old temporary file is an error"
    touch "$tmp/.pid"
    run_detached --pid-file "$tmp/pid"
    same "$(cat "$tmp/pid")" "$(init_pid)"
    [ ! -e "$tmp/.pid" ]
    run runtime exec --detach --pid-file "$tmp/exec" "$id" /no/such/program
    [ "$status" -ne 0 ]
    [ ! -e "$tmp/exec" ]
}

@test "PR-32 a hook's timeout may be any number, and output without end does not outlast it" {
    config '.process.args = ["true"] | .hooks.createRuntime = [{"path": "/bin/true", "timeout": 900000000000}]'
    run_container
    same "$status" 0
    config '.hooks.createRuntime = [{"path": "/usr/bin/yes", "timeout": 1}]'
    run timeout 10 "$RUNTIME" --root "$root" run --bundle "$bundle" "$id" </dev/null
    failed_with 1 "hook ran past specified timeout of 1.0s"
    no_residue
}

verb_loop() { # VERB...
    local code
    for _ in $(seq 20); do
        code=0
        timeout 30 "$RUNTIME" --root "$root" "$@" </dev/null >/dev/null 2>&1 3>&- || code=$?
        [ "$code" -ne 124 ] || echo "$* took too long" >>"$tmp/bad"
    done
}

@test "LC-18 twenty loops of every verb on one id leave nothing, and no init that nobody knows" {
    config '.process.args = ["sleep", "1000"]'
    local pids=()
    for _ in 1 2 3; do
        verb_loop create --bundle "$bundle" "$id" & pids+=($!)
        verb_loop delete --force "$id" & pids+=($!)
        verb_loop run --detach --bundle "$bundle" "$id" & pids+=($!)
        verb_loop start "$id" & pids+=($!)
        verb_loop kill "$id" KILL & pids+=($!)
    done
    verb_loop delete "$id" & pids+=($!)
    verb_loop list & pids+=($!)
    verb_loop exec "$id" true & pids+=($!)
    verb_loop pause "$id" & pids+=($!)
    verb_loop resume "$id" & pids+=($!)
    wait "${pids[@]}"
    [ ! -e "$tmp/bad" ] || { cat "$tmp/bad" && false; }
    runtime delete --force "$id"
    no_residue
}

@test "LC-18 the end of run leaves a later container of the same name alone" {
    config '.process.args = ["sleep", "1000"]'
    runtime run --bundle "$bundle" "$id" </dev/null >"$log" 2>&1 &
    local first=$!
    wait_for running
    # Stopped, so that it sees the end only when there is the next one.
    kill -STOP $first
    runtime delete --force "$id"
    create_container
    kill -CONT $first
    wait $first || true
    same "$(field status)" created
    runtime delete --force "$id"
    no_residue
}

@test "ST-5 a start that was killed before it read has started nothing, and the next one works" {
    only_ours "its init ends"
    config 'del(.linux.namespaces[] | select(.type == "pid")) | .process.args = ["sleep", "1000"]'
    # Where init is quick enough to write before the reader is gone, it has been started indeed: once more, then.
    for _ in $(seq 20); do
        create_container
        python3 -c 'import os, sys; os.close(os.open(sys.argv[1], os.O_RDONLY | os.O_NONBLOCK))' "$root/$id/exec.fifo"
        sleep 0.2
        [ "$(cat "/proc/$(init_pid)/comm")" = sleep ] || break
        runtime delete --force "$id"
    done
    same "$(field status)" created
    runtime start "$id"
    same "$(field status)" running
    runtime delete --force "$id"
    no_residue
}

@test "ST-8 delete --force ends a container whose record is spoilt" {
    only_ours "it does not"
    local pid
    run_sleeper
    pid=$(init_pid)
    echo '{"id": 1' >"$root/$id/state.json"
    run runtime delete "$id"
    failed_with 1 state.json
    runtime delete --force "$id"
    eventually not kill -0 "$pid" 2>/dev/null
    no_residue
}

@test "SE-6 CVE-2019-19921: a /proc that is swapped while the container is made is masked all the same" {
    only_ours "its masks are by path"
    mkdir "$rootfs/fake"
    script 'for place in /proc /proc.link /proc /proc.link; do
            lines=$(cat $place/self/mounts 2>/dev/null) || continue
            case $lines in *" /proc/sys "* | *" /proc.link/sys "*) echo masked ;; *) echo unmasked ;; esac
        done'
    "$BATS_TEST_DIRNAME/swap-forever" "$rootfs/proc" fake 3>&- &
    local racer=$!
    for _ in $(seq 60); do
        run_container
        [[ $output != *unmasked* ]] || { kill $racer && echo "$output" && false; }
    done
    kill $racer
}

@test "HS-9 a container with CAP_SYS_PTRACE never sees the host through a process that exec brings in" {
    local secret=$BATS_TEST_TMPDIR/secret
    echo host >"$secret"
    gcc -static -O2 -Wall -Wextra -Werror -o "$rootfs/peek" "$BATS_TEST_DIRNAME/peek.c"
    config '.process.args = ["/peek", $secret] | .root.readonly = false
        | .process.capabilities |= map_values(. + ["CAP_SYS_PTRACE"])' --arg secret "$secret"
    run_detached
    for _ in $(seq 80); do runtime exec "$id" true; done
    same "$(cat "$rootfs/hits" 2>/dev/null)" ""
    runtime delete --force "$id"
    no_residue
}
