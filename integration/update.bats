#!/usr/bin/env bats
# update

load helpers

prepare() { run_sleeper; }

limit() { cat "$(cgroup_of "$1")/$2"; }

@test "CLI-41 update by flags, v1" {
    needs_cgroup_v1
    runtime update --memory 64M --memory-reservation 32M --pids-limit 77 "$id"
    same "$(limit memory memory.limit_in_bytes)" 67108864
    same "$(limit memory memory.soft_limit_in_bytes)" 33554432
    same "$(limit pids pids.max)" 77
    runtime update "$id" --cpu-quota 50000 --cpu-period 100000 --cpu-share 512
    same "$(limit cpu cpu.cfs_quota_us) $(limit cpu cpu.cfs_period_us) $(limit cpu cpu.shares)" "50000 100000 512"
    runtime update --cpuset-cpus 0 "$id"
    same "$(limit cpuset cpuset.cpus)" 0
}

@test "CLI-41 what is not named is kept" {
    needs_cgroup_v1
    runtime update --cpu-quota 50000 --cpu-period 100000 "$id"
    runtime update --cpu-quota 30000 "$id"
    same "$(limit cpu cpu.cfs_quota_us) $(limit cpu cpu.cfs_period_us)" "30000 100000"
    runtime update --cpu-period 50000 "$id"
    same "$(limit cpu cpu.cfs_quota_us) $(limit cpu cpu.cfs_period_us)" "30000 50000"
    runtime update --memory 64M "$id"
    same "$(limit cpu cpu.cfs_quota_us)" 30000
}

@test "CLI-41 -1 takes a limit away" {
    needs_cgroup_v1
    runtime update --memory 64M --pids-limit 10 "$id"
    runtime update --memory -1 --pids-limit -1 "$id"
    [ "$(limit memory memory.limit_in_bytes)" -gt 1000000000000 ]
    same "$(limit pids pids.max)" max
}

@test "CLI-41 update from a file and from standard input" {
    needs_cgroup_v1
    echo '{"pids": {"limit": 50}, "memory": {"limit": 67108864}}' >"$tmp/resources"
    runtime update --resources "$tmp/resources" "$id"
    same "$(limit pids pids.max) $(limit memory memory.limit_in_bytes)" "50 67108864"
    echo '{"CPU": {"Quota": 40000, "period": 100000}}' | runtime update --resources - "$id"
    same "$(limit cpu cpu.cfs_quota_us)" 40000
}

@test "CLI-41 a file that is no JSON is an error and changes nothing" {
    needs_cgroup_v1
    local before
    before=$(limit pids pids.max)
    echo '{"pids": {"limit": "many"}}' >"$tmp/resources"
    run runtime update --resources "$tmp/resources" "$id"
    same "$status" 1
    same "$(limit pids pids.max)" "$before"
    run runtime update --resources /no/such "$id"
    failed_with 1 "no such file or directory"
}

@test "CG-8 device rules stay in force" {
    needs_cgroup_v1
    local before
    before=$(limit devices devices.list)
    runtime update --pids-limit 20 "$id"
    same "$(limit devices devices.list)" "$before"
}

@test "CG-8 a paused container stays paused" {
    runtime pause "$id"
    needs_cgroup_v1
    runtime update --pids-limit 20 "$id"
    same "$(field status)" paused
    same "$(limit pids pids.max)" 20
}

@test "CG-10 a value that the kernel refuses is an error that names the file" {
    needs_cgroup_v1
    run runtime update --cpuset-cpus 4095 "$id"
    failed_with 1 "cpuset.cpus"
    run runtime update --memory 1 "$id"
    same "$status" 1
    same "$(field status)" running
}

@test "CG-10 update of an unknown or stopped container fails" {
    run runtime update --pids-limit 20 nosuch
    failed_with 1 "container does not exist"
    runtime kill "$id" KILL
    wait_for stopped
    run runtime update --pids-limit 20 "$id"
    same "$status" 1
}
