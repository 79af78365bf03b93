#!/usr/bin/env bats
# Terminals: in the foreground, and handed over by a console socket.

load helpers

prepare() { config '.process.terminal = true'; }

tidy() { [ -z "${receiver:-}" ] || kill "$receiver" 2>/dev/null || true; }

# Runs the bundle in the foreground of a new terminal.
run_in_terminal() { # in-terminal's options
    run "$BATS_TEST_DIRNAME/in-terminal" "$@" "$RUNTIME" --root "$root" run --bundle "$bundle" "$id" 3>&-
    output=${output//$'\r'/}
}

listen() {
    "$BATS_TEST_DIRNAME/recvtty" "$tmp/console" "$tmp/shown" 3>&- &
    receiver=$!
    eventually test -S "$tmp/console"
}

@test "LC-20 a foreground process has the terminal, and its own" {
    script 'tty; for fd in 0 1 2; do readlink /proc/self/fd/$fd; done; test -c /dev/console && echo console'
    run_in_terminal
    same "$status" 0
    [[ $output == *"/dev/pts/0
/dev/pts/0
/dev/pts/0
/dev/pts/0
console"* ]]
}

@test "LC-20 the terminal's modes are as before after every kind of exit" {
    script 'exit 3'
    run_in_terminal
    same "$status" 3
    [[ $output == *"modes kept"* ]]
    config '.process.args = ["/no/such"]'
    run_in_terminal
    same "$status" 1
    [[ $output == *"modes kept"* && $output == *"no such file or directory"* ]]
    config '.process.args = ["sleep", "1000"]'
    (wait_for running && runtime kill "$id" KILL) >/dev/null 2>&1 3>&- &
    run_in_terminal
    same "$status" 137
    [[ $output == *"modes kept"* ]]
}

@test "LC-20 what is typed reaches the process" {
    script 'stty -echo; echo ready; read line; echo "got $line"'
    run_in_terminal --type 'hello\n@ready'
    [[ $output == *"got hello"* ]]
}

@test "LC-20 ctrl-c interrupts the process, not the runtime" {
    script 'trap "echo interrupted; exit 5" INT; echo ready; while :; do sleep 0.05; done'
    run_in_terminal --type '\x03@ready'
    same "$status" 5
    [[ $output == *interrupted* ]]
}

@test "LC-20 the size is the terminal's, and follows it" {
    script 'trap : WINCH; until stty size 2>/dev/null | grep .; do sleep 0.02; done; echo ready; until stty size | grep -q "44 99"; do sleep 0.05; done; stty size'
    run_in_terminal --size 33x77 --resize 44x99@ready
    [[ $output == *"33 77"*"44 99"* ]]
}

@test "LC-20 the size is there before the process, which is not signalled for it" {
    script 'trap "echo signalled" WINCH; stty size; sleep 0.3; echo end'
    run_in_terminal --size 31x99
    [[ "$output" == *"31 99"*"end"* ]]
    [[ "$output" != *signalled* ]]
}

@test "LC-20 the last words of the process are shown" {
    script 'i=0; while [ $i -lt 2000 ]; do echo "line $i"; i=$((i + 1)); done'
    run_in_terminal
    same "$(grep -c '^line ' <<<"$output")" 2000
}

@test "LC-20 the terminal belongs to the user of the process" {
    config '.process.user = {"uid": 1000, "gid": 1000}'
    script 'stat -c "%u %g" $(tty); echo x >/dev/pts/0'
    run_in_terminal
    same "$status" 0
    [[ $output == *"1000 5"* ]]
}

@test "LC-21 a console socket gets the master of the terminal" {
    config '.process.consoleSize = {"height": 41, "width": 97}'
    script 'tty; stty size; read line; echo "got $line"'
    listen
    run_detached --console-socket "$tmp/console"
    eventually grep -q /dev/pts/0 "$tmp/shown"
    eventually grep -q "41 97" "$tmp/shown"
    [[ $(cat "$tmp/console.name") == */dev/ptmx* || $(cat "$tmp/console.name") == */dev/pts/* ]]
    echo hello >"$tmp/console.in"
    eventually grep -q "got hello" "$tmp/shown"
}

@test "LC-21 create and start with a console socket" {
    script 'echo shown; sleep 1000'
    listen
    create_container --console-socket "$tmp/console"
    runtime start "$id"
    eventually grep -q shown "$tmp/shown"
    same "$(cat "$log")" ""
}

@test "LC-21 exec --tty in the foreground and by console socket" {
    config '.process.terminal = false'
    run_sleeper
    run "$BATS_TEST_DIRNAME/in-terminal" "$RUNTIME" --root "$root" exec --tty "$id" sh -c 'tty; exit 4' 3>&-
    same "$status" 4
    [[ $output == *"/dev/pts/0"* && $output == *"modes kept"* ]]
    listen
    runtime exec --tty --detach --console-socket "$tmp/console" "$id" tty </dev/null >"$log" 2>&1
    eventually grep -q /dev/pts/ "$tmp/shown"
}

@test "LC-22 a terminal that nobody would hold is an error" {
    run runtime run --detach --bundle "$bundle" "$id" </dev/null
    failed_with 1 "cannot allocate tty if runc will detach without setting console socket"
    no_residue
    config '.process.terminal = false | .process.args = ["true"]'
    run runtime run --bundle "$bundle" --console-socket "$tmp/console" "$id" </dev/null
    failed_with 1 "cannot use console socket if runc will not detach or allocate tty"
    no_residue
}

@test "LC-22 a console socket where nobody listens is an error" {
    run runtime create --bundle "$bundle" --console-socket "$tmp/nobody" "$id" </dev/null
    failed_with 1 "no such file or directory"
    no_residue
}

@test "LC-22 a receiver that goes away hangs up the terminal" {
    config '.process.args = ["cat"]'
    listen
    run_detached --console-socket "$tmp/console"
    kill -KILL $receiver
    wait_for stopped
}
