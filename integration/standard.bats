#!/usr/bin/env bats
# Formats that callers read: list, state, spec, features, version, logs.

load helpers

@test "CLI-38 list as a table, in order of the ids" {
    run_sleeper
    mkdir "$tmp/b"
    cp -a "$bundle/." "$tmp/b"
    runtime create --bundle "$tmp/b" "$id-b" </dev/null >/dev/null 2>&1
    run runtime list
    same "$status" 0
    same "${#lines[@]}" 3
    [[ ${lines[0]} =~ ^ID\ +PID\ +STATUS\ +BUNDLE\ +CREATED\ +OWNER$ ]]
    [[ ${lines[1]} =~ ^$id\ +[0-9]+\ +running\ +$bundle\ +20[0-9T:.-]+Z\ +root$ ]]
    [[ ${lines[2]} =~ ^$id-b\ +[0-9]+\ +created\ +$tmp/b\  ]]
    run runtime list --quiet
    same "$output" "$id
$id-b"
}

@test "CLI-38 list as JSON" {
    run runtime list --format json
    [ "$status" -ne 0 ] || same "$output" null # a state folder that is not there was named
    run_sleeper
    run runtime list --format json
    same "${#lines[@]}" 1
    same "$(jq -r '.[0] | [.id, .status, .bundle, .owner] | join(" ")' <<<"$output")" "$id running $bundle root"
    run runtime list --format nosuch
    [ "$status" -ne 0 ]
}

@test "CLI-38 list leaves out what it cannot read" {
    run_sleeper
    mkdir "$root/half-made"
    run --separate-stderr runtime list --quiet
    same "$status" 0
    grep -qx "$id" <<<"$output"
}

@test "CLI-37 state is indented by two and has no end of line" {
    run_sleeper
    runtime state "$id" >"$tmp/state"
    same "$(head -2 "$tmp/state" | tail -1 | sed 's/"ociVersion".*/OCI/')" "  OCI"
    same "$(tail -c 1 "$tmp/state")" "}"
}

@test "CLI-42 spec writes a bundle that runs, and never over one" {
    mkdir "$tmp/new"
    cd "$tmp/new"
    runtime spec
    same "$(jq -r '[.process.terminal, .process.args[0], .root.path, .root.readonly, .process.noNewPrivileges] | join(" ")' config.json)" "true sh rootfs true true"
    same "$(jq -c '.mounts | map(.destination)' config.json)" '["/proc","/dev","/dev/pts","/dev/shm","/dev/mqueue","/sys","/sys/fs/cgroup"]'
    same "$(jq -c '.process.capabilities.bounding' config.json)" '["CAP_AUDIT_WRITE","CAP_KILL","CAP_NET_BIND_SERVICE"]'
    run runtime spec
    failed_with 1 "File config.json exists. Remove it first"
    mkdir other
    runtime spec --bundle other
    cmp config.json other/config.json
}

@test "CLI-43 features names what the runtime can" {
    run runtime features
    same "$status" 0
    jq -e '.ociVersionMin == "1.0.0" and (.ociVersionMax | startswith("1."))' <<<"$output"
    jq -e '.hooks == ["prestart","createRuntime","createContainer","startContainer","poststart","poststop"]' <<<"$output"
    jq -e '.mountOptions | index("rro") and index("rbind") and index("tmpcopyup")' <<<"$output"
    jq -e '.linux.namespaces | index("pid") and index("mount")' <<<"$output"
    jq -e '.linux.capabilities | index("CAP_CHOWN")' <<<"$output"
    jq -e '.linux.cgroup.v1 == true and .linux.cgroup.v2 == true' <<<"$output"
    jq -e '.linux.seccomp.enabled == true and (.linux.seccomp.actions | index("SCMP_ACT_ERRNO"))' <<<"$output"
}

@test "CLI-43 features claims no namespace that is refused" {
    only_ours "it does user namespaces"
    run runtime features
    jq -e '.linux.namespaces | (index("user") or index("time")) | not' <<<"$output"
    jq -e '.linux.mountExtensions.idmap.enabled == false' <<<"$output"
}

@test "CLI-16 version has the three lines that engines parse" {
    run runtime --version
    same "$status" 0
    [[ ${lines[0]} =~ \ version\ [0-9]+\.[0-9]+ ]]
    [[ ${lines[1]} == "commit: "* ]]
    [[ ${lines[2]} =~ ^spec:\ 1\.[0-9]+\.[0-9]+ ]]
}

@test "CLI-12 an error is a line of text, or of JSON in the log that is named" {
    run runtime state nosuch
    [[ $output == *'level=error msg="container does not exist"'* ]]
    run runtime --log "$tmp/log.json" --log-format json state nosuch
    same "$status" 1
    same "$(tail -1 "$tmp/log.json" | jq -r '[.level, .msg] | join(" ")')" "error container does not exist"
    tail -1 "$tmp/log.json" | jq -e '.time | test("^20")'
    [[ $output == *"container does not exist"* ]]
    run runtime --log-format nosuch state x
    failed_with 1 "nosuch"
}

@test "CLI-12 --debug speaks to the log, not beside it" {
    config '.process.args = ["true"]'
    run "$RUNTIME" --root "$root" --debug --log "$tmp/debug" run --bundle "$bundle" "$id" </dev/null 3>&-
    same "$status$output" 0
    grep -q level=debug "$tmp/debug"
}

@test "CLI-7 unknown verbs, flags and counts of arguments fail" {
    run runtime nosuchverb
    [ "$status" -ne 0 ]
    [[ $output == *"No help topic for 'nosuchverb'"* ]]
    run runtime state
    [ "$status" -eq 1 ]
    run runtime state a b
    [ "$status" -eq 1 ]
    run runtime state --nosuch a
    [ "$status" -ne 0 ]
}

@test "CLI-7 help of the runtime and of each verb" {
    local verb
    run runtime --help
    same "$status" 0
    [[ ${lines[0]} == NAME:* ]]
    for verb in create start run exec kill delete state list ps pause resume update events spec features; do
        run runtime $verb --help
        same "$status" 0
        [[ ${lines[0]} == NAME:* && $output == *$verb* ]]
    done
}

@test "CLI-45 a man page and completions" {
    only_ours "they are files"
    local shell
    run runtime man
    same "$status" 0
    [[ $output == *".TH"* && $output == *"exec"* ]]
    for shell in bash zsh fish; do
        run runtime completion $shell
        same "$status" 0
        [[ $output == *delete* ]]
    done
}
