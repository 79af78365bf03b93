#!/usr/bin/env bats
# Mounts, devices, masked and read-only paths.

load helpers

# Adds a mount to config.json.
mount_at() { # DESTINATION TYPE SOURCE [OPTION...]
    local destination=$1 type=$2 source=$3
    shift 3
    config '.mounts += [{"destination": $d, "type": $t, "source": $s, "options": $ARGS.positional}]' \
        --arg d "$destination" --arg t "$type" --arg s "$source" --args "$@"
}

# The options that /proc/mounts shows for a destination, in $output after `cat /proc/mounts`.
options_of() { awk -v at="$1" '$2 == at { got = $4 } END { print got }' <<<"$output"; }

has() { [[ ,$(options_of "$1"), == *,$2,* ]] || { echo "$1 has not $2: $(options_of "$1")" && return 1; }; }
has_not() { [[ ,$(options_of "$1"), != *,$2,* ]] || { echo "$1 has $2: $(options_of "$1")" && return 1; }; }

@test "BD-17 bind mounts of folders and files, their targets made" {
    mkdir "$tmp/folder"
    echo content >"$tmp/folder/file"
    mount_at /made/folder bind "$tmp/folder" rbind
    mount_at /made/file bind "$tmp/folder/file" bind
    config '.root.readonly = false'
    script 'cat /made/folder/file /made/file; echo new >/made/folder/new'
    run_container
    same "$output" "content
content"
    same "$(cat "$tmp/folder/new")" new
}

@test "BD-17 a relative bind source is relative to the bundle" {
    mkdir source
    touch source/file
    config '.root.readonly = false'
    mount_at /target bind source bind
    config '.process.args = ["ls", "/target"]'
    cd /
    run_container
    same "$output" file
}

@test "BD-17 a bind source that is not there is an error that names it" {
    mount_at /tmp bind /no/such/source bind
    run_container
    failed_with 1 "/no/such/source" "no such file or directory"
    no_residue
}

@test "BD-17 flags are set, and cleared" {
    mount_at /tmp tmpfs tmpfs ro nosuid nodev noexec noatime
    mount_at /var tmpfs tmpfs ro nosuid rw suid
    config '.process.args = ["cat", "/proc/mounts"]'
    run_container
    local word
    for word in ro nosuid nodev noexec noatime; do has /tmp $word; done
    for word in ro nosuid; do has_not /var $word; done
}

@test "BD-17 a bind mount takes its own flags" {
    mount_at /tmp bind "$tmp" bind ro nosuid noexec
    config '.process.args = ["cat", "/proc/mounts"]'
    run_container
    local word
    for word in ro nosuid noexec; do has /tmp $word; done
    not grep -q " $tmp .*\bro\b" /proc/mounts
}

@test "BD-17 ro of a recursive bind mount is its top's alone, rro is for all" {
    mkdir -p "$tmp/tree/sub"
    mount -t tmpfs tmpfs "$tmp/tree"
    mkdir "$tmp/tree/sub"
    mount -t tmpfs tmpfs "$tmp/tree/sub"
    mount_at /tmp bind "$tmp/tree" rbind ro
    mount_at /var bind "$tmp/tree" rbind rro
    config '.process.args = ["cat", "/proc/mounts"]'
    run_container
    same "$status" 0
    has /tmp ro
    has /tmp/sub rw
    has /var ro
    has /var/sub ro
}

@test "BD-17 recursive words reach the mounts below" {
    local word
    mkdir "$tmp/tree"
    mount -t tmpfs tmpfs "$tmp/tree"
    mkdir "$tmp/tree/sub"
    mount -t tmpfs tmpfs "$tmp/tree/sub"
    mount_at /tmp bind "$tmp/tree" rbind rnosuid rnodev rnoexec rnoatime rnodiratime
    config '.process.args = ["cat", "/proc/mounts"]'
    run_container
    same "$status" 0
    for word in nosuid nodev noexec noatime; do has /tmp/sub $word; done
}

@test "BD-17 words that only the newer mount calls know" {
    newer_than_runc 1.2.0 "does not know them"
    mount_at /tmp tmpfs tmpfs nosymfollow
    mount_at /var tmpfs tmpfs noatime lazytime
    config '.process.args = ["cat", "/proc/mounts"]'
    run_container
    same "$status" 0
    has /tmp nosymfollow
    has /var lazytime
}

@test "BD-17 what is no word goes to the file system" {
    mount_at /tmp tmpfs tmpfs size=4096k mode=0711
    script 'stat -c %a /tmp; cat /proc/mounts'
    run_container
    has /tmp size=4096k
    newer_than_runc 1.2.0 "the mode of the folder below wins"
    same "$(head -1 <<<"$output")" 711
}

@test "BD-17 tmpcopyup fills the new tmpfs with what was there" {
    mkdir -p "$rootfs/var/sub"
    echo content >"$rootfs/var/sub/file"
    ln -s sub/file "$rootfs/var/link"
    chmod 700 "$rootfs/var/sub"
    mount_at /var tmpfs tmpfs tmpcopyup
    script 'cat /var/link; stat -c "%a %F" /var/sub; touch /var/new'
    run_container
    same "$output" "content
700 directory"
    [ ! -e "$rootfs/var/new" ]
}

@test "BD-17 a tmpfs keeps the mode of the folder below" {
    chmod 1755 "$rootfs/var"
    mount_at /var tmpfs tmpfs
    config '.process.args = ["stat", "-c", "%a", "/var"]'
    run_container
    same "$output" 1755
}

@test "BD-17 mounts come in the order of the list" {
    mount_at /tmp tmpfs one size=1024k
    mount_at /tmp tmpfs two size=2048k
    mount_at /tmp/sub tmpfs three
    config '.process.args = ["cat", "/proc/mounts"]'
    run_container
    same "$(grep -E ' /tmp' <<<"$output" | cut -d' ' -f1,2)" "one /tmp
two /tmp
three /tmp/sub"
}

@test "BD-17 propagation of a mount and of the root" {
    mkdir "$tmp/tree"
    mount -t tmpfs tmpfs "$tmp/tree"
    mount --make-shared "$tmp/tree"
    mount_at /tmp bind "$tmp/tree" rbind rslave
    mount_at /var bind "$tmp/tree" rbind rshared
    mount_at /home bind "$tmp/tree" rbind rprivate
    config '.process.args = ["cat", "/proc/self/mountinfo"]'
    run_container
    same "$status" 0
    grep -qE ' /tmp .* master:[0-9]+ ' <<<"$output"
    grep -qE ' /var .* shared:[0-9]+ ' <<<"$output"
    not grep -E ' /home .*(shared|master):' <<<"$output"
    newer_than_runc 1.2.0 "the root follows the host's"
    config '.linux.rootfsPropagation = "shared"'
    run_container
    grep -qE '^[0-9]+ [0-9]+ [0-9:]+ [^ ]+ / .* shared:' <<<"$output"
}

@test "BD-17 the host sees none of the container's mounts" {
    local before
    before=$(wc -l </proc/self/mountinfo)
    mount_at /tmp tmpfs tmpfs
    run_sleeper
    same "$(wc -l </proc/self/mountinfo)" "$before"
}

@test "BD-17 the container sees none of the host's" {
    config '.process.args = ["cat", "/proc/mounts"]'
    run_container
    same "$(awk '$2 == "/" { n++ } END { print n }' <<<"$output")" 1
    not grep -q "$tmp" <<<"$output"
    not grep -q ' /dev/vda.* /[a-z]' <<<"$output"
}

@test "BD-15 the default devices and links are there" {
    script 'for d in null zero full random urandom tty; do stat -c "%n %F %t:%T %a" /dev/$d; done; for l in fd stdin stdout stderr ptmx; do echo "$l $(readlink /dev/$l)"; done'
    run_container
    same "$output" "/dev/null character special file 1:3 666
/dev/zero character special file 1:5 666
/dev/full character special file 1:7 666
/dev/random character special file 1:8 666
/dev/urandom character special file 1:9 666
/dev/tty character special file 5:0 666
fd /proc/self/fd
stdin /proc/self/fd/0
stdout /proc/self/fd/1
stderr /proc/self/fd/2
ptmx pts/ptmx"
}

@test "BD-15 devices of config.json have their mode and owner" {
    config '.linux.devices = [{"path": "/dev/kmsg", "type": "c", "major": 1, "minor": 11, "fileMode": 416, "uid": 1000, "gid": 1001}, {"path": "/dev/below/block", "type": "b", "major": 7, "minor": 0}]
        | .linux.resources.devices += [{"allow": true, "type": "c", "major": 1, "minor": 11, "access": "rwm"}]'
    script 'stat -c "%F %t:%T %a %u %g" /dev/kmsg; stat -c "%F %t:%T" /dev/below/block'
    run_container
    same "$output" "character special file 1:b 640 1000 1001
block special file 7:0"
}

@test "BD-15 a read-only /dev is filled first" {
    config '.mounts |= map(if .destination == "/dev" then .options += ["ro"] else . end)'
    script 'ls -l /dev/null >/dev/null && echo there; touch /dev/x'
    run_container
    [[ $output == *there*"Read-only file system"* ]]
}

@test "BD-14 masked files are empty, masked folders empty and read-only" {
    mkdir "$rootfs/secrets" "$rootfs/more"
    echo secret | tee "$rootfs/secrets/file" "$rootfs/secret" "$rootfs/more/x" >/dev/null
    config '.linux.maskedPaths = ["/secret", "/secrets", "/more", "/secret", "/no/such/path"] | .root.readonly = false'
    script 'cat /secret; ls -A /secrets /more; touch /secrets/x; stat -c %d /secrets /more | sort -u | wc -l; grep -c " /secret " /proc/mounts'
    run_container
    [[ $output != *"file"$'\n'* && $output == *"Read-only file system"* ]]
    not grep -q '^secret' <<<"$output"
    newer_than_runc 1.5.0 "one tmpfs for each folder"
    same "$(tail -2 <<<"$output")" "1
1"
}

@test "BD-14 read-only paths can be read and not be written" {
    mkdir "$rootfs/data"
    echo content >"$rootfs/data/file"
    config '.linux.readonlyPaths += ["/data", "/no/such/path"] | .root.readonly = false'
    script 'cat /data/file; echo x >/data/file; echo 1 >/proc/sys/kernel/printk'
    run_container
    [ "$status" -ne 0 ]
    [[ $output == content*"ead-only file system"*"ead-only file system"* ]]
}

@test "BD-14 masking works on a read-only root" {
    touch "$rootfs/secret"
    config '.linux.maskedPaths = ["/secret", "/proc/acpi"] | .root.readonly = true | .process.args = ["cat", "/secret"]'
    run_container
    same "$status$output" 0
}

@test "BD-17 --no-pivot works, and hides the host's root" {
    config '.process.args = ["sh", "-c", "ls / | sort | tr \"\\n\" \" \"; cat /proc/mounts | wc -l"]'
    run_container --no-pivot
    same "$status" 0
    [[ $output == "bin dev etc home proc root sys tmp usr var "* ]]
}

@test "BD-17 cgroup mount: the container sees its own group" {
    config '.mounts += [{"destination": "/sys/fs/cgroup", "type": "cgroup", "source": "cgroup", "options": ["nosuid", "noexec", "nodev", "relatime", "ro"]}] | .mounts |= unique_by(.destination)
        | .linux.namespaces |= map(select(.type != "cgroup"))'
    if is_v2; then script 'cat /sys/fs/cgroup/cgroup.procs'; else script 'cat /sys/fs/cgroup/pids/cgroup.procs; mkdir /sys/fs/cgroup/pids/x'; fi
    run_container
    same "$(head -1 <<<"$output")" 1
    is_v2 || [[ $output == *"Read-only file system"* ]]
}

@test "BD-17 mqueue and shm are the container's own" {
    script 'grep -E " /dev/(mqueue|shm) " /proc/mounts | cut -d" " -f2,3; ls -A /dev/shm'
    touch "/dev/shm/$id"
    run_container
    rm "/dev/shm/$id"
    same "$(sort <<<"$output")" "/dev/mqueue mqueue
/dev/shm tmpfs"
}
