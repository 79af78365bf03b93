#!/usr/bin/env bats
# Control groups. Run twice: on this host's hierarchies, and where /sys/fs/cgroup is cgroup v2 alone.

load helpers

# The content of a file of the container's group.
limit() { cat "$(cgroup_of "$1")/$2"; }

resources() { config ".linux.resources += $1"; }

@test "CG-2 a container has a group of its own, named by its id where no path is given" {
    run_sleeper
    local folder
    folder=$(cgroup_of pids)
    [[ $folder == */$id ]]
    same "$(cat "$folder/cgroup.procs")" "$(init_pid)"
}

@test "CG-2 cgroupsPath is taken below the root of the hierarchy" {
    config '.linux.cgroupsPath = $path' --arg path "/rs-parent-$id/child"
    run_sleeper
    [[ $(cgroup_of pids) == /sys/fs/cgroup*/rs-parent-$id/child ]]
    runtime delete --force "$id"
    [ -z "$(find /sys/fs/cgroup -type d -path "*rs-parent-$id/child")" ]
}

@test "CG-2 the group's path is in the state file for those who read it" {
    run_sleeper
    local path
    while read -r path; do
        [ -d "$path" ] || { echo "no such folder: $path" && false; }
    done < <(jq -r '.cgroup_paths[]' "$root/$id/state.json")
    same "$(jq '.cgroup_paths | length > 0' "$root/$id/state.json")" true
}

@test "CG-9 delete removes the group, and what was made below it" {
    run_sleeper
    mkdir -p "$(cgroup_of pids)/a/b"
    runtime delete --force "$id"
    same "$(cgroups)" ""
}

@test "CG-3 run and create refuse a group with processes in it" {
    newer_than_runc 1.2.0 "it warns"
    config '.linux.cgroupsPath = $path' --arg path "/$id"
    run_sleeper
    run runtime run --bundle "$bundle" "$id-b" </dev/null
    failed_with 1 "container's cgroup is not empty"
    run runtime create --bundle "$bundle" "$id-b" </dev/null
    failed_with 1 "container's cgroup is not empty"
    same "$(field status)" running
}

@test "CG-3 run refuses a frozen group" {
    newer_than_runc 1.2.0 "it hangs or warns"
    config '.linux.cgroupsPath = $path' --arg path "/$id"
    if is_v2; then
        mkdir "/sys/fs/cgroup/$id"
        echo 1 >"/sys/fs/cgroup/$id/cgroup.freeze"
    else
        mkdir "/sys/fs/cgroup/freezer/$id"
        echo FROZEN >"/sys/fs/cgroup/freezer/$id/freezer.state"
    fi
    run_container
    failed_with 1 "container's cgroup unexpectedly frozen"
}

@test "CG-5 pids.limit" {
    needs_controller pids
    resources '{"pids": {"limit": 42}}'
    run_sleeper
    same "$(limit pids pids.max)" 42
}

@test "CG-5 pids.limit is in force" {
    needs_controller pids
    resources '{"pids": {"limit": 4}}'
    script 'for i in 1 2 3 4 5 6; do sleep 1 & done; wait'
    run_container
    [[ $output == *"can't fork"* ]]
}

@test "CG-5 memory limits, v1" {
    needs_cgroup_v1
    resources '{"memory": {"limit": 33554432, "reservation": 16777216, "swap": 67108864, "swappiness": 50}}'
    [ -e /sys/fs/cgroup/memory/memory.memsw.limit_in_bytes ] || config 'del(.linux.resources.memory.swap)'
    run_sleeper
    same "$(limit memory memory.limit_in_bytes)" 33554432
    same "$(limit memory memory.soft_limit_in_bytes)" 16777216
    same "$(limit memory memory.swappiness)" 50
}

@test "CG-5 memory limits, v2" {
    needs_cgroup_v2
    needs_controller memory
    resources '{"memory": {"limit": 33554432, "reservation": 16777216, "swap": 67108864}}'
    run_sleeper
    same "$(limit memory memory.max)" 33554432
    same "$(limit memory memory.low)" 16777216
}

@test "CG-5 a memory limit is in force" {
    needs_controller memory
    resources '{"memory": {"limit": 8388608, "swap": 8388608}}'
    [ -e /sys/fs/cgroup/memory/memory.memsw.limit_in_bytes ] || config 'del(.linux.resources.memory.swap)'
    script 'dd if=/dev/zero of=/dev/null bs=64M count=1'
    run_container
    [ "$status" -ne 0 ]
}

@test "CG-5 cpu shares, quota, period, burst, v1" {
    needs_cgroup_v1
    resources '{"cpu": {"shares": 512, "quota": 50000, "period": 100000}}'
    run_sleeper
    same "$(limit cpu cpu.shares) $(limit cpu cpu.cfs_quota_us) $(limit cpu cpu.cfs_period_us)" "512 50000 100000"
}

@test "CG-5 cpuset, v1" {
    needs_cgroup_v1
    resources '{"cpu": {"cpus": "0", "mems": "0"}}'
    script 'grep _allowed_list /proc/self/status'
    run_container
    same "$(cut -f2 <<<"$output" | tr '\n' ' ')" "0 0 "
}

@test "CG-5 blkio, v1" {
    needs_cgroup_v1
    needs_block_device
    local device
    device=$(block_device | tr ' ' :)
    resources "{\"blockIO\": {\"throttleReadBpsDevice\": [{\"major\": ${device%:*}, \"minor\": ${device#*:}, \"rate\": 1048576}]}}"
    run_sleeper
    same "$(limit blkio blkio.throttle.read_bps_device)" "$device 1048576"
}

@test "CG-6 device rules, v1" {
    needs_cgroup_v1
    run_sleeper
    local list
    list=$(limit devices devices.list)
    grep -qx 'c 1:3 rwm' <<<"$list"
    not grep -qx 'a \*:\* rwm' <<<"$list"
}

@test "CG-6 device rules are in force" {
    needs_block_device
    local major minor
    read -r major minor < <(block_device)
    config '.linux.devices = [{"path": "/dev/disk", "type": "b", "major": $major, "minor": $minor, "fileMode": 438}]' \
        --argjson major "$major" --argjson minor "$minor"
    script 'head -c 1 /dev/disk | wc -c'
    run_container
    [[ $output == *"peration not permitted"* ]]
    config '.linux.resources.devices += [{"allow": true, "type": "b", "major": $major, "minor": $minor, "access": "r"}]' \
        --argjson major "$major" --argjson minor "$minor"
    script 'head -c 1 /dev/disk >/dev/null && echo read; (: >>/dev/disk); echo over'
    run_container
    grep -qx read <<<"$output"
    same "$(grep -c "peration not permitted" <<<"$output")" 1
    grep -qx over <<<"$output"
}

@test "CG-5 hugepageLimits" {
    needs_cgroup_v2
    needs_controller hugetlb
    [ -d /sys/kernel/mm/hugepages/hugepages-2048kB ] || skip "no 2 MB huge pages in this kernel"
    grep -q hugetlb /sys/fs/cgroup/cgroup.subtree_control || skip "hugetlb is not enabled below the root group of this host"
    resources '{"hugepageLimits": [{"pageSize": "2MB", "limit": 4194304}]}'
    run_sleeper
    same "$(limit hugetlb hugetlb.2MB.max)" 4194304
    newer_than_runc 1.2.0 "no rsvd"
    same "$(limit hugetlb hugetlb.2MB.rsvd.max)" 4194304
}

@test "CG-5 unified writes any file of a v2 group" {
    needs_cgroup_v2
    resources '{"unified": {"cgroup.max.descendants": "7"}}'
    run_sleeper
    same "$(limit x cgroup.max.descendants)" 7
    runtime delete --force "$id"
    resources '{"unified": {"no.such.file": "7"}}'
    run_container
    failed_with 1 "no.such.file"
    no_residue
}

@test "CG-5 unified is refused on v1" {
    needs_cgroup_v1
    resources '{"unified": {"memory.max": "1000000"}}'
    run_container
    failed_with 1 "unified"
    no_residue
}

@test "CG-3 init is in its group from its first instruction" {
    config '.process.args = ["cat", "/proc/self/cgroup"] | .linux.namespaces |= map(select(.type != "cgroup"))'
    run_container
    if is_v2; then
        grep -q "^0::/.*$id$" <<<"$output"
    else
        same "$(grep -vc "/$id$" <<<"$output")" 0
    fi
}

@test "CG-3 a cgroup namespace starts at the container's group" {
    config '.process.args = ["cat", "/proc/self/cgroup"] | .linux.namespaces += [{"type": "cgroup"}] | .linux.namespaces |= unique_by(.type)'
    run_container
    same "$(cut -d: -f3 <<<"$output" | sort -u)" /
}

@test "CG-9 pause and resume by the freezer" {
    run_sleeper
    runtime pause "$id"
    if is_v2; then
        grep -qx 'frozen 1' "$(cgroup_of x)/cgroup.events"
    else
        same "$(limit freezer freezer.state)" FROZEN
    fi
    runtime resume "$id"
    same "$(field status)" running
}

@test "CG-9 delete --force of many processes is complete when it returns" {
    script 'i=0; while [ $i -lt 50 ]; do (while :; do sleep 0.01; done) & i=$((i + 1)); done; wait'
    run_detached
    eventually eval '[ "$(processes | wc -l)" -gt 40 ]'
    runtime delete --force "$id"
    same "$(processes)" ""
    no_residue
}
