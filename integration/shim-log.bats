#!/usr/bin/env bats
# The log that the shim writes: Docker's json-file format, rotation, and what goes wrong with files.

load shim-helpers

# A tmpfs of so many KiB at $tmp/small.
small_disk() { # KiB
    mkdir "$tmp/small"
    mount -t tmpfs -o "size=$1k" small "$tmp/small"
    folders+=("$tmp/small")
    shimlog=$tmp/small/container.log
}

# Runs to its end a container that says $rootfs/data.
whole_run() { # flags
    start_shim --log "$shimlog" --start "$@"
    recorded 60
}

# The log's files, oldest first.
files() { printf '%s\n' "$shimlog" "$shimlog".* | grep -v '\*' | sort -t. -k3,3nr | grep -v '\.tmp$'; }

@test "LG-1 SM-25 json-file: an object a line, with log, stream and time" {
    script 'echo out; printf "a\tb\"c\\\\d\001\177\n"; echo "é ü 漢 😀"; echo err >&2; printf "no newline"'
    whole_run
    logged both >/dev/null
    same "$(logged stdout | checksum)" "$(printf 'out\na\tb"c\\d\001\177\né ü 漢 😀\nno newline' | checksum)"
    same "$(logged stderr)" err
    same "$(wc -l <"$shimlog")" 5
    grep -q '^{"log":"out\\n","stream":"stdout","time":"20' "$shimlog"
    same "$(jq -r .stream "$shimlog" | sort | uniq -c | xargs)" "1 stderr 4 stdout"
}

@test "LG-2 SM-25 json-file: times are those of the writing, in UTC" {
    local first last begin end
    script 'echo one; sleep 1; echo two'
    begin=$(date -u +%FT%T)
    whole_run
    end=$(date -u +%FT%T)
    first=$(jq -rs '.[0].time' "$shimlog") last=$(jq -rs '.[1].time' "$shimlog")
    [[ ! $first < $begin && ! ${last:0:19} > $end && $first < $last ]]
    [ $(($(date -d "$last" +%s%3N) - $(date -d "$first" +%s%3N))) -ge 900 ]
}

@test "LG-3 SM-25 json-file: long lines come in pieces of 16 KiB" {
    script 'head -c 40000 /dev/zero | tr "\0" x; echo; head -c 16384 /dev/zero | tr "\0" y; echo; head -c 16383 /dev/zero | tr "\0" z; echo'
    whole_run
    same "$(jq -r '.log | length' "$shimlog" | xargs)" "16384 16384 7233 16384 1 16384"
    same "$(jq -r '.log | endswith("\n")' "$shimlog" | xargs)" "false false true false true true"
    same "$(logged stdout | wc -c)" $((40001 + 16385 + 16384))
}

@test "LG-3 SM-25 json-file: the two streams' pieces do not mix" {
    script 'printf half; sleep 0.2; echo whole >&2; sleep 0.2; echo " done"'
    whole_run
    same "$(jq -c '[.stream, .log]' "$shimlog" | xargs)" '[stderr,whole\n] [stdout,half done\n]'
}

@test "LG-1 SM-25 json-file: bytes that are no UTF-8 spoil nothing, and the client gets them as they are" {
    head -c 300000 /dev/urandom >"$rootfs/data"
    script 'cat /data'
    start_shim --log "$shimlog" --log-opt max-size=1g
    attach one
    client start
    attach_ended one 0
    same "$(checksum <"$tmp/one.out")" "$(checksum <"$rootfs/data")"
    logged stdout >/dev/null
    # A byte that is no part of a character takes none of its neighbours with it.
    same "$(logged stdout | LC_ALL=C tr -d '\200-\377' | checksum)" "$(LC_ALL=C tr -d '\200-\377' <"$rootfs/data" | checksum)"
}

@test "LG-1 LG-3 SM-25 json-file: the marks of UTF-8's replacement, and a character that a piece would cut" {
    script 'printf "a\377b\303\nc"; printf "\n"; head -c 16383 /dev/zero | tr "\0" x; printf "\303\251y\n"'
    whole_run
    same "$(logged stdout | xxd -p -l 9)" "61efbfbd62efbfbd0a"
    logged stdout >/dev/null
    # Every character comes whole, wherever the piece ends.
    logged stdout >"$tmp/text"
    same "$(tail -c 4 "$tmp/text" | xxd -p)" "c3a9790a"
}

@test "LG-20 SM-25 rotation: max-size and max-file hold, and nothing is lost between two files" {
    local size
    make_data 900000
    script 'cat /data'
    whole_run --log-opt max-size=200k --log-opt max-file=20 --log-opt compress=false
    mapfile -t all < <(files)
    [ "${#all[@]}" -ge 5 ]
    for size in $(stat -c %s "${all[@]}"); do [ "$size" -le 217000 ] || { echo "$size bytes in a file" && return 1; }; done
    for size in $(stat -c %s "${all[@]:0:${#all[@]}-1}"); do [ "$size" -ge 180000 ] || { echo "only $size bytes" && return 1; }; done
    same "$(logged stdout "${all[@]}" | checksum)" "$(checksum <"$rootfs/data")"
    ended_with '.exitCode == 0 and (.lost // 0) == 0'
}

@test "LG-22 LG-23 SM-25 rotation: the oldest go, three files of 10 MB by default, two of them compressed" {
    local last
    make_data 45000000
    script 'cat /data'
    whole_run
    eventually eval '[ "$(files | xargs -n1 basename | xargs)" = "container.log.2.gz container.log.1.gz container.log" ]' || { ls -la "$tmp" && return 1; }
    mapfile -t all < <(files)
    [ "$(stat -c %s "$shimlog")" -le 10020000 ]
    [ "$(zcat "$shimlog.1.gz" | wc -c)" -le 10020000 ] && [ "$(zcat "$shimlog.1.gz" | wc -c)" -ge 9900000 ]
    last=$(logged stdout "${all[@]}" | wc -c)
    same "$(logged stdout "${all[@]}" | checksum)" "$(tail -c "$last" "$rootfs/data" | checksum)"
    eventually no_children
}

no_children() { [ -z "$(children "$shim")" ]; }

@test "LG-21 SM-25 rotation: one file only" {
    local got
    make_data 500000
    script 'cat /data'
    whole_run --log-opt max-size=100k --log-opt max-file=1
    same "$(files)" "$shimlog"
    [ "$(stat -c %s "$shimlog")" -le 117000 ]
    got=$(logged stdout | wc -c)
    same "$(logged stdout | checksum)" "$(tail -c "$got" "$rootfs/data" | checksum)"
}

@test "LG-41 SM-25 rotation: what cannot be is refused before anything is done" {
    for option in max-size=0 max-size=x max-file=0 max-file=-1 compress=maybe nonsense=1 mode=sometimes; do
        run shim_command --log "$shimlog" --log-opt "$option"
        [ "$status" -ne 0 ] && [[ $output == *"${option%%=*}"* ]] || { echo "$option: $status $output" && return 1; }
    done
    [ ! -e "$state" ] && [ ! -e "$shimlog" ]
}

@test "LG-10 SM-25 a log that is there is written on" {
    script 'echo again'
    printf '{"log":"before\\n","stream":"stdout","time":"2020-01-01T00:00:00Z"}\n' >"$shimlog"
    whole_run
    same "$(logged stdout | xargs)" "before again"
}

@test "LG-11 SM-25 a torn last line does not spoil the file" {
    script 'echo again; echo more'
    printf '{"log":"before\\n","stream":"stdout","time":"2020-01-01T00:00:00Z"}\n{"log":"torn in the mid' >"$shimlog"
    whole_run
    # The torn piece may stand as a line of its own or be gone; what came before and after it is whole.
    read -r bad _ all <<<"$("$BATS_TEST_DIRNAME/shimlog.py" --check "$shimlog")"
    [ "$bad" -le 1 ]
    same "$(grep '}$' "$shimlog" | jq -r .log | xargs)" "before again more"
}

@test "LG-17 SM-25 a full disk: the container goes on, the loss is counted and told" {
    local lost kept
    small_disk 300
    make_data 3000000
    config '.root.readonly = false'
    script 'cat /data; echo >/written; read a </go; echo end; exit 5'
    gate
    start_shim --log "$shimlog" --log-opt max-size=1g
    attach one
    client start
    eventually test -e "$rootfs/written"
    lost=$(ask .log.lostBytes state)
    [ "$lost" -gt 2000000 ]
    open_gate
    attach_ended one 5
    same "$(wc -c <"$tmp/one.out")" 3000004
    lost=$(record .lost)
    kept=$(logged stdout | wc -c)
    same $((lost + kept)) 3000004
    same "$(logged stdout | head -c 100000 | checksum)" "$(head -c 100000 "$rootfs/data" | checksum)"
}

@test "LG-17 SM-25 a disk that is full for a while: whole lines before and after" {
    local lost kept
    small_disk 300
    head -c 280000 /dev/zero >"$tmp/small/filler"
    make_data 100000
    config '.root.readonly = false'
    script 'cat /data; echo >/written; read a </go; cat /data; exit 5'
    gate
    start_shim --log "$shimlog" --start
    eventually test -e "$rootfs/written"
    sleep 0.2
    rm "$tmp/small/filler"
    open_gate
    ended_with '.exitCode == 5 and .lost > 50000'
    lost=$(record .lost)
    kept=$(logged stdout | wc -c)
    same $((lost + kept)) 200000
    same "$(logged stdout | tail -c 100000 | checksum)" "$(checksum <"$rootfs/data")"
}

@test "LG-17 SM-25 a full disk when the log is to be rotated" {
    local lost kept
    small_disk 600
    make_data 3000000
    script 'cat /data; exit 5'
    whole_run --log-opt max-size=500k --log-opt max-file=5
    ended_with '.exitCode == 5'
    lost=$(record .lost)
    mapfile -t all < <(files)
    logged stdout "${all[@]}" >/dev/null
    [ "$(stat -c %s "$shimlog")" -le 517000 ]
}

@test "LG-13 SM-44 reopen: the logrotate way" {
    script 'echo one; read a </go; echo two; read a </go; echo three; exit 5'
    gate
    start_logged --start
    eventually grep -q one "$shimlog"
    mv "$shimlog" "$shimlog.old"
    same "$(client reopen)" "{}"
    open_gate
    eventually grep -q two "$shimlog"
    mv "$shimlog" "$shimlog.older"
    # SM-50
    kill -HUP "$shim"
    eventually test -e "$shimlog"
    open_gate
    ended_with '.exitCode == 5'
    same "$(logged stdout "$shimlog.old") $(logged stdout "$shimlog.older") $(logged stdout)" "one two three"
}

@test "LG-13 SM-44 reopen where the log cannot be made: an error, and the old file goes on" {
    script 'echo one; read a </go; echo two; exit 5'
    gate
    mkdir "$tmp/logs"
    shimlog=$tmp/logs/container.log
    start_logged --start
    eventually grep -q one "$shimlog"
    mv "$tmp/logs" "$tmp/moved"
    refused kernel reopen
    open_gate
    ended_with '.exitCode == 5 and (.lost // 0) == 0'
    same "$(logged stdout "$tmp/moved/container.log" | xargs)" "one two"
}

@test "LG-15 SM-25 no log at all" {
    script 'echo nothing; exit 5'
    start_shim
    attach one
    client start
    attach_ended one 5
    same "$(cat "$tmp/one.out")" nothing
    ended_with '(.lost // 0) == 0'
    same "$(find "$tmp" -name '*.log*' -not -path "$bundle/*")" ""
    client take >"$tmp/taken"
    eventually gone "$shim"
    start_shim --log-driver none
    client start
    ended_with '.exitCode == 5 and (.lost // 0) == 0'
}

@test "LG-12 SM-11 a log that cannot be written is an error at the start" {
    script 'exit 0'
    shimlog=$tmp/no/such/folder/log
    run shim_command --log "$shimlog"
    failed_with 1 "$shimlog"
    mkdir "$tmp/folder"
    run shim_command --log "$tmp/folder"
    failed_with 1 "$tmp/folder"
    mkfifo "$tmp/fifo"
    run timeout 10 bash -c "$(declare -f shim_command); SHIM='$SHIM' bundle='$bundle' id='$id' state='$state' runtime='$runtime' root='$root' shim_command --log '$tmp/fifo'"
    failed_with 1 "$tmp/fifo"
    ln -s "$tmp/target" "$tmp/link"
    run shim_command --log "$tmp/link"
    failed_with 1 "$tmp/link"
    [ ! -e "$tmp/target" ]
    nothing_left
}

@test "LG-19 SM-11 a log in a folder that strangers can change is an error at the start" {
    script 'exit 0'
    mkdir "$tmp/folder"
    chown 1234 "$tmp/folder"
    chmod 777 "$tmp/folder"
    run shim_command --log "$tmp/folder/log"
    failed_with 1 "$tmp/folder/log: others can change its folder"
    [ ! -e "$tmp/folder/log" ]
    nothing_left
    chmod 1777 "$tmp/folder"
    shimlog=$tmp/folder/log
    whole_run
}

# The log's helper.
log_helper() { pgrep -P "$shim" -x shim-log; }

@test "LG-12 LG-23 a pipe where the compressor writes stops nobody" {
    make_data 500000
    script 'read a </go; cat /data'
    gate
    start_shim --log "$shimlog" --start --log-opt max-size=100k --log-opt max-file=20
    mkfifo "$shimlog.gz.tmp"
    open_gate
    recorded 60
    eventually test -e "$shimlog.1.gz"
    eventually no_children
    [ ! -e "$shimlog.gz.tmp" ]
    mapfile -t all < <(files)
    same "$(logged stdout "${all[@]}" | checksum)" "$(checksum <"$rootfs/data")"
}

# Stops a process until $frozen ends, which stops it by ptrace(2): SIGSTOP and SIGCONT would tell its parent.
freeze() { # PID
    python3 -c '
import ctypes, os, sys, time
ptrace = ctypes.CDLL(None).ptrace
pid = int(sys.argv[1])
for request in (0x4206, 0x4207):  # PTRACE_SEIZE, PTRACE_INTERRUPT
    assert ptrace(request, pid, None, None) == 0
os.waitpid(pid, 0x40000000)  # __WALL
open(sys.argv[2], "w").close()
time.sleep(60)' "$1" "$tmp/frozen" 3>&- &
    frozen=$!
    helpers+=("$frozen")
    eventually test -e "$tmp/frozen"
}

@test "LG-34 non-blocking: what waited for a helper that was frozen comes without further output" {
    local helper lost
    make_data 100000
    config '.root.readonly = false'
    # The first part leaves the pipe less room than the next frame needs.
    script 'echo first; read a </go; head -c 10000 /data; sleep 0.2; cat /data; echo; echo >/written; sleep 1000'
    gate
    start_logged --start --log-opt mode=non-blocking --log-opt max-buffer-size=64k
    eventually grep -q first "$shimlog"
    helper=$(log_helper)
    freeze "$helper"
    open_gate
    eventually test -e "$rootfs/written"
    lost=$(ask .log.lostBytes state)
    # Longer than the quiet time after which the shim looks by itself. From now on nothing wakes it but the pipe.
    sleep 2
    kill -KILL "$frozen"
    eventually eval '[ "$(($(logged stdout | wc -c) + lost))" -eq 110007 ]' || { client state && return 1; }
    client kill '{"signal": 9}'
    ended_with '.exitCode == 137 or .signal == 9'
}

@test "LG-35 non-blocking: a helper that takes over opens the log, and the shim goes on where it can not" {
    local helper
    script 'echo one; read a </go; echo two; read a </go; echo three; exit 5'
    gate
    start_logged --start --log-opt mode=non-blocking
    eventually grep -q one "$shimlog"
    helper=$(log_helper)
    mv "$shimlog" "$shimlog.old"
    mkdir "$shimlog"
    kill -KILL "$helper"
    eventually gone "$helper"
    sleep 1.2
    open_gate
    eventually eval '[ "$(ask .log.lostBytes state)" -eq 4 ]'
    [ -n "$(log_helper)" ]
    rmdir "$shimlog"
    open_gate
    ended_with '.exitCode == 5 and .lost == 4'
    same "$(logged stdout)" three
}

@test "SM-25 what is said before the start and by exec sessions is not in the log" {
    script 'echo mine; sleep 1000'
    start_logged --start
    eventually grep -q mine "$shimlog"
    client run-exec -- echo theirs >"$tmp/theirs"
    same "$(cat "$tmp/theirs")" theirs
    client kill '{"signal": 9}'
    recorded
    same "$(logged both)" mine
}

@test "LG-62 logs --follow: what a file gets after the reader's last look at it and before its rotation is not missed" {
    local reader
    at_the_end() { [ "$(grep -c 'pread64(.* = 0$' "$tmp/trace")" -ge 2 ]; }
    entry() { printf '{"log":"%s\\n","stream":"stdout","time":"2026-11-24T18:25:58.123456789Z"}\n' "$1"; }
    entry one >"$shimlog"
    # It has read to the end of the file, and is about to ask whether the name still means that one.
    strace -o "$tmp/trace" -P container.log -P "$shimlog" -e trace=pread64,newfstatat \
        -e inject=newfstatat:delay_enter=2000000:when=4 "$SHIM" logs --follow --log "$shimlog" >"$tmp/out" 3>&- &
    reader=$!
    eventually pgrep -P "$reader" >"$tmp/pid"
    helpers+=("$(cat "$tmp/pid")")
    eventually at_the_end
    entry two >>"$shimlog"
    mv "$shimlog" "$shimlog.1"
    entry three >"$shimlog"
    eventually grep -q three "$tmp/out"
    same "$(xargs <"$tmp/out")" "one two three"
}
