#!/usr/bin/env bats
# Exec sessions: made, started, attached, resized, killed, recorded and forgotten, many of them at once.

load shim-helpers

# Most of the tests begin with a container that does nothing.
arrange() { script 'trap "exit 0" TERM; while :; do sleep 0.1; done'; }

# The members of an exec request.
session() { # NAME SCRIPT [jq filter over the members]
    jq -nc --arg name "$1" --arg script "$2" '{exec: $name, process: {args: ["/bin/sh", "-c", $script], cwd: "/",
        user: {uid: 0, gid: 0}, env: ["PATH=/bin:/usr/bin"]}}'" | ${3:-.}"
}

exec_record() { jq -er "$2" "$state/execs/$1.json"; } # NAME FILTER

exec_recorded() { eventually test -s "$state/execs/$1.json"; } # NAME

@test "SM-44 exec: made, started, ended, recorded, forgotten" {
    start_shim --start
    same "$(client exec "$(session one 'echo hello; exit 5')")" "{}"
    [ "$(ask .phase state '{"exec": "one"}')" != running ]
    attach one --exec one
    client start '{"exec": "one"}' | jq -e '.pid > 1'
    attach_ended one 5
    same "$(cat "$tmp/one.out")" hello
    exec_record one ".version == 1 and .id == \"$id\" and .exec == \"one\" and .exitCode == 5 and .status == 1280 and .phase == \"running\" and .pid > 1"
    exec_record one '.started <= .finished and .created <= .started'
    same "$(client wait '{"exec": "one"}' | jq -cS .)" "$(jq -cS . "$state/execs/one.json")"
    same "$(client delete-exec '{"exec": "one"}')" "{}"
    [ ! -e "$state/execs/one.json" ]
    refused notfound wait '{"exec": "one"}'
    refused notfound delete-exec '{"exec": "one"}'
    same "$(phase)" running
}

@test "SM-44 exec: exit codes and signals" {
    local code
    start_shim --start
    for code in 0 1 2 124 126 200 255; do
        run client run-exec -- sh -c "exit $code"
        same "$status" "$code"
    done
    run client run-exec -- sh -c 'kill -9 $$'
    same "$status" 137
    run client run-exec -- sh -c 'kill -15 $$'
    same "$status" 143
}

@test "SM-44 exec: the members of process count" {
    start_shim --start
    run client run-exec --process '{"cwd": "/tmp", "user": {"uid": 1000, "gid": 1000}, "env": ["A=b c", "PATH=/bin"]}' -- sh -c 'pwd; id -u; id -g; echo "$A"'
    same "$status $(xargs <<<"$output")" "0 /tmp 1000 1000 b c"
}

@test "SM-23 exec: input comes through and always ends with its client" {
    start_shim --start
    run bash -c "printed() { seq 1 50000; }; printed | '$CLIENT' '$state' run-exec --stdin -- sha256sum"
    same "$status $(cut -d' ' -f1 <<<"$output")" "0 $(seq 1 50000 | checksum)"
    client exec "$(session left 'cat; echo end' '.stdin = true')"
    echo bytes | client attach --exec left --stdin --at-end leave || true
    attach watch --exec left
    client start '{"exec": "left"}'
    attach_ended watch 0
    same "$(xargs <"$tmp/watch.out")" "bytes end"
    # Without `stdin` there is none.
    run client run-exec -- cat
    same "$status$output" 0
}

@test "SM-44 exec: close-stdin" {
    start_shim --start
    client exec "$(session one 'cat; echo end' '.stdin = true')"
    mkfifo "$tmp/keys"
    exec 8<>"$tmp/keys"
    attach one --exec one --stdin <&8
    client start '{"exec": "one"}'
    echo hello >&8
    eventually grep -q hello "$tmp/one.out"
    client close-stdin '{"exec": "one"}'
    attach_ended one 0
    same "$(xargs <"$tmp/one.out")" "hello end"
    exec 8>&-
}

@test "SM-20 exec: a terminal of its own, resized" {
    start_shim --start
    client exec "$(session one 'tty; read a; stty size; exit 6' '.process.terminal = true | .stdin = true')"
    mkfifo "$tmp/keys"
    exec 8<>"$tmp/keys"
    attach one --exec one --stdin <&8
    client start '{"exec": "one"}'
    eventually grep -q /dev/pts/ "$tmp/one.out"
    client resize '{"exec": "one", "rows": 31, "columns": 91}'
    echo >&8
    attach_ended one 6
    grep -q "31 91" "$tmp/one.out"
    exec 8>&-
    refused state resize '{"rows": 31, "columns": 91}'
}

@test "SM-25 exec: all bytes before the exit, through pipes and a terminal" {
    make_data 5000000
    start_shim --start
    for _ in 1 2 3; do
        same "$(client run-exec -- cat /data | checksum)" "$(checksum <"$rootfs/data")"
        same "$(client run-exec --tty -- head -c 500000 /data | tr -d '\r' | checksum)" "$(head -c 500000 "$rootfs/data" | checksum)"
    done
}

@test "SM-25 exec: leftovers that hold the streams are given 2 s" {
    local begin took
    start_shim --start
    begin=$(date +%s%N)
    run client run-exec -- sh -c 'sleep 60 & echo started; exit 4'
    took=$((($(date +%s%N) - begin) / 1000000))
    same "$status $output" "4 started"
    [ "$took" -ge 1800 ] && [ "$took" -le 4000 ] || { echo "told after $took ms" && return 1; }
}

@test "SM-44 exec: kill by its name" {
    start_shim --start
    client exec "$(session one 'trap "exit 33" USR1; while :; do sleep 0.05; done')"
    refused state kill '{"exec": "one", "signal": 10}'
    client start '{"exec": "one"}'
    sleep 0.3
    same "$(client kill '{"exec": "one", "signal": 10}')" "{}"
    exec_recorded one
    same "$(exec_record one .exitCode)" 33
    same "$(client kill '{"exec": "one", "signal": 9}')" "{}"
    same "$(phase)" running
}

@test "SM-21 exec: several clients, detached, attached again" {
    start_shim --start
    client exec "$(session one 'trap "exit 2" USR1; while :; do echo tick; sleep 0.05; done' '.stdin = true')"
    attach watch --exec one
    client start '{"exec": "one"}'
    printf '\020\021' | attach first --exec one --stdin --keys 16,17
    attach_ended first 99
    attach second --exec one
    eventually grep -q tick "$tmp/second.out"
    client kill '{"exec": "one", "signal": 10}'
    attach_ended second 2
    attach_ended watch 2
    [ "$(grep -c tick "$tmp/watch.out")" -gt "$(grep -c tick "$tmp/second.out")" ]
}

@test "SM-44 exec: nobody is attached at all" {
    config '.root.readonly = false'
    start_shim --start
    client exec "$(session alone 'seq 1 100000; echo all >/did; exit 3')"
    client start '{"exec": "alone"}'
    exec_recorded alone
    same "$(exec_record alone .exitCode)" 3
    same "$(cat "$rootfs/did")" all
}

@test "SM-44 exec: what cannot be started is an error that says so, and can be forgotten" {
    start_shim --start
    client exec "$(session bad true '.process.args = ["/no/such"]')"
    refused runtime start '{"exec": "bad"}'
    [[ $output == *"/no/such"* ]]
    client delete-exec '{"exec": "bad"}'
    client exec "$(session bad true '.process.cwd = "relative"')" || true
    run client start '{"exec": "bad"}'
    same "$status" 1
    run client run-exec -- /no/such
    same "$status" 1
    [[ $output == *"runtime: "*"/no/such"* ]]
    same "$(phase)" running
    same "$(zombies "$shim")" ""
}

@test "SM-44 exec: names, and members that are wrong" {
    local name
    start_shim --start
    for name in '' . .. .hidden a/b '../x' 'a b' "$(printf 'a%.0s' {1..129})" $'a\nb' é; do
        refused invalid exec "$(session "$name" true)"
        [[ $output == *exec* ]]
    done
    for name in a A-b_c.9 "$(printf 'a%.0s' {1..128})"; do
        client exec "$(session "$name" true)"
        refused exists exec "$(session "$name" true)"
        client delete-exec "$(jq -nc --arg name "$name" '{exec: $name}')"
    done
    refused invalid exec '{"exec": "one"}'
    [[ $output == *process* ]]
    refused invalid exec '{"exec": "one", "process": 5}'
    refused invalid exec '{"exec": 5, "process": {"args": ["true"], "cwd": "/"}}'
    refused invalid exec '{"process": {"args": ["true"], "cwd": "/"}}'
}

@test "SM-44 exec: one that runs is not forgotten" {
    start_shim --start
    client exec "$(session one 'sleep 1000')"
    client start '{"exec": "one"}'
    refused state delete-exec '{"exec": "one"}'
    refused state start '{"exec": "one"}'
    client kill '{"exec": "one", "signal": 9}'
    exec_recorded one
    client delete-exec '{"exec": "one"}'
}

@test "SM-43 exec on a paused container is an error, or works once it is resumed" {
    start_shim --start
    client pause
    client exec "$(session one 'exit 3')" || true
    run timeout 20 "$CLIENT" "$state" start '{"exec": "one"}'
    [ "$status" -eq 1 ] && [[ $output == *pause* ]] || { echo "$status: $output" && return 1; }
    client resume
    run client run-exec -- sh -c 'exit 3'
    same "$status" 3
}

@test "SM-43 exec on a container that has ended is an error" {
    start_shim --start --linger 30s
    client kill '{"signal": 15}'
    recorded
    run client exec "$(session one 'exit 3')"
    [ "$status" -eq 1 ] || run client start '{"exec": "one"}'
    [ "$status" -eq 1 ] && [[ $output == "state: "* ]] || { echo "$status: $output" && return 1; }
}

@test "SM-31 exec: the container's end is the end of its sessions, and each has a record" {
    start_shim --start --linger 30s
    for name in one two; do
        client exec "$(session $name 'sleep 1000')"
        client start "{\"exec\": \"$name\"}"
    done
    attach two --exec two
    client kill '{"signal": 9}'
    attach_ended two 137
    recorded
    exec_recorded one
    exec_record one '.signal == 9 and .phase == "running"'
    ended_with '.signal == 9'
    take
    nothing_left
}

@test "SM-30 exec: the record is kept until it is taken, though clients were told" {
    start_shim --start
    client exec "$(session one 'exit 5')"
    attach watch --exec one
    client wait '{"exec": "one"}' >"$tmp/waited" &
    helpers+=($!)
    sleep 0.2
    client start '{"exec": "one"}'
    attach_ended watch 5
    eventually grep -q '"exitCode": *5' "$tmp/waited"
    exec_record one '.exitCode == 5'
    same "$(client wait '{"exec": "one"}' | jq .exitCode)" 5
    client delete-exec '{"exec": "one"}'
    [ ! -e "$state/execs/one.json" ]
}

@test "SM-44 two hundred sessions at once" {
    local before
    start_shim --start
    client run-exec -- true
    before="$(descriptors "$shim") $(contents)"
    python "$BATS_TEST_DIRNAME" <<'END'
names = [f"many{number}" for number in range(200)]
with Connection(state, timeout=60) as control:
    for number, name in enumerate(names):
        wanted = process(["/bin/sh", "-c", f"echo {name}; sleep 1; exit {number}"])
        control.request("exec", exec=name, process=wanted)
    begin = time.monotonic()
    watched = {}
    for name in names[:40]:
        watched[name] = Connection(state, timeout=60).attach(exec=name)
    pids = {control.request("start", exec=name)["pid"] for name in names}
    assert len(pids) == 200, len(pids)
    for number, name in list(enumerate(names))[40:]:
        record = control.request("wait", exec=name)
        assert record["exitCode"] == number and record["exec"] == name, record
    for name, connection in watched.items():
        output, _, record, _, _ = connection.drain()
        assert output == name.encode() + b"\n" and record["exec"] == name, (name, output, record)
        assert record["exitCode"] == names.index(name), record
        connection.close()
    for name in names:
        forget(state, name, control)
    print("took", time.monotonic() - begin)
END
    eventually eval '[ "$(descriptors "$shim") $(contents)" = "'"$before"'" ]' || { ls -l "/proc/$shim/fd" "$state" && return 1; }
    same "$(zombies "$shim")" ""
    same "$(children "$shim" | wc -w)" 1
}

@test "SM-44 thousands of sessions leave the memory flat" {
    local before after
    start_shim --start
    sessions 200
    sleep 1
    before=$(memory "$shim" Private_Dirty)
    sessions "${SHIM_EXECS:-1000}"
    sleep 1
    after=$(memory "$shim" Private_Dirty)
    [ "$after" -le $((before + 64)) ] || { echo "$before KiB became $after" && return 1; }
    same "$(zombies "$shim")" ""
}

# Runs so many sessions one after another.
sessions() {
    python "$1" <<'END'
with Connection(state) as control:
    for number in range(int(words[0])):
        control.request("exec", exec="one", process=process(["/bin/true"]))
        control.request("start", exec="one")
        assert control.request("wait", exec="one")["exitCode"] == 0
        forget(state, "one", control)
END
}
