#!/usr/bin/env bats
# The control socket against clients that are wrong, slow, hostile or somebody else.

load shim-helpers

arrange() { script 'sleep 1000'; }

# Sends bytes on a new connection (and on one that is attached, with $attached=yes); there has to be one ERROR frame with
# this code, then the end.
malformed() { # CODE WHAT HEX...
    local code=$1 what=$2
    shift 2
    run client raw "$@"
    [ "${lines[-1]}" = end ] && [[ ${lines[-2]:-} == "ERROR "*"\"$code\""* ]] ||
        { printf '%s: %d %s\n' "$what" "$status" "${output//$'\n'/ }" && bad=$((bad + 1)); }
}

hex() { printf '%s' "$1" | xxd -p -c 1000000; }

# A frame in hexadecimal.
frame() { # TYPE PAYLOAD-HEX [VERSION ZERO LENGTH]
    local length=$((${5:-$((${#2} / 2))}))
    printf '%02x%02x%04x%02x%02x%02x%02x%s\n' "${3:-1}" "$1" "${4:-0}" $((length & 255)) $((length >> 8 & 255)) $((length >> 16 & 255)) $((length >> 24 & 255)) "$2"
}

calm() { # DESCRIPTORS
    eventually eval '[ "$(descriptors "$shim")" -eq '"$1"' ]' || { ls -l "/proc/$shim/fd" && return 1; }
    same "$(phase)" running
    same "${bad:-0}" 0
}

@test "SM-42 malformed frames: an error, the end of the connection, and nothing else" {
    local before kind bad=0
    start_shim --start
    client state >/dev/null
    before=$(descriptors "$shim")
    malformed protocol "version 0" "$(frame 1 "$(hex '{"do":"state"}')" 0)"
    malformed protocol "version 2" "$(frame 1 "$(hex '{"do":"state"}')" 2)"
    malformed protocol "version 255" "$(frame 1 "$(hex '{"do":"state"}')" 255)"
    malformed protocol "the zeros are not zero" "$(frame 1 "$(hex '{"do":"state"}')" 1 1)"
    for kind in 0 2 3 7 8 9 10 11 12 128 255; do malformed protocol "type $kind" "$(frame $kind '')"; done
    malformed protocol "an empty request" "$(frame 1 '')"
    malformed protocol "1 MiB and a byte" "$(frame 1 '' 1 0 1048577)"
    malformed protocol "4 GiB" "$(frame 1 '' 1 0 4294967295)"
    malformed protocol "no JSON" "$(frame 1 "$(hex 'state')")"
    malformed protocol "half a JSON" "$(frame 1 "$(hex '{"do":"state"')")"
    malformed protocol "two of them" "$(frame 1 "$(hex '{"do":"state"}{"do":"state"}')")"
    malformed protocol "no UTF-8" "$(frame 1 "$(hex '{"do":"')ff22$(hex '}')")"
    malformed protocol "input before an attach" "$(frame 4 00)"
    malformed protocol "an end of input before an attach" "$(frame 5 '')"
    malformed protocol "a size before an attach" "$(frame 6 '18005000')"
    calm "$before"
}

@test "SM-42 malformed frames on an attached connection" {
    local before attach bad=0
    start_shim --stdin --start
    client state >/dev/null
    before=$(descriptors "$shim")
    attach=$(frame 1 "$(hex '{"do":"attach","stdin":true}')")
    malformed protocol "64 KiB and a byte" "$attach" "$(frame 4 '' 1 0 65537)"
    malformed protocol "an end with something in it" "$attach" "$(frame 5 00)"
    malformed protocol "a size of 3 bytes" "$attach" "$(frame 6 010203)"
    malformed protocol "a size of 5 bytes" "$attach" "$(frame 6 0102030405)"
    malformed protocol "a size of none" "$attach" "$(frame 6 '')"
    malformed protocol "type 7" "$attach" "$(frame 7 00)"
    malformed protocol "a request that nests 400 deep" "$(frame 1 "$(hex "{\"do\":\"state\",\"x\":$(printf '[%.0s' {1..400})")")"
    malformed protocol "a request after the grant" "$attach" "$(frame 1 "$(hex '{"do":"state"}')")"
    calm "$before"
}

@test "SM-43 requests whose members are wrong are refused, and the connection goes on" {
    start_shim --start
    python <<'END'
table = [
    ([], None), ("state", None), ({}, None), ({"do": None}, None), ({"do": 5}, None), ({"do": "no such"}, None), ({"do": ["state"]}, None),
    ({"do": "attach", "stdin": "yes"}, "stdin"), ({"do": "attach", "stdout": 1}, "stdout"),
    ({"do": "attach", "mode": "sometimes"}, "mode"), ({"do": "attach", "mode": 1}, "mode"),
    ({"do": "attach", "detachKeys": "ctrl-p"}, "detachKeys"), ({"do": "attach", "detachKeys": [256]}, "detachKeys"),
    ({"do": "attach", "detachKeys": [-1]}, "detachKeys"), ({"do": "attach", "detachKeys": [1] * 17}, "detachKeys"),
    ({"do": "attach", "detachKeys": [1.5]}, "detachKeys"), ({"do": "attach", "start": "now"}, "start"),
    ({"do": "kill"}, "signal"), ({"do": "kill", "signal": "KILL"}, "signal"), ({"do": "kill", "signal": 1000}, "signal"),
    ({"do": "kill", "signal": 9.5}, "signal"), ({"do": "kill", "signal": 0, "all": "x"}, "all"),
    ({"do": "resize", "rows": "1", "columns": 1}, "rows"), ({"do": "resize", "rows": 1}, "columns"),
    ({"do": "resize", "rows": 65536, "columns": 1}, "rows"),
    ({"do": "update"}, "resources"), ({"do": "update", "resources": []}, "resources"),
    ({"do": "state", "exec": 1}, "exec"), ({"do": "state", "exec": "../../etc"}, "exec"),
    ({"do": "shutdown", "kill": "yes"}, "kill"),
    ({"do": "exec", "exec": "e", "process": {}, "stdin": 1}, "stdin"),
]
one = Connection(state)
if True:
    for members, word in table:
        one.send(REQUEST, json.dumps(members).encode())
        try:
            answer = one.answer()
        except Refused as error:
            assert error.code == "invalid" or not isinstance(members, dict), (members, error)
            if error.code == "protocol":  # not an object: either will do
                one = Connection(state)
            assert word is None or word in error.message, (members, error)
        else:
            sys.exit(f"{members} was answered by {answer}")
    assert one.request("state")["phase"] == "running"
END
}

@test "SM-41 requests one after another on a connection, sent at once and in pieces" {
    start_shim --start
    python <<'END'
with Connection(state) as one:
    ask = frame(REQUEST, b'{"do":"state"}')
    one.socket.sendall(ask * 50)
    for _ in range(50):
        assert one.answer()["phase"] == "running"
    for byte in ask * 2:
        one.socket.sendall(bytes([byte]))
        time.sleep(0.002)
    assert one.answer() == one.answer()
    big = {"do": "state", "padding": "x" * 1000000}
    one.send(REQUEST, json.dumps(big).encode())
    try:
        one.answer()  # an unknown member is either ignored or refused
    except Refused as error:
        assert error.code == "invalid", error
    assert one.request("state")["phase"] == "running"
END
}

@test "SM-41 answers come in the order of the requests, and other clients need not wait" {
    start_shim --start
    python <<'END'
one, two = Connection(state), Connection(state)
one.send(REQUEST, b'{"do":"wait"}')
one.send(REQUEST, b'{"do":"state"}')
assert two.request("state")["phase"] == "running"
two.request("kill", signal=9)
assert one.answer()["signal"] == 9
assert "phase" in one.answer()
END
}

@test "SM-42 a client that sends half a frame, or takes no answer, holds nobody up" {
    local before
    start_shim --start
    client state >/dev/null
    before=$(memory "$shim" Private_Dirty)
    python <<'END'
half = [Connection(state) for _ in range(20)]
for number, one in enumerate(half):
    one.socket.sendall(frame(REQUEST, b'{"do":"state"}' + b" " * 1000)[: 1 + number * 40])
deaf = [Connection(state, receive_buffer=4096) for _ in range(10)]
for one in deaf:
    one.socket.setblocking(False)
    try:
        while True:
            one.socket.send(frame(REQUEST, b'{"do":"state"}') * 100)
    except BlockingIOError:
        pass
begin = time.monotonic()
for _ in range(20):
    assert request(state, "state", timeout=5)["phase"] == "running"
assert time.monotonic() - begin < 2, time.monotonic() - begin
open(state + "/../now", "w").write("x")
time.sleep(1)
END
    sleep 0.5
    [ "$(memory "$shim" Private_Dirty)" -le $((before + 128)) ] || { echo "$before KiB became $(memory "$shim" Private_Dirty)" && return 1; }
    same "$(phase)" running
}

@test "SM-42 many large requests at once cost no memory for good" {
    local before
    start_shim --start
    client state >/dev/null
    before=$(memory "$shim" Private_Dirty)
    python <<'END'
many = [Connection(state) for _ in range(40)]
for one in many:  # each announces 1 MiB and sends most of it
    one.socket.settimeout(2)
    try:
        one.socket.sendall(frame(REQUEST, b"{" * 900000, length=1048576))
    except (TimeoutError, BrokenPipeError, ConnectionResetError):
        pass
END
    sleep 1
    [ "$(memory "$shim" Private_Dirty)" -le $((before + 128)) ] || { echo "$before KiB became $(memory "$shim" Private_Dirty)" && return 1; }
    same "$(phase)" running
}

@test "SM-42 random bytes" {
    local before
    start_shim --stdin --start
    client state >/dev/null
    before=$(descriptors "$shim")
    python "${SHIM_SEED:-1}" <<'END'
import random
chance = random.Random(int(words[0]))
good = [frame(REQUEST, b'{"do":"state"}'), frame(REQUEST, b'{"do":"attach","stdin":true}'), frame(STDIN, b"x"), frame(STDIN_END)]
for _ in range(300):
    data = bytearray(b"".join(chance.choices(good, k=chance.randrange(1, 4))))
    for _ in range(chance.randrange(1, 6)):
        place = chance.randrange(len(data))
        if chance.random() < 0.7:
            data[place] = chance.randrange(256)
        else:
            del data[place]
    with Connection(state, timeout=5) as one:
        try:
            one.socket.sendall(data)
            one.socket.shutdown(socket.SHUT_WR)
            for _ in one.frames():
                pass
        except (BrokenPipeError, ConnectionResetError):
            pass
        except TimeoutError:  # an attach goes on, as it should
            pass
        except Ended:
            pass
    if chance.random() < 0.1:
        assert request(state, "state")["phase"] == "running"
END
    calm "$before"
}

@test "SM-40 the socket is below a closed folder, and another user is closed unheard" {
    start_shim --start
    same "$(stat -c %a "$state")" 700
    # Even where somebody has opened the folder.
    chmod 0755 "$tmp" "$state" "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/test" 2>/dev/null || true
    chmod 0777 "$state/socket"
    run setpriv --reuid 1000 --regid 1000 --clear-groups --inh-caps=-all /usr/bin/python3 - "$state" <<'END'
import socket, struct, sys
one = socket.socket(socket.AF_UNIX)
one.settimeout(5)
one.connect(sys.argv[1] + "/socket")
body = b'{"do":"kill","signal":9}'
try:
    one.sendall(struct.pack("<BBHI", 1, 1, 0, len(body)) + body)
    print("heard", one.recv(100))
except (BrokenPipeError, ConnectionResetError):
    print("heard", b"")
END
    same "$status $output" "0 heard b''"
    same "$(phase)" running
}
