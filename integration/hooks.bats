#!/usr/bin/env bats
# Hooks: order, where each runs, what it is given, and what its failure does.

load helpers

prepare() {
    # A hook that appends its name and its standard input to a file on the host, and the same inside the container.
    cat >"$tmp/hook" <<'END'
#!/bin/sh
echo "$1 $(cat)" >>"$2"
END
    chmod 755 "$tmp/hook"
    mkdir "$rootfs/hooks"
    cp "$tmp/hook" "$rootfs/hooks/hook"
    config '.root.readonly = false'
}

# Adds one hook of a kind that records itself; in startContainer, below the container's own root.
record() { # KIND
    local program=$tmp/hook file=$tmp/hooks
    [ "$1" != startContainer ] || program=/hooks/hook file=/hooks/ran
    config '.hooks[$kind] += [{"path": $program, "args": ["hook", $kind, $file]}]' --arg kind "$1" --arg program "$program" --arg file "$file"
}

# Adds one hook of a kind that runs a shell script.
hook() { # KIND SCRIPT [more JSON]
    config '.hooks[$kind] += [{"path": "/bin/sh", "args": ["sh", "-c", $script]} + $more]' --arg kind "$1" --arg script "$2" --argjson more "${3:-{\}}"
}

@test "LC-15 hooks run in the order of their kinds" {
    newer_than_runc 1.5.1 "poststart runs at create"
    local kind
    for kind in poststop poststart startContainer createContainer createRuntime prestart; do record $kind; done
    config '.process.args = ["true"]'
    create_container
    same "$(cut -d' ' -f1 "$tmp/hooks" | tr '\n' ' ')" "prestart createRuntime createContainer "
    runtime start "$id"
    wait_for stopped
    same "$(cut -d' ' -f1 "$rootfs/hooks/ran")" startContainer
    same "$(cut -d' ' -f1 "$tmp/hooks" | tail -1)" poststart
    runtime delete "$id"
    same "$(cut -d' ' -f1 "$tmp/hooks" | tail -1)" poststop
}

@test "LC-15 each is given the state on standard input" {
    local kind
    newer_than_runc 1.2.0 "some statuses differ"
    for kind in prestart createRuntime createContainer startContainer poststart poststop; do record $kind; done
    config '.annotations = {"a": "b"}'
    config '.process.args = ["sleep", "1000"]'
    create_container
    local pid
    pid=$(init_pid)
    runtime start "$id"
    eventually test -s "$rootfs/hooks/ran"
    runtime delete --force "$id"
    cat "$rootfs/hooks/ran" >>"$tmp/hooks"
    check() {
        local state
        state=$(sed -n "s/^$1 //p" "$tmp/hooks")
        same "$1 $(jq -r '[.id, .status, .bundle, .annotations.a] | join(" ")' <<<"$state")" "$1 $id $2 $bundle b"
        jq -e '.ociVersion' <<<"$state"
        case $1 in # The number that the namespace of the hook has for it.
        createContainer | startContainer) same "$(jq .pid <<<"$state")" 1 ;;
        poststop) ;;
        *) same "$(jq .pid <<<"$state")" "$pid" ;;
        esac
    }
    check prestart creating
    check createRuntime creating
    check createContainer creating
    check startContainer created
    check poststart running
    check poststop stopped
}

@test "LC-15 createRuntime sees the host, createContainer the container's mounts from outside, startContainer the inside" {
    hook createRuntime "readlink /proc/self/ns/mnt >$tmp/runtime"
    hook createContainer "readlink /proc/self/ns/mnt >$tmp/container; test -d $rootfs/hooks && echo outside >>$tmp/container"
    hook startContainer "readlink /proc/self/ns/mnt >/hooks/start; test -d /hooks && echo inside >>/hooks/start"
    run_sleeper
    local own
    own=$(readlink "/proc/$(init_pid)/ns/mnt")
    same "$(cat "$tmp/runtime")" "$(readlink /proc/self/ns/mnt)"
    same "$(cat "$tmp/container")" "$own
outside"
    same "$(cat "$rootfs/hooks/start")" "$own
inside"
}

@test "LC-15 prestart and createRuntime find the pid's namespaces and cgroup made" {
    hook createRuntime "pid=\$(sed 's/.*\"pid\": *\\([0-9]*\\).*/\\1/'); readlink /proc/\$pid/ns/net >$tmp/net; cat /proc/\$pid/cgroup >$tmp/cgroup"
    run_sleeper
    same "$(cat "$tmp/net")" "$(readlink "/proc/$(init_pid)/ns/net")"
    same "$(cat "$tmp/cgroup")" "$(cat "/proc/$(init_pid)/cgroup")"
}

@test "LC-15 args, env and no more reach a hook" {
    printf '#!/bin/sh\nenv >%s; echo "$0 $@" >>%s; ls /proc/self/fd | wc -l >>%s\n' "$tmp/env" "$tmp/args" "$tmp/fds" >"$tmp/program"
    chmod 755 "$tmp/program"
    config '.hooks.createRuntime = [{"path": $path, "args": ["name", "a b", ""], "env": ["A=1", "B=2 3"]}]' --arg path "$tmp/program"
    config '.process.args = ["true"]'
    SECRET=x run_container
    same "$status" 0
    same "$(grep -cE '^(A=1|B=2 3)$' "$tmp/env")" 2
    not grep -q SECRET "$tmp/env"
    grep -q 'a b' "$tmp/args"
    same "$(cat "$tmp/fds")" 4
}

@test "LC-15 a startContainer hook without env has the process's" {
    newer_than_runc 1.3.0 "it has none"
    hook startContainer 'echo "$A $HOME" >/hooks/env'
    config '.process.env += ["A=1"] | .process.args = ["true"]'
    run_container
    same "$(cat "$rootfs/hooks/env")" "1 /root"
}

@test "LC-15 the failure of each kind before the process ends the container" {
    local kind texts=
    config '.process.args = ["touch", "/ran"]'
    for kind in prestart createRuntime createContainer startContainer; do
        config 'del(.hooks)'
        hook $kind 'echo to stdout; echo to stderr >&2; exit 3'
        run_container
        failed_with 1 "hook #0:" "exit status 3"
        texts+=$output
        no_residue
        [ ! -e "$rootfs/ran" ]
    done
    newer_than_runc 1.2.0 "another text"
    for kind in prestart createRuntime createContainer startContainer; do
        [[ $texts == *"error running $kind hook #0:"* ]]
    done
}

@test "LC-15 a failing hook's number and output are told" {
    newer_than_runc 1.2.0 "another text"
    hook createRuntime true
    hook createRuntime 'echo to out; echo to err >&2; exit 3'
    run_container
    failed_with 1 "error running createRuntime hook #1: exit status 3, stdout: to out" "stderr: to err"
}

@test "LC-15 hooks after a failing one do not run" {
    hook createRuntime false
    hook createRuntime "touch $tmp/second"
    run_container
    same "$status" 1
    [ ! -e "$tmp/second" ]
}

@test "LC-15 a failing poststart hook ends the container" {
    hook poststart 'exit 3'
    config '.process.args = ["sleep", "1000"]'
    run runtime run --detach --bundle "$bundle" "$id" </dev/null
    failed_with 1 "hook #0:" "exit status 3"
    no_residue
    newer_than_runc 1.2.0 "another text"
    failed_with 1 "error running poststart hook #0:"
}

@test "LC-15 a failing poststop hook does not stop the removal, nor the hooks after it" {
    hook poststop false
    hook poststop "touch $tmp/second"
    config '.process.args = ["sh", "-c", "exit 7"]'
    run_container
    same "$status" 7
    [[ $output == *"error running poststop hook #0: exit status 1"* ]]
    no_residue
    only_ours "it stops there"
    [ -e "$tmp/second" ]
    rm "$tmp/second"
    create_container
    run runtime delete "$id"
    failed_with 1 "error running poststop hook #0:"
    [ -e "$tmp/second" ]
    no_residue
}

@test "LC-15 a hook that takes longer than its timeout is killed" {
    config '.hooks.createRuntime = [{"path": "/bin/sleep", "args": ["sleep", "1003"], "timeout": 1}]'
    local begin=$SECONDS
    run_container
    failed_with 1 "hook #0:"
    [ $((SECONDS - begin)) -lt 10 ]
    run ! pgrep -f "sleep 1003"
    no_residue
}

@test "LC-15 a hook that is not there is an error" {
    config '.hooks.createRuntime = [{"path": "/no/such/hook"}]'
    run_container
    failed_with 1 "hook #0:" "/no/such/hook" "no such file or directory"
    no_residue
}

@test "LC-15 a hook's path must be absolute" {
    only_ours "it is looked up"
    config '.hooks.createRuntime = [{"path": "hook"}]'
    run_container
    failed_with 1 "hooks.createRuntime[0].path"
}

@test "LC-15 a hook that kills the container is no hang" {
    hook createRuntime "kill -KILL \$(sed 's/.*\"pid\": *\\([0-9]*\\).*/\\1/')"
    run timeout 20 "$RUNTIME" --root "$root" run --bundle "$bundle" "$id" </dev/null
    same "$status" 1
    no_residue
}

@test "LC-15 a poststart hook may call the runtime on its container" {
    # runc's own lock is none, so it may there, too.
    hook poststart "exec '$RUNTIME' --root '$root' update --pids-limit 77 '$id'"
    config '.process.args = ["sleep", "100"]'
    runtime create --bundle "$bundle" "$id" </dev/null >/dev/null
    runtime start "$id"
    runtime delete --force "$id"
    no_residue
}
