#!/usr/bin/env bats
# The exit record: what is in it, when it is written, and when the shim leaves.

load shim-helpers

# Starts and ends a container, and checks the record by a jq filter.
record_of() { # FILTER [flags]
    local filter=$1
    shift
    start_shim --start "$@"
    ended_with "$filter"
}

# A runtime of which one verb is spoilt by a script; $real is the true one.
spoilt_runtime() { # VERB SCRIPT
    cat >"$tmp/runtime" <<END
#!/bin/bash
real=$RUNTIME
for word; do
    case \$word in
    $1) verb=\$word && break ;;
    create | start | kill | delete | exec | state) verb=\$word && break ;;
    esac
done
if [ "\$verb" = "$1" ]; then
    $2
fi
exec "\$real" "\$@"
END
    chmod +x "$tmp/runtime"
    runtime=$tmp/runtime
}

@test "SM-31 the record of an exit" {
    local before after
    script 'sleep 0.3; exit 42'
    before=$(date -u +%FT%T)
    record_of '.version == 1 and .phase == "running" and .exitCode == 42 and .status == 42 * 256 and (has("signal") | not) and (has("error") | not)'
    after=$(date -u +%FT%T)
    same "$(record .id) $(record .pid)" "$id $init"
    jq -e '(.coreDumped // false) == false and .oomKilled == false and (.lost // 0) == 0 and (has("exec") | not)' "$state/exit.json"
    for member in created started finished; do
        [[ $(record ".$member") =~ ^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?Z$ ]] ||
            { echo "$member: $(record ".$member")" && return 1; }
    done
    [[ ! $(record .created) < $before && ! $(record .finished | head -c 19) > $after ]]
    [ "$(when created)" -lt "$(when started)" ]
    [ $(($(when finished) - $(when started))) -ge 250000000 ]
}

when() { date -d "$(record ".$1")" +%s%N; } # MEMBER

@test "SM-31 an exit at once is not before the start" {
    script 'exit 3'
    for _ in 1 2 3 4 5; do
        record_of '.exitCode == 3'
        [ "$(when created)" -le "$(when started)" ] && [ "$(when started)" -le "$(when finished)" ] || { cat "$state/exit.json" && return 1; }
        take
    done
}

@test "SM-31 exit codes and signals" {
    local code
    for code in 0 1 125 126 127 128 137 255; do
        script "exit $code"
        record_of ".exitCode == $code and .status == $code * 256 and (has(\"signal\") | not)"
        take
    done
    # A container's own first process cannot be ended by its own signals in a pid namespace; from outside it can.
    config 'del(.linux.namespaces[] | select(.type == "pid")) | .process.rlimits = []'
    for code in 9 15 1 6; do
        script "kill -$code \$\$; sleep 10"
        record_of ".signal == $code and .phase == \"running\" and (.exitCode // (128 + $code)) == 128 + $code"
        jq -e '(.status % 128 == .signal) and ((.coreDumped // false) == (.status >= 128))' "$state/exit.json"
        take
    done
}

@test "SM-31 a core that was dumped" {
    config 'del(.linux.namespaces[] | select(.type == "pid")) | .root.readonly = false
        | .process.rlimits = [{"type": "RLIMIT_CORE", "soft": 100000000, "hard": 100000000}]'
    script 'ulimit -c unlimited; kill -SEGV $$; sleep 10'
    record_of '.signal == 11 and .coreDumped == (.status == 139)'
}

@test "SM-30 the record is written, synced and renamed before anyone is told" {
    script 'read a; exit 3'
    start_shim --stdin --start
    attach one --stdin --at-end stay < <(sleep 1; echo)
    strace -f -tt -y -s 2000 -e trace='openat,open,write,writev,sendto,sendmsg,fsync,fdatasync,rename,renameat,renameat2' \
        -o "$tmp/trace" -p "$shim" 3>&- 2>/dev/null &
    helpers+=($!)
    attach_ended one 3
    client wait >/dev/null
    kill "${helpers[-1]}" && wait "${helpers[-1]}" || true
    python "$tmp/trace" <<'END'
lines = open(words[0]).read().splitlines()
def first(*parts, after=-1):
    for number, line in enumerate(lines):
        if number > after and all(part in line for part in parts):
            return number
    sys.exit(f"no {parts} after line {after} of\n" + "\n".join(lines))
written = first("write", '\\"version\\":1', "exitCode") if any('\\"version\\":1' in line for line in lines) else first("write", "exitCode")
synced = first("sync(", after=written)
renamed = first("rename", "exit.json", after=synced)
folder = first("sync(", after=renamed)
told = min(number for number, line in enumerate(lines) if ("socket" in line or "sendto" in line or "sendmsg" in line) and "exitCode" in line and number > written)
assert folder < told, (written, synced, renamed, folder, told)
END
}

@test "SM-30 --no-fsync leaves the syncs out" {
    script 'read a; exit 3'
    start_shim --stdin --start --no-fsync
    attach one --stdin --at-end stay < <(sleep 1; echo)
    strace -f -e trace='fsync,fdatasync,syncfs,sync_file_range,rename,renameat,renameat2' -o "$tmp/trace" -p "$shim" 3>&- 2>/dev/null &
    helpers+=($!)
    attach_ended one 3
    kill "${helpers[-1]}" && wait "${helpers[-1]}" || true
    grep -q 'rename.*exit.json' "$tmp/trace"
    not grep sync "$tmp/trace"
}

@test "SM-30 the record is kept until it is taken" {
    script 'exit 3'
    record_of '.exitCode == 3' --linger 0s
    eventually gone "$shim"
    sleep 0.2
    [ -e "$state/exit.json" ]
    same "$("$SHIM" take --state "$state" | jq .exitCode)" 3
    same "$(find "$state" -mindepth 1 2>/dev/null)" ""
    run "$SHIM" take --state "$state"
    [ "$status" -ne 0 ]
    nothing_left
}

@test "SM-34 take: the record, then the shim has left and the folder is empty" {
    script 'exit 3'
    mkdir -m 0700 "$state"
    record_of '.exitCode == 3'
    same "$(ask .exitCode take)" 3
    eventually gone "$shim"
    eventually eval '[ -z "$(find "$state" -mindepth 1 2>/dev/null)" ]' || { find "$state" && return 1; }
    rm -rf "$state"
    nothing_left
}

@test "SM-34 take while it runs waits for the end" {
    script 'read a </go; exit 4'
    gate
    start_shim --start
    client take >"$tmp/taken" &
    helpers+=($!)
    sleep 0.3
    same "$(phase)" running
    [ ! -s "$tmp/taken" ]
    open_gate
    eventually grep -q '"exitCode": *4' "$tmp/taken"
    eventually gone "$shim"
    nothing_left
}

@test "SM-34 every attached client is told, though the record has been taken" {
    script 'read a </go; cat /data; exit 4'
    make_data 2000000
    gate
    start_shim
    attach slow --stall 2 --buffer 65536 --mode blocking
    attach fast
    client start
    client take >"$tmp/taken" &
    helpers+=($!)
    open_gate
    attach_ended fast 4
    attach_ended slow 4
    same "$(checksum <"$tmp/slow.out")" "$(checksum <"$rootfs/data")"
    eventually gone "$shim"
    nothing_left
}

@test "SM-34 the runtime deletes the container, with --keep the caller does" {
    script 'exit 3'
    record_of '.exitCode == 3'
    eventually no_residue_of_runtime
    take
    record_of '.exitCode == 3' --keep
    sleep 0.3
    same "$(field status)" stopped
    take
    same "$(field status)" stopped
    runtime delete "$id"
    nothing_left
}

no_residue_of_runtime() { [ -z "$(find "$root" -mindepth 1 2>/dev/null)$(cgroups)" ]; }

@test "SM-34 the shim leaves by itself: after --linger, or 10 s" {
    local begin took
    script 'exit 3'
    begin=$(date +%s%N)
    record_of '.exitCode == 3' --linger 1s
    eventually gone "$shim"
    took=$((($(date +%s%N) - begin) / 1000000))
    [ "$took" -ge 900 ] && [ "$took" -le 3000 ] || { echo "left after $took ms" && return 1; }
    rm -rf "$state"
    record_of '.exitCode == 3'
    sleep 8
    not gone "$shim"
    eventually gone "$shim"
    [ -e "$state/exit.json" ] && [ ! -S "$state/socket" ]
}

@test "SM-34 a record that cannot be written is kept, and tried again" {
    mkdir "$tmp/small"
    mount -t tmpfs -o size=64k small "$tmp/small"
    folders+=("$tmp/small")
    state=$tmp/small/shim
    script 'read a </go; exit 9'
    gate
    start_shim --start --linger 1s
    head -c 1000000 /dev/zero >"$tmp/small/filler" 2>/dev/null || true
    open_gate
    same "$(ask .exitCode wait)" 9
    sleep 3
    [ ! -s "$state/exit.json" ]
    not gone "$shim"
    rm "$tmp/small/filler"
    recorded 15
    ended_with '.exitCode == 9'
    eventually gone "$shim"
}

@test "SM-33 a process that was killed for want of memory" {
    needs_memory_limit
    config '.linux.resources.memory = {"limit": 20000000, "swap": 20000000} | .process.args = ["sh", "-c", "exec tail /dev/zero"]'
    record_of '.oomKilled == true and .signal == 9'
    take
    # A child is killed, and the container ends by itself.
    script 'tail /dev/zero; exit 3'
    record_of '.oomKilled == true and .exitCode == 3'
    take
    # SIGKILL alone is not that.
    script 'sleep 1000'
    start_shim --start
    client kill '{"signal": 9}'
    ended_with '.oomKilled == false and .signal == 9'
}

@test "SM-33 what the kernel killed is told also where the runtime has removed the cgroup before the end is seen" {
    needs_memory_limit
    printf '#!/bin/sh\ncase "$*" in *delete*) kill -STOP $PPID; %s "$@"; kill -CONT $PPID;; *) exec %s "$@";; esac\n' \
        "$RUNTIME" "$RUNTIME" >"$tmp/runtime"
    chmod +x "$tmp/runtime"
    runtime=$tmp/runtime
    config '.linux.resources.memory = {"limit": 20000000, "swap": 20000000}'
    script 'tail /dev/zero; echo on; sleep 1000'
    start_logged --start
    eventually grep -q on "$shimlog"
    client shutdown '{"kill": true}'
    ended_with '.oomKilled == true and .signal == 9'
}

@test "SM-33 of exec sessions only those are called so that were there at the time" {
    needs_memory_limit
    config '.linux.resources.memory = {"limit": 20000000, "swap": 20000000}'
    script 'sleep 1000'
    start_shim --start
    python "$BATS_TEST_DIRNAME" <<'END'
with Connection(state, timeout=60) as control:
    for name, command, wanted in [("hog", "exec tail /dev/zero", True), ("later", "kill -9 $$", False)]:
        control.request("exec", exec=name, process=process(["/bin/sh", "-c", command]))
        control.request("start", exec=name)
        record = control.request("wait", exec=name)
        assert record["signal"] == 9 and record["oomKilled"] == wanted, record
END
}

@test "SM-32 the first process dies between create and start" {
    script 'exit 0'
    start_shim
    kill -KILL "$init"
    ended_with '.phase == "created" and .signal == 9 and .status == 9 and (.exitCode // 137) == 137 and (has("started") | not)'
    refused state start
    take
    nothing_left
}

@test "SM-32 a start that fails" {
    spoilt_runtime start 'echo "not today" >&2; exit 1'
    script 'exit 0'
    start_shim
    refused runtime start
    [[ $output == *"not today"* ]]
    # The container is still there: created, or ended with what was the matter.
    if [ ! -e "$state/exit.json" ]; then
        same "$(phase)" created
        client shutdown
    fi
    ended_with '.signal == 9 and (.phase == "created" or (.phase == "starting" and has("error")))'
    take
    nothing_left
}

@test "SM-32 a start that dies half-way, after the container ran" {
    spoilt_runtime start '"$real" "$@"; kill -KILL $$'
    config '.root.readonly = false'
    script 'echo ran >/ran; exit 6'
    start_shim
    run client start
    ended_with '.exitCode == 6 and .status == 6 * 256'
    [ -e "$rootfs/ran" ]
    take
    nothing_left
}

@test "SM-32 a create that is killed half-way" {
    spoilt_runtime create 'kill -KILL $$'
    run shim_command
    failed_with 1 kill
    nothing_left
    spoilt_runtime create '"$real" "$@"; kill -KILL $$'
    run shim_command
    [ "$status" -eq 1 ]
    nothing_left
}

@test "SM-34 a runtime whose delete fails: the record is there all the same, and says so or not" {
    spoilt_runtime delete 'exit 1'
    script 'exit 6'
    record_of '.exitCode == 6'
    same "$(ask .exitCode take)" 6
    eventually gone "$shim"
    # shellcheck disable=SC2034  # of shim_command
    runtime=$RUNTIME
    runtime delete --force "$id"
    rm -rf "$state"
    nothing_left
}

@test "SM-61 recover: a shim that was killed, a container that lives" {
    local waiter
    config '.root.readonly = false'
    script 'read a </go; exit 7'
    gate
    start_shim --start
    kill -KILL "$shim"
    "$SHIM" recover --state "$state" >"$tmp/recovered" 2>&1 3>&- &
    waiter=$!
    sleep 0.5
    [ ! -e "$state/exit.json" ]
    [ -e "/proc/$init" ]
    open_gate
    wait $waiter
    # Root reads it of the zombie, and Linux 6.15 tells it after that.
    ended_with '.phase == "running" and .exitCode == 7 and has("finished") and has("error") and (has("oomKilled") or has("lost") | not)'
    "$SHIM" take --state "$state" >/dev/null
    nothing_left
}

@test "SM-61 recover --kill ends it" {
    script 'sleep 1000'
    start_shim --start
    kill -KILL "$shim"
    timeout 20 "$SHIM" recover --kill --state "$state" 3>&-
    gone "$init"
    ended_with 'if has("status") then .signal == 9 else (has("exitCode") or has("signal") | not) and has("error") end'
    "$SHIM" take --state "$state" >/dev/null
    nothing_left
}

@test "SM-61 recover: shim and container are both gone" {
    script 'sleep 1000'
    start_shim --start
    kill -KILL "$shim"
    kill -KILL "$init"
    eventually gone "$init"
    timeout 20 "$SHIM" recover --state "$state" 3>&-
    # The truth as long as the zombie is there, and else nothing.
    ended_with '(if has("status") then .signal == 9 else (has("exitCode") or has("signal") | not) end) and has("error") and .phase == "running"'
    "$SHIM" take --state "$state" >/dev/null
    nothing_left
}

@test "SM-61 recover is not for a folder whose shim lives, nor for one with a record" {
    script 'read a </go; exit 5'
    gate
    start_shim --start --linger 0s
    run timeout 10 "$SHIM" recover --kill --state "$state" 3>&-
    [ "$status" -ne 0 ]
    same "$(phase)" running
    open_gate
    recorded
    eventually gone "$shim"
    cp "$state/exit.json" "$tmp/before"
    run timeout 10 "$SHIM" recover --kill --state "$state" 3>&-
    same "$status" 0
    same "$(cat "$state/exit.json")" "$(cat "$tmp/before")"
}

@test "SM-61 recover never takes another process for the container" {
    local bystander
    script 'sleep 1000'
    start_shim --start
    kill -KILL "$shim"
    kill -KILL "$init"
    eventually gone "$init"
    sleep 1000 3>&- &
    bystander=$!
    helpers+=("$bystander")
    sed -i "s/\b$init\b/$bystander/g" "$state/shim.json"
    timeout 20 "$SHIM" recover --kill --state "$state" 3>&- || true
    [ "$(process_state $bystander)" = S ]
}

@test "SM-60 the container goes on when the shim is killed" {
    config '.root.readonly = false'
    script 'trap "" PIPE; read a </go; echo lost; echo >/alive; sleep 1000'
    gate
    start_logged --start
    kill -KILL "$shim"
    sleep 0.2
    open_gate
    eventually test -e "$rootfs/alive"
    timeout 20 "$SHIM" recover --kill --state "$state" 3>&-
    "$SHIM" take --state "$state"
}
