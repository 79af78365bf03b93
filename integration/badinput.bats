#!/usr/bin/env bats
# Bad input: one clear error that names the place in the JSON, exit 1, and nothing made.

load helpers

prepare() { config '.process.args = ["true"]'; }

# create must refuse config.json in one line that contains each text.
refused() {
    local text
    run timeout --foreground 20 "$RUNTIME" --root "$root" create --bundle "$bundle" "$id" </dev/null 3>&-
    [ "$status" -eq 1 ] || { echo "status $status, not 1, for: $* $(head -c 200 config.json)" && return 1; }
    [ "${#lines[@]}" -eq 1 ] || { echo "${#lines[@]} lines, not 1, for: $*" && return 1; }
    [ "${#output}" -lt 2000 ] || { echo "an error of ${#output} characters for: $*" && return 1; }
    for text; do
        [[ $output == *"$text"* ]] || { echo "not named: $text" && return 1; }
    done
    no_residue
}

# Changes a fresh config.json by a filter, and expects the texts.
broken() { # FILTER TEXT...
    local filter=$1
    shift
    cp "$BATS_RUN_TMPDIR/base/config.json" config.json
    config ".process.args = [\"true\"] | $filter"
    refused "$@"
}

@test "BD-5 what is no JSON at all" {
    only_ours "its parser's words"
    local text
    for text in '' ' ' '{' '[' '{}x' 'nul' '{"a":}' '{"a" 1}' '{"ociVersion": "1.0.0",}' $'{"a":"\x01"}' '{"a":"\ud800"}' '"text"' '[]' '1' 'null'; do
        printf '%s' "$text" >config.json
        refused config.json
    done
    printf '{"ociVersion": "1.0.2", "hostname": "\xff\xfe"}' >config.json
    refused config.json
    head -c 100000 /dev/urandom >config.json
    refused config.json
}

@test "BD-5 a wrong type is named by its path" {
    only_ours "its parser's words"
    broken '.ociVersion = 1' ociVersion
    broken '.process = "sh"' process
    broken '.process.args = "true"' process.args
    broken '.process.args = ["true", 1]' 'process.args[1]'
    broken '.process.env = [null]' 'process.env[0]'
    broken '.process.user.uid = "root"' process.user.uid
    broken '.process.terminal = "yes"' process.terminal
    broken '.process.rlimits[0].soft = "many"' 'process.rlimits[0].soft'
    broken '.process.capabilities.bounding = "CAP_KILL"' process.capabilities.bounding
    broken '.root = "rootfs"' root
    broken '.root.readonly = 1' root.readonly
    broken '.mounts = {}' mounts
    broken '.mounts[1].options = "ro"' 'mounts[1].options'
    broken '.hooks.prestart = {}' hooks.prestart
    broken '.hooks.prestart = [{"path": "/bin/true", "timeout": "1s"}]' 'hooks.prestart[0].timeout'
    broken '.annotations = {"a": 1}' annotations
    broken '.linux.namespaces = ["pid"]' 'linux.namespaces[0]'
    broken '.linux.resources.pids.limit = true' linux.resources.pids.limit
    broken '.linux.sysctl = []' linux.sysctl
    broken '.linux.seccomp = []' linux.seccomp
    broken '.linux.maskedPaths = [{}]' 'linux.maskedPaths[0]'
}

@test "BD-5 a number out of its range is refused, never cut" {
    only_ours "its parser's words"
    local number
    for number in -1 4294967296 18446744073709551616 1e40 1.5 4294967295.5; do
        cp "$BATS_RUN_TMPDIR/base/config.json" config.json
        sed -i '0,/"uid": 0/s//"uid": '$number'/' config.json
        refused process.user.uid
    done
    broken '.process.user.additionalGids = [0, 4294967296]' 'process.user.additionalGids[1]'
    broken '.process.user.umask = -1' process.user.umask
    broken '.process.rlimits = [{"type": "RLIMIT_NOFILE", "soft": -1, "hard": 10}]' 'process.rlimits[0].soft'
    broken '.linux.devices = [{"path": "/dev/x", "type": "c", "major": 1e30, "minor": 1}]' 'linux.devices[0].major'
}

@test "BD-5 what is missing is named" {
    only_ours "it takes some as empty"
    broken 'del(.ociVersion)' ociVersion
    broken 'del(.process.args)' args
    broken 'del(.process.cwd)' wd
    broken 'del(.root)' root
    broken 'del(.root.path)' root.path
    broken '.mounts += [{"type": "tmpfs", "source": "tmpfs"}]' destination
    broken '.linux.namespaces += [{}]' type
    broken '.linux.devices = [{"type": "c", "major": 1, "minor": 3}]' path
    broken '.hooks.prestart = [{"args": ["x"]}]' 'hooks.prestart[0].path'
    broken '.linux.seccomp = {"syscalls": []}' defaultAction
}

@test "BD-5 a value that is no word of its list is named" {
    broken '.linux.namespaces += [{"type": "nosuch"}]' nosuch
    broken '.linux.rootfsPropagation = "nosuch"' nosuch
    broken '.process.rlimits = [{"type": "RLIMIT_NOSUCH", "soft": 1, "hard": 1}]' RLIMIT_NOSUCH
    broken '.linux.devices = [{"path": "/dev/x", "type": "z", "major": 1, "minor": 3}]' z
    broken '.linux.seccomp = {"defaultAction": "SCMP_ACT_NOSUCH"}' SCMP_ACT_NOSUCH
    broken '.linux.seccomp = {"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_NOSUCH"]}' SCMP_ARCH_NOSUCH
}

@test "BD-5 the same namespace twice is refused" {
    only_ours "the last counts"
    broken '.linux.namespaces += [{"type": "pid"}]' pid
}

@test "BD-2 a version of another major is refused" {
    only_ours "it does not look"
    broken '.ociVersion = "2.0.0"' ociVersion
    broken '.ociVersion = "one"' ociVersion
    broken '.ociVersion = ""' ociVersion
}

@test "BD-8 what the specification does not name is left alone" {
    config '.unknown = {"a": [1, 2]} | .linux.unknown = true | .process.unknown = null'
    run_container
    same "$status$output" 0
}

@test "BD-7 what this version leaves out is refused by its name" {
    only_ours "it has some of these"
    broken '.linux.namespaces += [{"type": "user"}] | .linux.uidMappings = [{"containerID": 0, "hostID": 1000, "size": 1}]' 'linux.namespaces['
    broken '.linux.namespaces += [{"type": "time"}]' 'linux.namespaces['
    broken '.linux.timeOffsets = {"monotonic": {"secs": 1}}' linux.timeOffsets
    broken '.mounts[0].uidMappings = [{"containerID": 0, "hostID": 1000, "size": 1}] | .mounts[0].gidMappings = .mounts[0].uidMappings' 'mounts[0]'
    broken '.process.apparmorProfile = "x"' process.apparmorProfile
    broken '.process.selinuxLabel = "x"' process.selinuxLabel
    broken '.process.scheduler = {"policy": "SCHED_BATCH"}' process.scheduler
    broken '.process.ioPriority = {"class": "IOPRIO_CLASS_IDLE"}' process.ioPriority
    broken '.process.execCPUAffinity = {"initial": "0"}' process.execCPUAffinity
    broken '.linux.personality = {"domain": "LINUX32"}' linux.personality
    broken '.linux.mountLabel = "x"' linux.mountLabel
    broken '.linux.intelRdt = {"closID": "x"}' linux.intelRdt
    broken '.linux.memoryPolicy = {"mode": "MPOL_BIND", "nodes": "0"}' linux.memoryPolicy
    broken '.linux.netDevices = {"eth0": {}}' linux.netDevices
    broken '.linux.seccomp = {"defaultAction": "SCMP_ACT_NOTIFY"}' linux.seccomp.defaultAction
}

@test "BD-7 flags for what is left out are errors" {
    only_ours "it has them"
    run runtime --systemd-cgroup create --bundle "$bundle" "$id" </dev/null
    same "$status" 1
    run runtime --rootless true create --bundle "$bundle" "$id" </dev/null
    same "$status" 1
    run runtime checkpoint "$id"
    [ "$status" -ne 0 ]
    no_residue
}

@test "BD-6 strings of a megabyte are taken, or refused in one short line" {
    local million
    million=$(head -c 1000000 /dev/zero | tr '\0' x)
    printf '%s' "$million" >"$tmp/million"
    cp config.json plain.json
    for filter in '.hostname = $m' '.process.cwd = "/" + $m' '.root.path = $m' '.mounts += [{"destination": ("/" + $m), "type": "tmpfs", "source": "tmpfs"}]' \
        '.linux.cgroupsPath = "/" + $m' '.process.args = [$m]' '.linux.namespaces += [{"type": $m}]' '.linux.sysctl = {($m): "1"}'; do
        jq --rawfile m "$tmp/million" "$filter" plain.json >config.json
        run timeout --foreground 20 "$RUNTIME" --root "$root" create --bundle "$bundle" "$id" </dev/null 3>&-
        same "$status" 1
        only_ours "it prints the whole string"
        local length=${#output}
        output=${output:0:200} lines=()
        [ "$length" -lt 20000 ] || { echo "$length characters of error for $filter" && false; }
        no_residue
    done
    jq --rawfile m "$tmp/million" '.annotations = {"a": $m}' plain.json >config.json
    run_container
    same "$status" 0
}

@test "BD-6 deep nesting is refused before it costs the stack" {
    only_ours "its parser's limits"
    local depth=100000
    { printf '{"ociVersion": "1.0.2", "unknown": '; head -c $depth /dev/zero | tr '\0' '['; head -c $depth /dev/zero | tr '\0' ']'; printf '}'; } >config.json
    refused
    head -c $depth /dev/zero | tr '\0' '{' >config.json
    refused
}

@test "BD-6 a config.json without end is refused" {
    only_ours "it reads on"
    rm config.json
    ln -s /dev/zero config.json
    run timeout 20 "$RUNTIME" --root "$root" create --bundle "$bundle" "$id" </dev/null
    same "$status" 1
    no_residue
    rm config.json
    mkfifo config.json
    run timeout 20 "$RUNTIME" --root "$root" create --bundle "$bundle" "$id" </dev/null
    same "$status" 1
    rm config.json
    mkdir config.json
    refused
}

@test "BD-12 hostile words in the process" {
    only_ours "it takes some"
    broken '.process.args = ["a\u0000b"]' 'process.args[0]'
    broken '.process.env = ["A=\u0000"]' 'process.env[0]'
    broken '.process.env = ["=x"]' environment
    broken '.process.env = ["novalue"]' environment
    broken '.process.cwd = "/a\u0000b"' process.cwd
    broken '.hostname = "a\u0000b"' hostname
    broken '.root.path = "root\u0000fs"' root.path
    broken '.mounts += [{"destination": "/a\u0000", "type": "tmpfs", "source": "x"}]' 'mounts['
}

@test "BD-10 paths of the host's own folders are refused as a root" {
    local path
    for path in / /proc /sys; do
        cp "$BATS_RUN_TMPDIR/base/config.json" config.json
        config '.root.path = $path | .process.args = ["/bin/true"]' --arg path $path
        run runtime create --bundle "$bundle" "$id" </dev/null
        [ "$status" -ne 0 ] || { runtime delete --force "$id"; [ $path = / ]; }
        no_residue
    done
    only_ours "it takes them"
    run "$RUNTIME" --root / list
    same "$status" 1
    [[ $output == *"Option --root argument should not be set to /"* ]]
}

@test "BD-16 sysctls that climb out are refused" {
    broken '.linux.sysctl = {"net/../../kernel/hostname": "x"}' sysctl
    broken '.linux.sysctl = {"kernel.hostname": "x"}' sysctl
    broken '.linux.sysctl = {"../x": "x"}' sysctl
    broken '.linux.sysctl = {"": "x"}' sysctl
}

@test "LC-14 exec refuses a broken process file with 255" {
    config '.process.args = ["sleep", "1000"]'
    run_detached
    local text
    for text in '' '{' '[]' '{"args": []}' '{"args": "x"}' '{"args": ["true"], "cwd": "/", "user": {"uid": -1}}'; do
        printf '%s' "$text" >"$tmp/process.json"
        run runtime exec --process "$tmp/process.json" "$id"
        [ "$status" -eq 255 ] || [ "$status" -eq 1 ] || { echo "status $status for $text" && false; }
        [ -n "$output" ]
    done
    same "$(field status)" running
}

@test "LC-14 exec --user takes numbers alone, whole ones, in range" {
    config '.process.args = ["sleep", "1000"]'
    run_detached
    local user
    for user in x 1x -1 4294967296 4294967295 1:x 1: :1 1:1:1 ' 1' 0x1 1.0 18446744073709551616; do
        run runtime exec --user "$user" "$id" id -u
        [ "$status" -ne 0 ] || { echo "taken: '$user' as $output" && only_ours "it takes some" && false; }
    done
}
