#!/usr/bin/env bats
# The process of config.json: user, environment, folder, limits, capabilities.

load helpers

# The value of a field of /proc/self/status in $output.
status_of() { awk -v name="$1:" '$1 == name { print $2 }' <<<"$output"; }

# The bits of capability numbers, as /proc prints a set.
bits() {
    local sum=0 number
    for number; do sum=$((sum | 1 << number)); done
    printf '%016x\n' $sum
}

@test "BD-12 args, env and cwd reach the process as they are" {
    config '.process.args = ["sh", "-c", "printf %s, \"$@\"", "sh", "a b", "", "é\"\\", "-x"]'
    run_container
    same "$output" 'a b,,é"\,-x,'
    config '.process.env = ["PATH=/bin", "A=one=two", "EMPTY=", "LINES=x\ny"] | .process.args = ["env"]'
    run_container
    same "$(sort <<<"$output")" "$(printf 'PATH=/bin\nA=one=two\nEMPTY=\nLINES=x\ny\nHOME=/root\n' | sort)"
    config '.process.cwd = "/var" | .process.args = ["pwd"]'
    run_container
    same "$output" /var
}

@test "BD-12 a working folder that is not there is made" {
    config '.root.readonly = false | .process.cwd = "/made/here" | .process.args = ["pwd"]'
    run_container
    same "$output" /made/here
}

@test "BD-12 args must not be empty, and cwd must be absolute" {
    config '.process.args = []'
    run_container
    failed_with 1 "args"
    config '.process.args = ["true"] | .process.cwd = "relative"'
    run_container
    failed_with 1 "must be an absolute path"
    no_residue
}

@test "BD-12 uid, gid and additional groups" {
    config '.process.user = {"uid": 1000, "gid": 1001, "additionalGids": [5, 65534]}'
    script 'echo $(id -u) $(id -g) $(id -G)'
    run_container
    same "$output" "1000 1001 1001 5 65534"
}

@test "BD-12 without additional groups there are none of the caller's" {
    config '.process.user = {"uid": 1000, "gid": 1000} | .process.args = ["id", "-G"]'
    run_container
    same "$output" 1000
}

@test "BD-12 umask" {
    script 'umask'
    config '.process.user.umask = 63'
    run_container
    same "$output" 0077
    config 'del(.process.user.umask)'
    run_container
    same "$output" 0022
}

@test "BD-12 HOME comes from the container's passwd" {
    script 'echo $HOME'
    config '.process.user.uid = 1000'
    run_container
    same "$output" /home
    config '.process.env += ["HOME=/given"]'
    run_container
    same "$output" /given
}

@test "BD-12 resource limits" {
    config '.process.rlimits = [{"type": "RLIMIT_NOFILE", "soft": 100, "hard": 200}, {"type": "RLIMIT_CORE", "soft": 0, "hard": 0}]'
    script 'ulimit -Sn; ulimit -Hn; ulimit -c'
    run_container
    same "$output" "100
200
0"
}

@test "BD-12 a limit that is unknown, twice, or upside down is an error" {
    config '.process.args = ["true"]'
    config '.process.rlimits = [{"type": "RLIMIT_NOSUCH", "soft": 1, "hard": 1}]'
    run_container
    failed_with 1 RLIMIT_NOSUCH
    config '.process.rlimits = [{"type": "RLIMIT_NOFILE", "soft": 200, "hard": 100}]'
    run_container
    [ "$status" -eq 1 ]
    no_residue
}

@test "BD-12 a hard limit above the caller's is an error that names it" {
    ! setpriv --dump | grep -q "Capability bounding set:.*sys_resource" || skip "this host has CAP_SYS_RESOURCE"
    config '.process.args = ["true"] | .process.rlimits = [{"type": "RLIMIT_NOFILE", "soft": 100, "hard": 104857600}]'
    run_container
    failed_with 1 "operation not permitted"
    [[ $output == *rlimit* || $output == *RLIMIT* ]]
    no_residue
}

@test "BD-12 capabilities are those of config.json" {
    config '.process.args = ["grep", "Cap", "/proc/self/status"]'
    config '.process.capabilities = {"bounding": ["CAP_CHOWN", "CAP_KILL", "CAP_SYS_PTRACE"], "effective": ["CAP_CHOWN"], "permitted": ["CAP_CHOWN", "CAP_KILL"]}'
    run_container
    same "$(status_of CapBnd)" "$(bits 0 5 19)"
    same "$(status_of CapPrm)" "$(bits 0 5)" # as uid 0, and kept from more by noNewPrivileges
    same "$(status_of CapInh)" "$(bits)"
}

@test "BD-12 without root the sets stay what they are" {
    config '.process.args = ["grep", "Cap", "/proc/self/status"] | .process.user = {"uid": 1000, "gid": 1000}'
    config '.process.capabilities = {"bounding": ["CAP_CHOWN", "CAP_KILL"], "effective": ["CAP_CHOWN", "CAP_KILL"], "permitted": ["CAP_CHOWN", "CAP_KILL"]}'
    run_container
    same "$(status_of CapBnd) $(status_of CapPrm) $(status_of CapEff)" "$(bits 0 5) $(bits) $(bits)"
    config '.process.capabilities.inheritable = ["CAP_KILL"] | .process.capabilities.ambient = ["CAP_KILL"]'
    run_container
    same "$(status_of CapEff) $(status_of CapAmb) $(status_of CapInh)" "$(bits 5) $(bits 5) $(bits 5)"
}

@test "BD-12 no capabilities at all" {
    config '.process.args = ["grep", "Cap", "/proc/self/status"] | .process.capabilities = {}'
    run_container
    same "$(status_of CapBnd) $(status_of CapEff) $(status_of CapPrm)" "$(bits) $(bits) $(bits)"
}

@test "BD-12 an unknown capability is a warning" {
    config '.process.args = ["true"] | .process.capabilities.bounding += ["CAP_NOSUCH"]'
    run_container
    same "$status" 0
    [[ $output == *CAP_NOSUCH* ]]
}

@test "BD-12 a known capability that the caller lacks is an error" {
    ! setpriv --dump | grep -q "Capability bounding set:.*sys_resource" || skip "this host has CAP_SYS_RESOURCE"
    config '.process.args = ["true"] | .process.capabilities.bounding += ["CAP_SYS_RESOURCE"] | .process.capabilities.permitted += ["CAP_SYS_RESOURCE"] | .process.capabilities.effective += ["CAP_SYS_RESOURCE"]'
    run_container
    failed_with 1 "operation not permitted"
    no_residue
}

@test "BD-12 an ambient capability that cannot be raised is a warning" {
    newer_than_runc 1.2.0 "an error"
    config '.process.args = ["true"] | .process.capabilities.ambient = ["CAP_CHOWN"]'
    run_container
    same "$status" 0
    [[ $output == *"can't raise ambient capability CAP_CHOWN: "* ]]
}

@test "BD-12 noNewPrivileges" {
    config '.process.args = ["grep", "NoNewPrivs", "/proc/self/status"]'
    run_container
    same "$(status_of NoNewPrivs)" 1
    config '.process.noNewPrivileges = false'
    run_container
    same "$(status_of NoNewPrivs)" 0
}

@test "BD-12 oomScoreAdj" {
    config '.process.args = ["cat", "/proc/self/oom_score_adj"] | .process.oomScoreAdj = 555'
    run_container
    same "$output" 555
    config 'del(.process.oomScoreAdj)'
    run_container
    same "$output" "$(cat /proc/self/oom_score_adj)"
}

@test "BD-12 signals start with no mask and no handler of the runtime's" {
    config '.process.args = ["grep", "Sig", "/proc/self/status"]'
    run_container
    same "$(status_of SigBlk) $(status_of SigCgt)" "0000000000000000 0000000000000000"
}

@test "BD-12 the environment of the caller stays outside" {
    config '.process.args = ["env"]'
    SECRET=x run_container
    [[ $output != *SECRET* ]]
}

@test "BD-12 the process has a session keyring of its own" {
    config '.process.args = ["cat", "/proc/keys"] | .linux.maskedPaths = []'
    run_container
    [[ $output == *"_ses.$id"* ]]
    id=$id-b
    run_container --no-new-keyring
    same "$status" 0
    [[ $output != *"_ses.$id"* ]]
}

@test "BD-12 seccomp refuses what the profile refuses" {
    config '.linux.seccomp = {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 99}]}'
    script 'grep Seccomp: /proc/self/status; mkdir /tmp/x'
    run_container
    same "$(status_of Seccomp)" 2
    [[ $output == *"ssign requested address"* ]]
}
