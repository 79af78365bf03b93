#!/usr/bin/env bats
# One test for each way out of a container that another runtime once left open. Each is named by its
# clause of spec/security.md, which says what each was shown to fail without, and by its CVE.

load helpers

prepare() {
    outside=$tmp/outside
    mkdir "$outside"
    config '.root.readonly = false'
}

tidy() { [ -z "${helper:-}" ] || kill -KILL "$helper" 2>/dev/null || true; }

mount_at() { # DESTINATION TYPE SOURCE [OPTION...]
    local destination=$1 type=$2 source=$3
    shift 3
    config '.mounts += [{"destination": $d, "type": $t, "source": $s, "options": $ARGS.positional}]' \
        --arg d "$destination" --arg t "$type" --arg s "$source" --args "$@"
}

untouched() { same "$(find "$outside" -mindepth 1)" ""; }

# A process in the container that takes hold of any program that is not the container's own, and writes to it.
attacker='
while [ ! -e /dev/shm/stop ]; do
    for exe in /proc/[0-9]*/exe; do
        name=$(readlink $exe) || continue
        case $name in */bin/busybox) continue ;; esac
        echo "saw $name" >>/dev/shm/log
        (
            exec 9<$exe || exit
            i=0
            while [ $i -lt 40 ]; do
                i=$((i + 1))
                (printf X >>/proc/self/fd/9) 2>/dev/null && echo written >>/dev/shm/log
                usleep 5000
            done
        ) &
    done
done'

# Runs 20 execs of what $1 names against the attacker, by a copy of the runtime that may be spoilt.
attack() {
    cp "$RUNTIME" "$tmp/runtime"
    config '.process.capabilities |= map_values(. + ["CAP_SYS_PTRACE", "CAP_DAC_OVERRIDE"]) | del(.process.capabilities.ambient)'
    script "$attacker"
    "$tmp/runtime" --root "$root" run --detach --bundle "$bundle" "$id" </dev/null >"$log" 2>&1 3>&-
    local count seen
    seen=/proc/$(init_pid)/root/dev/shm/log
    # Twenty, and on until the attacker has got hold of one: else nothing was tried.
    for count in $(seq 1000); do
        timeout 10 "$tmp/runtime" --root "$root" exec "$id" "$@" </dev/null >/dev/null 2>&1 3>&- || true
        [ "$count" -lt 20 ] || ! grep -q saw "$seen" 2>/dev/null || break
    done
    sleep 0.3
    cmp "$RUNTIME" "$tmp/runtime"
    grep -q saw "$seen"
    not grep written "$seen"
}

@test "SE-1 CVE-2019-5736: the runtime's binary cannot be rewritten through an exec" {
    attack true
}

@test "SE-1 CVE-2019-5736: nor when the container makes the runtime run itself" {
    printf '#!/proc/self/exe\n' >"$rootfs/attack"
    chmod 755 "$rootfs/attack"
    attack /attack
}

@test "SE-1 CVE-2019-5736: nor by way of an init that still is the runtime" {
    local shm
    cp "$RUNTIME" "$tmp/runtime"
    config '.process.args = ["sleep", "1000"] | .process.capabilities |= map_values(. + ["CAP_SYS_PTRACE"]) | del(.process.capabilities.ambient)'
    "$tmp/runtime" --root "$root" create --bundle "$bundle" "$id" </dev/null >"$log" 2>&1 3>&-
    shm=/proc/$(init_pid)/root/dev/shm
    # What runs cannot be written anyhow, so it waits until nothing runs the file.
    "$tmp/runtime" --root "$root" exec --detach "$id" sh -c 'exec 9</proc/1/exe && echo held >/dev/shm/log
        until [ -e /dev/shm/go ]; do usleep 20000; done
        printf X >>/proc/self/fd/9 && echo written >>/dev/shm/log
        echo over >>/dev/shm/log' </dev/null >/dev/null 2>&1 3>&-
    eventually grep -q held "$shm/log"
    "$tmp/runtime" --root "$root" start "$id"
    touch "$shm/go"
    eventually grep -q over "$shm/log"
    not grep written "$shm/log"
    cmp "$RUNTIME" "$tmp/runtime"
}

# A script that logs what it can see of the descriptors of a process whose command line is like $1.
onlooker() {
    cat <<SCRIPT
while :; do
    for p in /proc/[0-9]*; do
        [ \$p != /proc/1 ] || continue
        c=\$(tr "\\0" " " <\$p/cmdline) 2>/dev/null
        case \$c in $1) ;; *) continue ;; esac
        echo seen >>/dev/shm/seen
        ls -l \$p/fd 2>/dev/null | grep -E " ([3-9]|[0-9][0-9]) -> " >>/dev/shm/log
    done
done
SCRIPT
}

# Runs a command thirty times, and on until the onlooker has met one of its processes: else nothing was tried.
until_seen() {
    local count seen
    seen=/proc/$(init_pid)/root/dev/shm/seen
    for count in $(seq 1000); do
        "$@" </dev/null
        [ "$count" -lt 30 ] || [ ! -s "$seen" ] || return 0
    done
    echo "the onlooker saw none of 1000 processes"
    return 1
}

@test "SE-2 CVE-2016-9962: a process that enters cannot be looked into before its exec" {
    script "$(onlooker '*exec*true*')"
    run_detached
    until_seen runtime exec "$id" true
    same "$(cat "/proc/$(init_pid)/root/dev/shm/log")" ""
}

@test "SE-2 CVE-2016-9962: nor can the init of a container that joins a PID namespace" {
    script "$(onlooker '*run*--bundle*')"
    run_detached
    cp -a "$BATS_RUN_TMPDIR/base" "$tmp/second"
    edit "$tmp/second/config.json" '.process.args = ["true"]
        | (.linux.namespaces[] | select(.type == "pid")).path = $path' --arg path "/proc/$(init_pid)/ns/pid"
    until_seen runtime run --bundle "$tmp/second" "$id-second"
    same "$(cat "/proc/$(init_pid)/root/dev/shm/log")" ""
}

@test "SE-3 CVE-2019-19921, 2023-27561: /proc and /sys that are symlinks are refused" {
    local name
    for name in proc sys; do
        rm -rf "${rootfs:?}/$name"
        ln -s /tmp/fake "$rootfs/$name"
        mkdir -p "$rootfs/tmp/fake"
        run_container
        failed_with 1 "must be mounted on ordinary directory"
        rm "$rootfs/$name"
        mkdir "$rootfs/$name"
        no_residue
    done
}

@test "SE-5 CVE-2019-16884: nothing is mounted on /proc that is no procfs" {
    mkdir -p "$tmp/fake/sys/net/ipv4" "$tmp/fake/self/attr" "$tmp/fake/self/fd"
    echo 7 >"$tmp/fake/sys/net/ipv4/ip_forward"
    config '.mounts |= map(select(.destination != "/proc")) | .linux.sysctl = {"net.ipv4.ip_forward": "1"} | .process.args = ["true"]'
    mount_at /proc bind "$tmp/fake" bind
    run_container
    failed_with 1 /proc
    same "$(cat "$tmp/fake/sys/net/ipv4/ip_forward")" 7
    no_residue
}

@test "SE-4 CVE-2019-16884: nothing is written to what an image has at /proc" {
    newer_than_runc 1.2.8 "it was open to this"
    mkdir -p "$rootfs/proc/sys/net/ipv4"
    echo 7 >"$rootfs/proc/sys/net/ipv4/ip_forward"
    config '.mounts |= map(select(.destination != "/proc")) | .linux.sysctl = {"net.ipv4.ip_forward": "1"}
        | .linux.maskedPaths = [] | .linux.readonlyPaths = []'
    script 'mkdir /tmp/p && mount -t proc proc /tmp/p && cat /tmp/p/sys/net/ipv4/ip_forward'
    config '.process.capabilities |= map_values(. + ["CAP_SYS_ADMIN"]) | del(.process.capabilities.ambient)'
    run_container
    same "$(cat "$rootfs/proc/sys/net/ipv4/ip_forward")" 7
    same "$output" 1
}

@test "SE-5 CVE-2025-52881: nothing is mounted inside /proc" {
    mkdir "$tmp/fake"
    local target
    for target in /proc/sys /proc/sys/net /proc/self /proc/1/attr; do
        cp "$BATS_RUN_TMPDIR/base/config.json" config.json
        mount_at $target bind "$tmp/fake" bind
        run_container
        failed_with 1 /proc
        no_residue
    done
}

@test "SE-5 CVE-2025-52881: nor by a symlink that leads there" {
    mkdir "$tmp/fake"
    ln -s /proc/sys/net "$rootfs/link"
    mount_at /link bind "$tmp/fake" bind
    run_container
    failed_with 1 /proc
    no_residue
}

@test "SE-7 CVE-2021-30465: a mount's target through symlinks stays inside" {
    ln -s "$outside" "$rootfs/absolute"
    ln -s "../../../../../../../../$outside" "$rootfs/relative"
    mount_at /absolute/a tmpfs tmpfs
    mount_at /relative/b bind "$tmp" bind
    # What is there outside is not what is there inside.
    mount_at /absolute tmpfs tmpfs
    config '.process.args = ["sh", "-c", "grep -c $outside /proc/self/mountinfo"] | .process.env += [$outside]' --arg outside "outside=$outside"
    run_container
    untouched
    same "$status $output" "0 3"
    not grep -q " $outside" /proc/self/mountinfo
}

@test "SE-8 CVE-2024-45310: a dangling symlink makes nothing outside" {
    ln -s "$outside/folder" "$rootfs/dangling"
    ln -s "../../../../../../../../$outside/other" "$rootfs/climbing"
    ln -s "../../../../../../../../$outside/third" "$rootfs/file"
    mkdir "$rootfs/below"
    ln -s "../../../../../../../../$outside/fourth" "$rootfs/below/file"
    mkdir "$tmp/source"
    touch "$tmp/file"
    mount_at /dangling bind "$tmp/source" bind
    mount_at /climbing/below/it bind "$tmp/file" bind
    mount_at /file bind "$tmp/file" bind
    mount_at /below/file bind "$tmp/file" bind
    config '.process.args = ["true"]'
    run_container
    untouched
}

@test "SE-7 CVE-2021-30465, 2024-45310: a target that is swapped meanwhile stays inside" {
    newer_than_runc 1.1.14 "it was open to this"
    "$BATS_TEST_DIRNAME/swap-forever" "$rootfs/race" "$outside" 3>&- &
    helper=$!
    eventually test -L "$rootfs/race.link" -o -L "$rootfs/race"
    # Slowed down, so that there is a swap between any two of its steps on a busy machine, too.
    if command -v strace >/dev/null; then
        printf '#!/bin/sh\nexec strace -f -o /dev/null -e trace=openat2 -e inject=openat2:delay_enter=200 %s "$@"\n' "$RUNTIME" >"$tmp/slow"
        chmod 755 "$tmp/slow"
        RUNTIME=$tmp/slow
    fi
    # New names each time, since what is there need not be made; many, since each has its own chance to hit.
    mount_at /race/made-TURN tmpfs tmpfs
    config '.mounts += [range(10) | {"destination": "/race/made-TURN-\(.)/below", "type": "tmpfs", "source": "tmpfs"}]'
    mount_at /race/file-TURN/below bind "$bundle/rootfs/etc/passwd" bind
    config '.process.args = ["true"] | .process.cwd = "/race/cwd-TURN"'
    local turn
    for turn in $(seq 40); do
        sed "s/TURN/$turn/g" <config.json >turn.json
        (mkdir -p turn && cd turn && ln -sfn ../rootfs rootfs && mv ../turn.json config.json)
        bundle=$bundle/turn run_container
    done
    kill -KILL $helper
    untouched
    not grep -q " $outside" /proc/self/mountinfo
}

@test "SE-9 CVE-2024-21626: no descriptor of the host's is inherited" {
    exec 7</etc 8<"$outside"
    script 'for p in self 1; do for fd in /proc/$p/fd/*; do readlink $fd; done; done'
    run_container
    exec 7<&- 8<&-
    [[ $output != *"/etc"* && $output != *outside* && $output != *"$root"* && $output != *cgroup* ]]
}

@test "SE-9 CVE-2024-21626: nor by exec" {
    run_sleeper
    exec 7</etc 8<"$outside"
    run runtime exec "$id" sh -c 'ls -l /proc/self/fd /proc/1/fd; ls /proc/self/fd | wc -l'
    exec 7<&- 8<&-
    [[ $output != *" /etc"* && $output != *outside* && $output != *cgroup* ]]
    same "${lines[-1]}" 4
}

@test "SE-9 CVE-2024-21626: nor what init keeps until its execve" {
    script 'ls /proc/1/fd; true'
    runtime --log "$tmp/runtime.log" create --bundle "$bundle" "$id" </dev/null >"$log" 2>&1
    runtime --log "$tmp/runtime.log" start "$id"
    wait_for stopped
    same "$(cat "$log")" "0
1
2"
    only_ours "its init keeps more"
    runtime delete "$id"
    run_container
    same "$output" "0
1
2"
}

@test "SE-10 CVE-2024-21626: a working folder is inside the root, or an error" {
    newer_than_runc 1.1.12 "it was open to this"
    local number
    script 'ls -d ../../../../../../../../../../../../work ../../../../../../../../../../../usr/sbin; pwd -P'
    for number in $(seq 3 20); do
        config '.process.cwd = $cwd' --arg cwd "/proc/self/fd/$number"
        run_container
        [ "$status" -ne 0 ]
        [[ $output != *"/usr/sbin"$'\n'* ]]
    done
    config '.process.cwd = "/"'
    run_sleeper
    for number in $(seq 3 20); do
        run runtime exec --cwd "/proc/self/fd/$number" "$id" ls -d ../../../../../../../../../../usr/sbin
        [ "$status" -ne 0 ]
    done
}

@test "SE-10 CVE-2024-21626: nor by a descriptor that the process is to have" {
    newer_than_runc 1.1.12 "it was open to this"
    local cwd
    ln -s /proc/self/fd/3 "$rootfs/link"
    for cwd in /proc/self/fd/3 /link; do
        config '.process.cwd = $cwd | .process.args = ["touch", "made"]' --arg cwd $cwd
        run timeout 30 "$RUNTIME" --root "$root" run --bundle "$bundle" --preserve-fds 1 "$id" </dev/null 3<"$outside"
        [ "$status" -ne 0 ]
        untouched
    done
    config '.process.cwd = "/"'
    run_sleeper
    for cwd in /proc/self/fd/3 /link; do
        run timeout 30 "$RUNTIME" --root "$root" exec --preserve-fds 1 --cwd $cwd "$id" touch made </dev/null 3<"$outside"
        failed_with 255 "outside of container mount namespace root"
        untouched
    done
}

@test "SE-10 CVE-2024-21626: a working folder by a symlink stays inside" {
    ln -s "$outside" "$rootfs/out"
    local cwd
    for cwd in /out /out/made /out/made/below; do
        config '.process.cwd = $cwd | .process.args = ["touch", "made"]' --arg cwd $cwd
        run_container
        untouched
    done
}

@test "SE-11 CVE-2025-31133: a masked path is never masked by what is not /dev/null" {
    newer_than_runc 1.2.8 "it was open to this"
    mkdir "$tmp/dev"
    local wrong
    echo inside >"$rootfs/inside"
    for wrong in symlink file; do
        rm -f "$tmp/dev/null"
        if [ $wrong = symlink ]; then ln -s /inside "$tmp/dev/null"; else echo inside >"$tmp/dev/null"; fi
        config '.mounts |= map(select(.destination | startswith("/dev") | not)) | .linux.maskedPaths = ["/proc/keys"] | .process.args = ["cat", "/proc/keys"]'
        mount_at /dev bind "$tmp/dev" bind
        run_container
        [ "$status" -ne 0 ] || same "$output" ""
        [[ $output != *inside* || $status -ne 0 ]]
    done
}

@test "SE-11 CVE-2025-31133: nor is a /dev/null of the image's that is another file taken for one" {
    local wrong
    echo inside >"$rootfs/inside"
    config '.mounts |= map(select(.destination | startswith("/dev") | not)) | .linux.maskedPaths = ["/proc/keys"]'
    for wrong in symlink file device; do
        rm -f "$rootfs/dev/null"
        case $wrong in
        symlink) ln -s /inside "$rootfs/dev/null" ;;
        file) echo inside >"$rootfs/dev/null" ;;
        device) mknod "$rootfs/dev/null" c 1 5 ;;
        esac
        script 'cat /proc/keys | head -c 10'
        run_container
        [ "$status" -ne 0 ] || same "$output" ""
        only_ours "it goes on"
        failed_with 1 "make device \\\"/dev/null\\\""
        no_residue
    done
}

run_in_terminal() { run timeout 20 "$BATS_TEST_DIRNAME/in-terminal" "$RUNTIME" --root "$root" run --bundle "$bundle" "$id" 3>&-; }

@test "SE-12 CVE-2025-52565: the console is the terminal's own slave, whatever lies at its path" {
    newer_than_runc 1.2.8 "it was open to this"
    # A folder that works like a devpts: ptmx makes ptys in the devpts below, but what is at their paths is a file.
    mkdir -p "$tmp/pts/pts"
    mknod -m 666 "$tmp/pts/ptmx" c 5 2
    echo target >"$tmp/pts/0"
    config '.process.terminal = true | .mounts |= map(select(.destination != "/dev/pts"))'
    mount_at /dev/pts bind "$tmp/pts" bind
    mount_at /dev/pts/pts devpts devpts newinstance ptmxmode=0666 mode=0620
    script 'echo written'
    run_in_terminal
    same "$(cat "$tmp/pts/0")" target
    only_ours "other words"
    failed_with 1 "not on a real devpts mount"
}

@test "SE-12 CVE-2025-52565: the slave is opened by no path" {
    only_ours "it has a path, and checks it"
    command -v strace >/dev/null || skip "no strace on this host"
    config '.process.terminal = true'
    script 'tty'
    run timeout 60 "$BATS_TEST_DIRNAME/in-terminal" strace -f -o "$tmp/calls" \
        -e trace=open,openat,openat2,ioctl,move_mount "$RUNTIME" --root "$root" run --bundle "$bundle" "$id" 3>&-
    [[ $output == *"/dev/pts/0"* ]]
    grep -q TIOCGPTPEER "$tmp/calls"
    not grep -E 'open[^(]*\([^"]*"[^"]*pts/[0-9]' "$tmp/calls"
}

@test "SE-12 CVE-2025-52565: a /dev/console that is a symlink is an error" {
    newer_than_runc 1.2.8 "it was open to this"
    echo target >"$rootfs/target"
    ln -s /target "$rootfs/dev/console"
    config '.process.terminal = true | .mounts |= map(select(.destination == "/dev" or .destination == "/dev/shm" or .destination == "/dev/mqueue" | not))'
    script 'test -c /target && echo covered'
    run_in_terminal
    [[ $output != *covered* ]]
    [ "$status" -ne 0 ]
}

@test "SE-13 CVE-2026-41579, 2026-47766: a /dev that is a symlink leads to nothing outside" {
    newer_than_runc 1.5.1 "it was open to this"
    rm -r "${rootfs:?}/dev"
    ln -s "$outside" "$rootfs/dev"
    config '.process.args = ["true"]'
    run_container
    untouched
    config '.mounts |= map(select(.destination | startswith("/dev") | not))'
    run_container
    untouched
    rm "$rootfs/dev"
    ln -s "../../../../../../../../$outside" "$rootfs/dev"
    run_container
    untouched
}

@test "SE-13 CVE-2026-41579: nor do devices, links and files below it" {
    local name
    config '.mounts |= map(select(.destination | startswith("/dev") | not)) | .process.args = ["true"]'
    ln -s "$outside" "$rootfs/dev/below"
    ln -s "../../../../../../../../$outside" "$rootfs/dev/climbing"
    config '.linux.devices = [{"path": "/dev/below/device", "type": "c", "major": 1, "minor": 3},
        {"path": "/dev/climbing/below/device", "type": "c", "major": 1, "minor": 3}]'
    run_container
    untouched
    config '.linux.devices = []'
    for name in null ptmx console fd; do
        rm -f "$rootfs/dev/$name"
        ln -s "$outside/$name" "$rootfs/dev/$name"
        run_container
        untouched
    done
}

@test "SE-14 CVE-2019-18837, 2025-24965: a read-only or masked path through symlinks is the container's" {
    # At the same path on the host and in the container: what the links mean is the second.
    mkdir -p "$rootfs/$outside"
    echo secret | tee "$outside/file" >"$rootfs/$outside/file"
    ln -s "$outside" "$rootfs/link"
    config '.linux.maskedPaths = ["/link/file"] | .linux.readonlyPaths = ["/link"]'
    script "cat /link/file; touch /link/made && echo made; cat '$outside/file'; touch '$outside/made' && echo made"
    run_container
    [[ $output != *secret* && $output != *made$'\n'* && $output == *"Read-only file system"* ]]
    same "$(cat "$outside/file")" secret
    config '.linux.maskedPaths = ["/link"]'
    script 'ls /link/'
    run_container
    same "$output" ""
}

@test "SE-15 CVE-2022-29162, 2022-27650: nothing is inheritable that config.json does not ask for" {
    run_sleeper
    run runtime exec "$id" grep CapInh /proc/self/status
    same "$(awk '{ print $2 }' <<<"$output")" 0000000000000000
    run runtime exec --cap CAP_NET_ADMIN "$id" grep CapInh /proc/self/status
    same "$(awk '{ print $2 }' <<<"$output")" 0000000000000000
    same "$(awk '/CapInh/ { print $2 }' "/proc/$(init_pid)/status")" 0000000000000000
}

@test "SE-16 CVE-2026-30892: exec --user 1 is user 1" {
    run_sleeper
    run runtime exec --user 1 "$id" id -u
    same "$output" 1
    run runtime exec --user 1:2 "$id" sh -c 'id -u; id -g'
    same "$output" "1
2"
    local user
    for user in 1x x1 -1 +1 " 1" 0x1 1: 1:x 4294967295 4294967296 18446744073709551616; do
        run runtime exec --user "$user" "$id" id -u
        [ "$status" -ne 0 ] || { echo "taken: '$user' as $output" && only_ours "it takes some" && false; }
    done
}

@test "SE-16 CVE-2024-40635: a user id past 2^31 is that user, and past 2^32 an error" {
    config '.process.user.uid = 2147483648 | .process.args = ["id", "-u"]'
    run_container
    [ "$output" = 2147483648 ] || failed_with 1 "range" # runc draws the line there
    local number
    for number in 4294967295 4294967296 4294968296 18446744073709551616 -1; do
        config ".process.user.uid = $number"
        run_container
        same "$status" 1
        no_residue
    done
}

@test "SE-17 CVE-2023-25809: the container's cgroups are read-only where config.json says so" {
    script 'for d in /sys/fs/cgroup /sys/fs/cgroup/*; do mkdir $d/x 2>/dev/null && echo made $d/x; done; ls -d /sys/fs/cgroup/*'
    config '.process.capabilities |= map_values(. + ["CAP_DAC_OVERRIDE"]) | del(.process.capabilities.ambient)'
    run_container
    [[ $output != *made* && $output == */sys/fs/cgroup/* ]]
    config '.linux.namespaces |= map(select(.type != "cgroup"))'
    run_container
    [[ $output != *made* && $output == */sys/fs/cgroup/* ]]
    [ -z "$(cgroups)" ]
}

@test "SE-3 CVE-2023-28642: /proc/sys and what is masked stay so behind a symlinked /proc" {
    rm -r "$rootfs/proc"
    ln -s tmp/proc "$rootfs/proc"
    mkdir -p "$rootfs/tmp/proc"
    script 'echo 1 >/proc/sys/kernel/printk'
    run_container
    failed_with 1 "must be mounted on ordinary directory"
}

# The end of a container whose passwd is as it is: not by timeout's TERM or KILL.
ends() {
    run timeout --kill-after 2 8 "$RUNTIME" --root "$root" run --bundle "$bundle" "$id" </dev/null 3>&-
    [ "$status" -ne 124 ] && [ "$status" -ne 137 ]
}

@test "SE-18 GO-2026-5475: a passwd without end, or one that is a pipe, holds up nothing" {
    only_ours "it reads on"
    config '.process.user.uid = 4242 | .process.args = ["true"]'
    ln -sf /dev/zero "$rootfs/etc/passwd"
    ends
    rm "$rootfs/etc/passwd"
    mkfifo "$rootfs/etc/passwd"
    ends
    rm "$rootfs/etc/passwd"
    truncate -s 4T "$rootfs/etc/passwd" 2>/dev/null || truncate -s 1T "$rootfs/etc/passwd"
    ends
}

@test "SE-19 CVE-2019-14271, 2026-41567: programs are looked up in the container alone" {
    config '.process.args = ["jq", "--version"]'
    run_container
    failed_with 1 "executable file not found"
    run_sleeper
    run runtime exec "$id" jq --version
    failed_with 255 "executable file not found"
}

@test "SE-20 CVE-2018-15664: root.path is resolved once, whatever comes to its place" {
    mv "$rootfs" "$tmp/real"
    ln -s "$tmp/real" "$rootfs"
    printf '#!/bin/sh\ncat >/dev/null\nmv %s/real %s/away && ln -s %s %s/real\n' "$tmp" "$tmp" "$outside" "$tmp" >"$tmp/hook"
    chmod 755 "$tmp/hook"
    config '.hooks.createRuntime = [{"path": $hook}] | .process.args = ["echo", "from the root"]' --arg hook "$tmp/hook"
    run_container
    same "$output" "from the root"
    untouched
}

@test "SE-21 CVE-2024-25621: the state is root's alone" {
    run_sleeper
    only_ours "its folders can be passed through"
    same "$(stat -c %a "$root" "$root/$id")" "700
700"
    [ -z "$(find "$root" -type f -perm /077)" ]
}

@test "SE-22 Leaky Vessels: the process starts with no way back to the host" {
    script 'readlink /proc/1/root; readlink /proc/1/cwd; ls /proc/1/task | wc -l; cat /proc/1/mountinfo'
    run_container
    same "$(head -3 <<<"$output")" "/
/
1"
    [[ $output != *"$RUNTIME"* && $output != *"$root"* ]]
    # The old root is gone with all that was mounted on it: one mount is at /, and its root is the rootfs.
    same "$(awk '$5 == "/"' <<<"$output" | wc -l)" 1
    [[ $(awk '$5 == "/" { print $4 }' <<<"$output") == *"${rootfs#"$BATS_RUN_TMPDIR"}" ]]
}
