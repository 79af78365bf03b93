#!/usr/bin/env bats
# What goes in and out of a container by the shim: attached clients, input and its end, slow readers, the end of it all.

load shim-helpers

ten=10000000

# A container whose standard streams are one terminal.
terminal() {
    config '.process.terminal = true'
    script "$1"
}

# Writes one byte pattern, and says by a file when all of it is written.
floods() { # BYTES
    config '.root.readonly = false'
    make_data "$1"
    script "cat /data; echo >/written; sleep 1000"
}

# KiB of the shim that are its own, now.
dirty() { memory "$shim" Private_Dirty; }

@test "SM-20 without a terminal: pipes, and no input" {
    script 'for i in 0 1 2; do readlink /proc/self/fd/$i; done; cat; echo after; exit 5'
    start_logged
    attach one
    client start
    attach_ended one 5
    same "$(sed 's/:.*//' "$tmp/one.out" | xargs)" "/dev/null pipe pipe after"
    same "$(cat "$tmp/one.out")" "$(logged stdout)"
}

@test "SM-20 standard output and standard error apart" {
    script 'echo out; echo err >&2; echo out2; echo err2 >&2'
    start_logged
    attach both
    attach out --no-stderr
    attach err --no-stdout
    client start
    attach_ended both 0
    attach_ended out 0
    attach_ended err 0
    same "$(cat "$tmp/both.out" "$tmp/both.err" | xargs)" "out out2 err err2"
    same "$(cat "$tmp/out.out" "$tmp/out.err" | xargs)" "out out2"
    same "$(cat "$tmp/err.out" "$tmp/err.err" | xargs)" "err err2"
    same "$(logged stdout | xargs) $(logged stderr | xargs)" "out out2 err err2"
}

@test "SM-20 with a terminal: one pty by a console socket" {
    terminal 'tty; stty size; read line; echo "got $line"; stty size; exit 8'
    start_logged --terminal
    client resize '{"rows": 33, "columns": 77}'
    mkfifo "$tmp/keys"
    exec 8<>"$tmp/keys"
    attach one --stdin --at-end stay <&8
    client start
    eventually grep -q "33 77" "$tmp/one.out"
    grep -q /dev/pts/0 "$tmp/one.out"
    client resize '{"rows": 44, "columns": 88}'
    printf 'hello\n' >&8
    attach_ended one 8
    grep -q "got hello" "$tmp/one.out"
    grep -q "44 88" "$tmp/one.out"
    same "$(stat -c %s "$tmp/one.err")" 0
    exec 8>&-
}

@test "SM-20 a resize by frame, and what a size cannot be" {
    terminal 'trap "stty size" WINCH; echo ready; while :; do sleep 0.05; done'
    start_logged --terminal --start
    eventually grep -q ready "$shimlog"
    python <<'END'
connection = Connection(state).attach(stdin=True)
connection.resize(21, 63)
END
    eventually grep -q "21 63" "$shimlog"
    refused invalid resize '{"rows": 70000, "columns": 1}'
    refused invalid resize '{"rows": -1, "columns": 1}'
    refused invalid resize '{"columns": 1}'
}

@test "SM-21 several clients get the same, a late one what comes from then on" {
    local name
    script 'read a; echo first; read b; seq 1 200000; exit 3'
    start_logged --stdin
    for name in one two three; do attach "$name"; done
    client start
    echo | client attach --stdin --at-end leave || true
    for name in one two three; do eventually grep -q first "$tmp/$name.out"; done
    attach late
    echo | client attach --stdin --at-end leave || true
    for name in one two three; do
        attach_ended "$name" 3
        same "$(checksum <"$tmp/$name.out")" "$( (echo first && seq 1 200000) | checksum)"
    done
    attach_ended late 3
    same "$(checksum <"$tmp/late.out")" "$(seq 1 200000 | checksum)"
}

@test "SM-21 64 connections at once" {
    script 'seq 1 1000; exit 2'
    start_shim
    python <<'END'
many = [Connection(state).attach() for _ in range(64)]
try:  # one more is one too many: refused or closed, in any case soon
    extra = Connection(state, timeout=5)
    extra.request("state")
    sys.exit("a 65th connection was served")
except Refused as error:
    assert error.code == "busy", error
except (Ended, OSError) as error:
    assert not isinstance(error, TimeoutError), "a 65th connection was left hanging"
many.pop().close()
deadline = time.monotonic() + 5
while True:
    try:
        request(state, "start")
        break
    except (Refused, Ended, OSError):
        assert time.monotonic() < deadline, "no room after one has gone"
        time.sleep(0.05)
wanted = b"".join(b"%d\n" % number for number in range(1, 1001))
for connection in many:
    output, _, record, dropped, _ = connection.drain()
    assert output == wanted and record["exitCode"] == 2 and not dropped, (len(output), record)
END
}

@test "SM-21 a client that goes away leaves no trace" {
    local before
    script 'while :; do echo tick; sleep 0.01; done'
    start_logged --stdin --start
    attach first
    kill -KILL "$attached"
    sleep 0.3
    before=$(descriptors "$shim")
    for _ in $(seq 20); do
        attach again --stdin
        kill -KILL "$attached"
    done
    python <<'END'
for size in range(0, 40):  # gone in the middle of a frame
    connection = Connection(state)
    connection.socket.sendall((frame(REQUEST, b'{"do":"attach"}') + frame(STDIN, b"x" * 20))[:size])
    connection.close()
END
    eventually eval '[ "$(descriptors "$shim")" -eq '"$before"' ]' || { ls -l "/proc/$shim/fd" && return 1; }
    same "$(phase)" running
    same "$(ask .attached state)" 0
}

@test "SM-21 detach keys" {
    script 'cat'
    start_logged --stdin --start
    printf 'hello\020\021rest' | attach one --stdin --keys 16,17
    attach_ended one 99
    same "$(phase)" running
    eventually eval '[ "$(logged stdout 2>/dev/null || true)" = hello ] || client close-stdin >/dev/null'
    recorded
    same "$(logged stdout)" hello
}

@test "SM-21 detach keys that come in pieces, and half of them" {
    script 'cat'
    start_logged --stdin --start
    python <<'END'
connection = Connection(state).attach(stdin=True, detachKeys=[16, 17])
for piece in (b"a", b"\x10", b"b\x10", b"\x10", b"c", b"\x10"):
    connection.send(STDIN, piece)
    time.sleep(0.05)
connection.send(STDIN, b"\x11never")
_, _, record, _, detached = connection.drain()
assert detached and record is None
END
    client close-stdin
    recorded
    same "$(logged stdout | xxd -p)" "$(printf 'a\020b\020\020c' | xxd -p)"
}

@test "SM-21 no detach keys: every byte is the container's" {
    script 'head -c 5; exit 1'
    start_logged --stdin --start
    printf '\020\021\020\021x' | attach one --stdin --at-end stay
    attach_ended one 1
    same "$(xxd -p <"$tmp/one.out")" 1011101178
}

@test "SM-22 bytes that come before the start are kept" {
    make_data 100000
    script 'cat | sha256sum; exit 4'
    start_logged --stdin --stdin-once
    attach one --stdin < <(printed 100000)
    sleep 0.3
    client start
    attach_ended one 4
    same "$(cut -d' ' -f1 "$tmp/one.out")" "$(printed 100000 | checksum)"
}

@test "SM-22 a client with more than that has to wait, and the shim stays small" {
    local before
    make_data 20000000
    script 'cat | sha256sum; exit 4'
    start_logged --stdin --stdin-once
    before=$(dirty)
    attach one --stdin --timeout 60 < <(printed 20000000 && touch "$tmp/all-sent")
    sleep 1
    [ ! -e "$tmp/all-sent" ]
    [ "$(dirty)" -le $((before + 512)) ] || { echo "$before KiB became $(dirty)" && return 1; }
    client state >/dev/null
    client start
    attach_ended one 4 60
    same "$(cut -d' ' -f1 "$tmp/one.out")" "$(printed 20000000 | checksum)"
}

@test "SM-23 --stdin-once: the input ends with its first client" {
    script 'cat; echo end; exit 1'
    start_logged --stdin --stdin-once --start
    echo hello | attach one --stdin
    attach_ended one 1
    same "$(xargs <"$tmp/one.out")" "hello end"
}

@test "SM-23 --stdin-once: a client that goes away ends it too" {
    script 'cat; echo end; exit 1'
    start_logged --stdin --stdin-once --start
    echo hello | attach one --stdin --at-end leave
    ended_with '.exitCode == 1'
    same "$(logged stdout | xargs)" "hello end"
}

@test "SM-23 --stdin-once: one that has only looked on does not end it" {
    script 'cat; echo end; exit 1'
    start_logged --stdin --stdin-once --start
    attach looker </dev/null
    kill "$attached"
    sleep 0.3
    same "$(phase)" running
    echo hello | attach one --stdin
    attach_ended one 1
    same "$(xargs <"$tmp/one.out")" "hello end"
}

@test "SM-23 without it STDIN_END has no effect, close-stdin does" {
    script 'cat; echo end; exit 1'
    start_logged --stdin --start
    echo one | attach one --stdin
    echo two | attach two --stdin --at-end leave
    attach_ended two 98
    sleep 0.3
    same "$(phase)" running
    client close-stdin
    attach_ended one 1
    same "$(xargs <"$tmp/one.out")" "one two end"
}

@test "SM-23 close-stdin before all has been read loses nothing" {
    script 'read go </go; cat | sha256sum; exit 1'
    gate
    start_logged --stdin --start
    python <<'END'
connection = Connection(state).attach(stdin=True)
connection.send_input(b"0123456789" * 10000)
request(state, "close-stdin")
END
    open_gate
    recorded
    same "$(logged stdout | cut -d' ' -f1)" "$(for _ in $(seq 10000); do printf 0123456789; done | checksum)"
}

@test "SM-22 a terminal that nobody has open keeps what it gets, and the shim sleeps" {
    local before
    config '.root.readonly = false'
    terminal 'stty raw; echo >/closed; exec sleep 5 </dev/null >/dev/null 2>/dev/null'
    start_logged --terminal --start
    eventually test -e "$rootfs/closed"
    head -c 60000 /dev/zero | attach one --stdin --at-end stay
    sleep 1
    before=$(($(stat_field "$shim" 12) + $(stat_field "$shim" 13)))
    sleep 2
    [ "$(($(stat_field "$shim" 12) + $(stat_field "$shim" 13) - before))" -le 10 ]
    attach_ended one 0
}

@test "SM-23 a terminal has no such end" {
    terminal 'read a; echo "got $a"; exit 1'
    start_logged --terminal --stdin --stdin-once --start
    attach one --stdin </dev/null
    sleep 0.3
    same "$(phase)" running
    printf 'late\n' | attach two --stdin --at-end stay
    attach_ended one 1
    grep -q "got late" "$tmp/two.out"
}

@test "SM-24 blocking: the container waits for a slow client, and gets on when it has read" {
    local before
    floods $ten
    start_logged
    before=$(dirty)
    attach slow --mode blocking --stall 3 --buffer 65536
    client start
    sleep 1.5
    [ ! -e "$rootfs/written" ]
    [ "$(dirty)" -le $((before + 1024)) ] || { echo "$before KiB became $(dirty)" && return 1; }
    eventually test -e "$rootfs/written"
    client kill '{"signal": 9}'
    attach_ended slow 137
    same "$(checksum <"$tmp/slow.out")" "$(printed $ten | checksum)"
    same "$(jq .dropped "$tmp/slow.json")" 0
    same "$(logged stdout | checksum)" "$(printed $ten | checksum)"
}

@test "SM-24 blocking is the default, and a client that takes nothing for 10 s is let go" {
    local begin took
    floods $ten
    start_logged
    attach dead --stall 1000 --buffer 65536
    client start
    begin=$(date +%s%N)
    sleep 3
    [ ! -e "$rootfs/written" ]
    for _ in $(seq 300); do
        [ ! -e "$rootfs/written" ] || break
        sleep 0.05
    done
    took=$((($(date +%s%N) - begin) / 1000000))
    [ "$took" -ge 9000 ] && [ "$took" -le 14000 ] || { echo "let go after $took ms" && return 1; }
    same "$(ask .attached state)" 0
    client kill '{"signal": 9}'
    recorded
    same "$(logged stdout | checksum)" "$(printed $ten | checksum)"
}

@test "SM-24 blocking: a slow but living client is never let go" {
    floods 3000000
    start_logged
    python <<'END' &
connection = Connection(state, receive_buffer=32768, timeout=60).attach(mode="blocking")
open(state + "/../slow.ready", "w").close()
got = 0
for kind, payload in connection.frames():
    got += len(payload) if kind == STDOUT else 0
    if kind == EXIT or got == 3000000:
        break
    time.sleep(0.35)
open(state + "/../slow.got", "w").write(str(got))
END
    helpers+=($!)
    eventually test -e "$tmp/slow.ready"
    client start
    for _ in $(seq 1000); do
        [ ! -s "$tmp/slow.got" ] || break
        sleep 0.05
    done
    same "$(cat "$tmp/slow.got")" 3000000
}

@test "SM-24 non-blocking: what has no room is dropped, counted and told" {
    local before
    floods $ten
    start_logged
    before=$(dirty)
    attach slow --mode non-blocking --stall 3 --buffer 65536
    attach other
    client start
    eventually test -e "$rootfs/written"
    [ "$(dirty)" -le $((before + 1024)) ] || { echo "$before KiB became $(dirty)" && return 1; }
    sleep 0.2
    client kill '{"signal": 9}'
    attach_ended slow 137
    attach_ended other 137
    same "$(jq '.stdout + .dropped' "$tmp/slow.json")" $ten
    [ "$(jq .dropped "$tmp/slow.json")" -gt 5000000 ]
    same "$(checksum <"$tmp/other.out")" "$(printed $ten | checksum)"
    same "$(logged stdout | checksum)" "$(printed $ten | checksum)"
}

@test "SM-24 non-blocking: the count comes with the next frame that fits, in its place" {
    make_data 3000000
    script 'read a; cat /data; read b; echo MARK; read c; exit 6'
    start_logged --stdin --start
    python <<'END'
slow = Connection(state, receive_buffer=65536).attach(mode="non-blocking", stderr=False)
typist = Connection(state).attach(stdin=True, stdout=False, stderr=False)
typist.send(STDIN, b"\n")
time.sleep(1)  # nothing is read meanwhile
got, dropped = 0, 0
slow.socket.settimeout(1)
try:
    for kind, payload in slow.frames():
        got += len(payload) if kind == STDOUT else 0
        dropped += struct.unpack("<Q", payload)[0] if kind == DROPPED else 0
except TimeoutError:
    pass
slow.socket.settimeout(10)
typist.send(STDIN, b"\n")
kinds = []
while not kinds or kinds[-1] != STDOUT:
    kind, payload = slow.receive()
    kinds.append(kind)
    dropped += struct.unpack("<Q", payload)[0] if kind == DROPPED else 0
assert payload == b"MARK\n", payload
assert dropped > 0 and got + dropped == 3000000, (got, dropped)
typist.send(STDIN, b"\n")
_, _, record, more, _ = slow.drain()
assert record["exitCode"] == 6 and not more, (record, more)
END
    ended_with '.exitCode == 6'
}

@test "SM-25 pipes: all bytes are read, logged and sent before the exit is told" {
    for _ in 1 2 3; do
        prints $ten 7
        start_logged
        attach one
        client start
        attach_ended one 7
        same "$(checksum <"$tmp/one.out")" "$(printed $ten | checksum)"
        # At the moment that the exit is told, the log is whole.
        same "$(logged stdout | checksum)" "$(printed $ten | checksum)"
        client take >"$tmp/taken"
        eventually gone "$shim"
        rm -f "$shimlog"*
    done
}

@test "SM-25 pipes: what a dying container has left in the pipe" {
    script 'head -c 60000 /dev/zero | tr "\0" x; kill -KILL $$'
    config 'del(.linux.namespaces[] | select(.type == "pid"))'
    for _ in 1 2 3 4 5; do
        start_logged --start
        ended_with '.signal == 9'
        same "$(logged stdout | wc -c)" 60000
        client take >"$tmp/taken"
        eventually gone "$shim"
        rm -f "$shimlog"*
    done
}

@test "SM-25 a terminal is read until EIO" {
    for _ in 1 2 3 4 5; do
        terminal 'seq 1 30000; exit 9'
        start_logged --terminal
        attach one
        client start
        attach_ended one 9
        same "$(tr -d '\r' <"$tmp/one.out" | checksum)" "$(seq 1 30000 | checksum)"
        same "$(logged stdout | tr -d '\r' | checksum)" "$(seq 1 30000 | checksum)"
        client take >"$tmp/taken"
        eventually gone "$shim"
        rm -f "$shimlog"*
    done
}

@test "SM-25 an exit is told though others hold the streams, 2 s after the container was deleted" {
    local begin took
    # Outside the container, so that the runtime does not end it: what a process does that has left its cgroup.
    mkfifo "$tmp/hold"
    cat >"$tmp/runtime" <<END
#!/bin/bash
for word; do [ "\$word" != create ] || setsid sh -c 'sleep 60' 8>&1 9>&2 </dev/null >/dev/null 2>&1 & done
exec $RUNTIME "\$@"
END
    chmod +x "$tmp/runtime"
    # shellcheck disable=SC2034  # of shim_command
    runtime=$tmp/runtime
    script 'echo last; exit 3'
    start_logged
    attach one
    begin=$(date +%s%N)
    client start
    attach_ended one 3
    took=$((($(date +%s%N) - begin) / 1000000))
    [ "$took" -ge 1500 ] && [ "$took" -le 4500 ] || { echo "told after $took ms" && return 1; }
    same "$(cat "$tmp/one.out")" last
    pkill -f "^sleep 60" -s "$(pgrep -o -f "sh -c sleep 60")" || true
}

@test "SM-25 a client that attaches after the exit is told it" {
    script 'exit 11'
    start_shim --start --linger 30s
    recorded
    attach late
    attach_ended late 11
}

@test "SM-26 the bulk output of many streams is let grow a few times in a round of the loop, and not once for each" {
    local tracer
    many_rounds() { [ "$(grep -c '^epoll' "$tmp/trace")" -ge 100 ]; }
    script 'sleep 1000'
    start_shim --start
    python "$BATS_TEST_DIRNAME" <<'END'
for number in range(12):
    with Connection(state) as control:
        control.request("exec", exec=f"e{number}", process=process(["/bin/sh", "-c", "while :; do head -c 6000 /dev/zero; done"]))
        control.request("start", exec=f"e{number}")
END
    strace -o "$tmp/trace" -e trace=epoll_wait,epoll_pwait,clock_nanosleep,nanosleep -p "$shim" 3>&- 2>/dev/null &
    tracer=$!
    helpers+=("$tracer")
    eventually many_rounds
    kill "$tracer"
    wait "$tracer" || true
    awk '/^epoll/ { rounds++; count = 0 } /nanosleep/ { if (++count > most) most = count } END { print rounds, most }' \
        "$tmp/trace" >"$tmp/counts"
    cat "$tmp/counts"
    awk '{ exit !($1 >= 100 && $2 >= 1 && $2 <= 4) }' "$tmp/counts"
}
