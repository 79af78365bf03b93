#!/usr/bin/env bats
# What is not the shim's stays: another container of the same id, files in its folder, a record that could not be printed.

load shim-helpers

@test "SM-62 of two shims for one id one fails, and leaves the other's container alone" {
    local round first
    script 'sleep 1000'
    for round in 1 2 3 4 5 6 7 8; do
        state=$tmp/one-$round shim_command >"$tmp/one.log" 2>&1 &
        first=$!
        state=$tmp/two-$round shim_command >"$tmp/two.log" 2>&1 || true
        wait "$first" || true
        sleep 0.2
        # One of them has a shim that says so, and the container is there.
        same "$(find "$tmp/one-$round" "$tmp/two-$round" -name socket 2>/dev/null | wc -l)" 1
        same "$(field status)" created
        state=$(dirname "$(find "$tmp" -name socket)")
        client shutdown '{"kill": true}'
        client take >/dev/null
    done
}

@test "SM-62 a create that fails since the id is taken removes nothing" {
    script 'sleep 1000'
    runtime create --bundle "$bundle" "$id" </dev/null >/dev/null 2>&1
    run shim_command
    [ "$status" -eq 1 ]
    [[ $output == *"already exists"* ]]
    same "$(field status)" created
}

@test "SM-62 recover leaves alone what has the id now" {
    script 'sleep 1000'
    start_shim --start
    kill -KILL "$shim"
    runtime delete --force "$id"
    mv "$state" "$tmp/old"
    start_shim --start
    timeout 20 "$SHIM" recover --kill --state "$tmp/old" 3>&-
    same "$(phase)" running
    [ -e "/proc/$init" ]
    jq -e '(if has("status") then .signal == 9 else (has("exitCode") | not) end) and has("error")' "$tmp/old/exit.json"
}

@test "SM-61 recover says no time of an end that it has not seen" {
    script 'sleep 1000'
    start_shim --start
    kill -KILL "$shim"
    kill -KILL "$init"
    eventually gone "$init"
    sleep 1
    timeout 20 "$SHIM" recover --state "$state" 3>&-
    record 'has("finished") | not'
}

@test "SM-1 a folder with something in it is refused, and nothing in it is touched" {
    script 'exit 3'
    mkdir -m 700 "$state"
    echo precious >"$state/precious.txt"
    run shim_command --start
    [ "$status" -eq 1 ]
    [[ $output == *"is not empty: precious.txt"* ]]
    same "$(cat "$state/precious.txt")" precious
    same "$(find "$state" -mindepth 1 | wc -l)" 1
}

@test "SM-5 what somebody puts into the folder stays when the record is taken" {
    script 'exit 3'
    start_shim --start --log "$state/container.log"
    recorded
    client take >/dev/null
    eventually gone "$shim"
    same "$(find "$state" -mindepth 1 -printf '%f ')" "container.log "
}

@test "SM-2 the folder of a shim that was killed is refused, and recover is named" {
    script 'sleep 1000'
    start_shim --start
    kill -KILL "$shim"
    run shim_command
    [ "$status" -eq 1 ]
    [[ $output == *"recover"* ]]
    timeout 20 "$SHIM" recover --kill --state "$state" 3>&-
}

@test "SM-30 a record that could not be printed is not taken" {
    script 'exit 3'
    start_shim --start
    recorded
    run bash -c '"$0" take --state "$1" >/dev/full' "$SHIM" "$state"
    [ "$status" -eq 1 ]
    ended_with '.exitCode == 3'
    "$SHIM" take --state "$state" | jq -e '.exitCode == 3'
}

@test "SM-34 a record that the disk refuses is not left behind by a shutdown" {
    script 'read a </go; exit 3'
    config '.root.readonly = false'
    gate
    mkdir "$tmp/small"
    mount -t tmpfs -o size=64k,mode=0700 none "$tmp/small"
    folders+=("$tmp/small")
    state=$tmp/small/shim
    start_shim --start
    head -c 1m /dev/zero >"$tmp/small/fill" 2>/dev/null || true
    open_gate
    eventually eval '[ "$(phase)" = ended ]'
    [ ! -e "$state/exit.json" ]
    refused state shutdown
    refused state shutdown '{"kill": true}'
    client take | jq -e '.exitCode == 3'
}

@test "SM-30 an exec record that the disk refuses can be asked for" {
    script 'sleep 1000'
    mkdir "$tmp/small"
    mount -t tmpfs -o size=64k,mode=0700 none "$tmp/small"
    folders+=("$tmp/small")
    state=$tmp/small/shim
    start_shim --start
    client exec '{"exec": "e1", "process": {"args": ["sh", "-c", "sleep 1; exit 5"], "cwd": "/", "env": ["PATH=/bin"]}}'
    client start '{"exec": "e1"}'
    head -c 1m /dev/zero >"$tmp/small/fill" 2>/dev/null || true
    ask '.exitCode == 5' wait '{"exec": "e1"}'
    ask '.exitCode == 5' wait '{"exec": "e1"}'
    rm "$tmp/small/fill"
    client delete-exec '{"exec": "e1"}'
}
