#!/usr/bin/env bats
# The program's own client, as a person types it: terminals, pipes, the log, and what it says when something is wrong.

load shim-helpers

# A verb of the client for this test's shim.
verb() { # NAME [ARG...]
    local name=$1
    shift
    "$SHIM" "$name" --state "$state" "$@" 3>&- 7>&-
}

# A container that does what the lines say that are typed.
listener() { script 'stty -echo 2>/dev/null; trap "echo interrupted" INT; trap "exit 1" HUP; echo ready
    while :; do read -r line; case $line in size) stty size;; quit) exit 7;; ?*) echo "got <$line>";; esac; done'; }

# Says something for ever, in lines.
chatter() { script 'while :; do echo line; sleep 0.02; done'; }

# Runs a command in a new terminal and goes through the steps one after another; each has 20 s. Prints what the terminal
# showed, `status N` at the end, and whether its modes are as before.
#   expect=TEXT   it shows TEXT             type=TEXT   keys            ask=TEXT@ANSWER   keys until it shows ANSWER
#   resize=RxC    its size                  raw, kept   its modes       signal=N          to the command
terminal() { # STEP... -- COMMAND...
    python3 -c "$driver" "$@" 3>&-
}

driver='
import fcntl, os, pty, select, struct, sys, termios, time
split = sys.argv.index("--")
steps, command = sys.argv[1:split], sys.argv[split + 1:]
master, slave = pty.openpty()
size = lambda text: fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", *(int(n) for n in text.split("x")), 0, 0))
keys = lambda text: os.write(master, text.encode().decode("unicode_escape").encode("latin-1"))
size("24x80")
before = termios.tcgetattr(slave)
child = os.fork()
if child == 0:
    os.setsid()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    for number in (0, 1, 2):
        os.dup2(slave, number)
    os.closerange(3, 64)
    os.execvp(command[0], command)
shown, seen, status = b"", 0, None

def until(done, what, again=lambda: None):
    global shown, status
    deadline, next_try = time.monotonic() + 20, 0
    while not done():
        if time.monotonic() > deadline or (status is not None and what != "end"):
            os.write(1, shown)
            sys.exit(f"\nnot seen: {what}; status {status}, modes kept: {termios.tcgetattr(slave) == before}")
        if time.monotonic() > next_try:
            again()
            next_try = time.monotonic() + 0.3
        if select.select([master], [], [], 0.05)[0]:
            shown += os.read(master, 65536)
        elif status is None:
            pid, code = os.waitpid(child, os.WNOHANG)
            status = os.waitstatus_to_exitcode(code) if pid else None

def see(text, again=lambda: None):
    global seen
    until(lambda: text.encode() in shown[seen:], text, again)
    seen = shown.index(text.encode(), seen) + len(text)

for step in steps:
    name, _, value = step.partition("=")
    if name == "expect":
        see(value)
    elif name == "type":
        keys(value)
    elif name == "ask":
        see(value.partition("@")[2], lambda: keys(value.partition("@")[0]))
    elif name == "resize":
        size(value)
    elif name == "raw":
        until(lambda: not termios.tcgetattr(slave)[3] & (termios.ICANON | termios.ECHO | termios.ISIG), "raw mode")
    elif name == "kept":
        until(lambda: termios.tcgetattr(slave) == before, "the modes of before")
    elif name == "signal":
        os.kill(child, int(value))
    else:
        sys.exit(f"no step: {step}")
until(lambda: status is not None, "end")
os.write(1, shown)
print(f"\nstatus {status}\nmodes " + ("kept" if termios.tcgetattr(slave) == before else "lost"))
'

# The last terminal ended with this status, and has its modes back.
left_with() { # STATUS
    [ "$status" -eq 0 ] && [[ $output == *"status $1"$'\n'"modes kept" ]] || { echo "$output" && return 1; }
}

# The client in the background, stopped once the container's first bytes have come: $stopped.
stopped_attach() { # flags
    "$SHIM" attach --state "$state" "$@" </dev/null >"$tmp/out" 2>"$tmp/err" 3>&- 7>&- &
    stopped=$!
    helpers+=("$stopped")
    eventually test -s "$tmp/out"
    kill -STOP "$stopped"
}

# Lets it go on, and waits for its end: $status.
resumed() {
    kill -CONT "$stopped"
    status=0
    wait "$stopped" || status=$?
}

@test "SM-20 SM-70 attach at a terminal: raw, of its size, and with its modes afterwards" {
    listener
    config '.process.terminal = true'
    start_shim --terminal --stdin
    run terminal raw expect=ready 'ask=size\r@24 80' resize=31x91 'ask=size\r@31 91' 'type=\x03' expect=interrupted \
        'type=hello\r' 'expect=got <hello>' 'type=quit\r' -- "$SHIM" attach --state "$state" --start
    left_with 7
    ended_with '.exitCode == 7'
}

@test "SM-70 attach at a terminal: the detach keys leave the container running" {
    listener
    config '.process.terminal = true'
    start_shim --terminal --stdin --start
    run terminal raw 'ask=one\r@got <one>' 'type=\x10\x11' -- "$SHIM" attach --state "$state"
    left_with 0
    same "$(phase)" running
    run terminal raw 'ask=two\r@got <two>' 'type=ab' -- "$SHIM" attach --state "$state" --detach-keys a,b
    left_with 0
    same "$(phase)" running
}

@test "SM-70 attach at a terminal: a signal to the client restores the terminal, and the container goes on" {
    local number
    listener
    config '.process.terminal = true'
    start_shim --terminal --stdin --start
    for number in 15 1 2; do
        run terminal raw 'ask=one\r@got <one>' "signal=$number" kept -- "$SHIM" attach --state "$state"
        left_with $((128 + number))
        same "$(phase)" running
    done
}

@test "SM-70 SM-72 exec -it: a terminal of its own, of this one's size" {
    script 'sleep 1000'
    start_shim --start
    run terminal raw 'expect=24 80' 'resize=20x70' 'ask=size\r@20 70' 'type=quit\r' -- "$SHIM" exec --state "$state" -it \
        sh -c 'stty -echo; stty size; while read -r line; do case $line in size) stty size;; quit) exit 5;; esac; done'
    left_with 5
    same "$(ask '.execs | length' state)" 0
    run terminal raw 'expect=up' 'type=\x10\x11' -- "$SHIM" exec --state "$state" --id kept -ti sh -c 'echo up; exec sleep 1000'
    left_with 0
    same "$(ask .phase state '{"exec": "kept"}')" running
}

@test "SM-23 a pipe's end is the end of standard input, and the output goes on" {
    script 'sha256sum; sleep 0.3; echo end; exit 3'
    start_shim --stdin --stdin-once
    run bash -c 'seq 1 50000 | "$0" attach --state "$1" --start' "$SHIM" "$state" 3>&-
    same "$status ${lines[0]%% *} ${lines[1]}" "3 $(seq 1 50000 | checksum) end"
    verb take >"$tmp/taken"
    script 'sleep 1000'
    start_shim --start
    run bash -c 'seq 1 50000 | "$0" exec --state "$1" -i sh -c "sha256sum; echo end; exit 4"' "$SHIM" "$state" 3>&-
    same "$status ${lines[0]%% *} ${lines[1]}" "4 $(seq 1 50000 | checksum) end"
}

@test "SM-24 attach --mode blocking: the container waits for this client, and no byte is missing" {
    make_data 3000000
    script 'echo begin; read a </go; cat /data'
    gate
    start_shim
    stopped_attach --start
    open_gate
    sleep 1
    same "$(phase)" running
    resumed
    same "$status" 0
    same "$(tail -n +2 "$tmp/out" | checksum)" "$(checksum <"$rootfs/data")"
}

@test "SM-24 attach and exec --mode non-blocking: nobody waits, and what is missing is counted" {
    make_data 3000000
    script 'echo begin; read a </go; cat /data; exit 6'
    gate
    start_shim
    stopped_attach --start --mode non-blocking
    open_gate
    recorded
    resumed
    same "$status" 6
    grep -qE '^shim: [0-9]+ bytes of output were dropped$' "$tmp/err"
    [ $(($(stat -c %s "$tmp/out") + $(awk '{ sum += $2 } END { print sum }' "$tmp/err"))) -eq 3000006 ]
    run verb exec --mode sometimes true
    failed_with 1 '--mode "sometimes": blocking or non-blocking'
    verb take >"$tmp/taken"
    script 'sleep 1000'
    start_shim --start
    same "$(verb exec --mode non-blocking echo hello)" hello
}

@test "SM-71 a client that was let go is told the likely reason" {
    make_data 3000000
    script 'echo begin; read a </go; cat /data; exit 6'
    gate
    start_shim
    stopped_attach --start
    open_gate
    recorded 20
    resumed
    same "$status" 255
    same "$(cat "$tmp/err")" "shim: the shim has ended the connection: this client was too slow, or it was shut down"
}

@test "SM-71 output that nobody reads ends the attachment with 141, and nothing else" {
    chatter
    start_shim --start --stdin
    run timeout 20 bash -c '"$0" attach --state "$1" </dev/zero | head -2; echo "${PIPESTATUS[0]}"' "$SHIM" "$state" 3>&-
    same "$(xargs <<<"$output")" "line line 141"
    same "$(phase)" running
    run timeout 20 bash -c '"$0" exec --state "$1" --id e sh -c "while :; do echo x; sleep 0.02; done" | head -1
        echo "${PIPESTATUS[0]}"' "$SHIM" "$state" 3>&-
    same "$(xargs <<<"$output")" "x 141"
    same "$(ask .phase state '{"exec": "e"}')" running
    run bash -c 'timeout 20 "$0" attach --state "$1" >/dev/full' "$SHIM" "$state" 3>&-
    failed_with 255 "write the output: no space left on device"
    same "$(phase)" running
}

@test "SM-71 exec: 127 for a program that is not there, 126 for one that cannot be executed, 255 for the rest" {
    script 'sleep 1000'
    echo text >"$rootfs/plain" && chmod 644 "$rootfs/plain"
    start_shim --start
    run -127 verb exec nosuch
    failed_with 127 'exec: "nosuch": executable file not found in $PATH'
    run -127 verb exec /no/such
    failed_with 127 "no such file or directory"
    run -127 verb exec -d nosuch
    failed_with 127 "executable file not found"
    run verb exec /plain
    failed_with 126 "permission denied"
    run verb exec /bin
    failed_with 126
    run verb exec --cwd /no/such true
    failed_with 255 "/no/such"
    run verb exec --user root true
    failed_with 1 '--user takes numbers, UID[:GID]' 'bad uid in "root"'
    [ "$(grep -o "exec failed" <<<"$output" | wc -l)" -eq 1 ]
    run -127 verb exec nosuch
    [[ $output == "shim: exec failed: "* && $output != *"exec failed: exec failed"* ]]
    same "$(ask '.execs | length' state)" 0
}

@test "SM-44 kill -s and --signal name the signal as the operand does" {
    script 'trap "echo usr1" USR1; trap "exit 9" TERM; echo ready; while :; do sleep 0.05; done'
    start_logged --start
    eventually grep -q ready "$shimlog"
    verb kill -s USR1
    eventually grep -q usr1 "$shimlog"
    run verb kill -s USR1 TERM
    failed_with 1 "the signal is given twice"
    verb kill --signal SIGTERM
    ended_with '.exitCode == 9'
}

# --- the log

# 3000 numbered lines in several files, with a pause in the middle. The files' records, oldest first: $tmp/records.
rotated_log() {
    script 'i=0; while [ $i -lt 3000 ]; do i=$((i + 1)); echo "line $i of many"; [ $i != 1500 ] || sleep 1.2; done
        echo last >&2; read a </go; echo more; exit 3'
    gate
    start_shim --log "$shimlog" --log-opt max-size=60k --log-opt max-file=9 --log-opt compress=true --start
    eventually grep -q last "$shimlog"
    eventually eval '[ -z "$(children "$shim" | xargs -n1 | grep -vx "$init")" ]'
    [ -e "$shimlog.2.gz" ]
    for file in $(find "$tmp" -name 'container.log.*' | sort -t. -k3,3nr) "$shimlog"; do
        zcat -f "$file"
    done >"$tmp/records"
    same "$(wc -l <"$tmp/records")" 3001
}

times() { jq -r .time "$tmp/records"; }

@test "LG-51 LG-52 SM-72 logs --tail, --since, --until and --timestamps, over rotated and compressed files" {
    local middle
    rotated_log
    same "$(verb logs 2>/dev/null | checksum)" "$(seq -f 'line %.0f of many' 3000 | checksum)"
    same "$(verb logs 2>&1 >/dev/null)" last
    same "$(verb logs --tail 2000 2>&1 | head -1)" "line 1002 of many"
    same "$(verb logs -n 2 2>&1 | xargs)" "line 3000 of many last"
    same "$(verb logs -n2 2>&1 | xargs)" "line 3000 of many last"
    same "$(verb logs --tail 0 2>&1)" ""
    middle=$(times | sed -n 1501p)
    same "$(verb logs --since "$middle" 2>/dev/null | checksum)" "$(seq -f 'line %.0f of many' 1501 3000 | checksum)"
    same "$(verb logs --until "$(times | sed -n 1500p)" | checksum)" "$(seq -f 'line %.0f of many' 1500 | checksum)"
    same "$(verb logs --since "$(date -d "$middle" +%s)" 2>/dev/null | tail -1)" "line 3000 of many"
    same "$(verb logs -tn 3 2>/dev/null | head -1)" "$(times | sed -n 2999p) line 2999 of many"
    same "$(verb logs --timestamps 2>/dev/null | cut -d' ' -f1 | checksum)" "$(times | head -3000 | checksum)"
    # A day and a minute are in UTC, whatever this process thinks.
    same "$(TZ=Asia/Tokyo verb logs --since "$(date -u -d tomorrow +%F)" 2>&1)" ""
    same "$(TZ=Asia/Tokyo verb logs --since "$(date -u -d '-1 hour' +%FT%H:%M)" 2>/dev/null | wc -l)" 3000
    same "$(verb logs --until "$(date -u -d '-1 hour' +%FT%H:%M)" 2>&1)" ""
    run verb logs --since yesterday
    failed_with 1 '--since "yesterday": want RFC 3339 or its beginning'
    client shutdown '{"kill": true}'
    ended_with '.signal == 9'
}

@test "LG-62 logs --follow goes over a rotation and ends with the container" {
    script 'echo first; read a </go; i=0; while [ $i -lt 3000 ]; do i=$((i + 1)); echo "line $i of many"; done; exit 3'
    gate
    start_shim --log "$shimlog" --log-opt max-size=60k --log-opt max-file=9 --start
    eventually grep -q first "$shimlog"
    verb logs -fn 1 >"$tmp/followed" 2>"$tmp/err" &
    helpers+=("$!")
    eventually grep -q first "$tmp/followed"
    open_gate
    ended_with '.exitCode == 3'
    wait "$!"
    same "$(checksum <"$tmp/followed")" "$({ echo first && seq -f 'line %.0f of many' 3000; } | checksum)"
    same "$(cat "$tmp/err")" ""
    [ -e "$shimlog.1" ] || [ -e "$shimlog.1.gz" ]
}

@test "SM-73 logs after take says that the record was taken, and reads by --log" {
    script 'echo out; exit 3'
    start_logged --start
    recorded
    verb take >"$tmp/taken"
    run verb logs
    failed_with 1 "the record was taken" "name it by --log FILE"
    same "$("$SHIM" logs --log "$shimlog")" out
}

# --- what is said when no shim answers

@test "SM-73 every verb that needs a killed shim names the one that helps" {
    local words
    script 'sleep 1000'
    start_shim --start
    kill -KILL "$shim"
    eventually gone "$shim"
    echo '{}' >"$tmp/resources"
    for words in start attach 'exec true' wait take state kill pause resume "update $tmp/resources" stats 'resize 1 2' reopen \
        close-stdin 'delete-exec e' shutdown; do
        # shellcheck disable=SC2086
        run timeout 20 "$SHIM" ${words%% *} --state "$state" ${words#"${words%% *}"} 3>&-
        [ "$status" -ne 0 ] && [[ $output == *"was killed: 'shim recover'"* ]] || { echo "$words: $output" && return 1; }
    done
    timeout 20 "$SHIM" recover --kill --state "$state" 3>&-
    run verb kill
    failed_with 1 "has ended, and its shim has left: 'shim take' gives the record"
    verb take >"$tmp/taken"
    run verb kill
    failed_with 1 "no shim answers at $state"
}

@test "SM-45 the 65th connection is told so" {
    chatter
    start_shim --start
    python "$SHIM" <<'END'
import subprocess
held = [Connection(state) for _ in range(64)]
for words, code in ((["state"], 1), (["kill"], 1), (["attach"], 255), (["exec", "true"], 255)):
    words[1:1] = ["--state", state]
    done = subprocess.run([sys.argv[2], *words], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20)
    assert done.returncode == code and "64 connections are the limit" in done.stderr, (words, done)
END
    eventually verb state >/dev/null
}

# --- README.md

# The README's line that contains these words, with this test's paths.
as_written() { # WORDS
    local line
    line=$(sed -n 's/.*`\(shim [^`]*\)`.*/\1/p; /^shim /p' "$BATS_TEST_DIRNAME/../README.md" | grep -m1 -F -- "$1")
    [ -n "$line" ] || { echo "not in README.md: $1" >&2 && return 1; }
    echo "${line//\/run\/web/$state}"
}

@test "SM-44 SM-61 README.md: exec, attach and recover run as written" {
    mkdir "$tmp/bin"
    ln -s "$SHIM" "$tmp/bin/shim"
    PATH=$tmp/bin:$PATH
    listener
    config '.process.terminal = true'
    start_shim --terminal --stdin --start
    run terminal raw 'ask=echo $((6 * 7))\r@42' 'type=exit 4\r' -- bash -c "$(as_written 'shim exec')"
    left_with 4
    run terminal raw 'ask=one\r@got <one>' 'type=\x10\x11' -- bash -c "$(as_written 'shim attach')"
    left_with 0
    same "$(phase)" running
    kill -KILL "$shim"
    eventually gone "$shim"
    run timeout 20 bash -c "$(as_written 'shim recover')" 3>&-
    same "$status" 0
    jq -e '.phase == "running" and (.signal // 1) == 1' <<<"$output"
}
