#!/usr/bin/env python3
"""A client of the shim's control protocol (spec/shim.md), written from its specification: a library, and a command.

usage: shimclient.py STATE DO [MEMBERS]        one request; MEMBERS is a JSON object; prints the answer
       shimclient.py STATE attach [options]    the streams, until the exit, a detach or an error
       shimclient.py STATE run-exec [options] -- COMMAND...    exec, attach with start, delete-exec
       shimclient.py STATE raw HEX...          sends bytes as they are; prints a line for each frame, then `end`

A request that is refused: `CODE: MESSAGE` on standard error, exit 1. attach ends with the exit code of the record, 128
and the signal, 97 if the record has neither, 98 at an end without a word, 99 once detached.
"""
import argparse
import contextlib
import json
import os
import select
import socket
import struct
import sys
import time

VERSION = 1
REQUEST, REPLY, ERROR, STDIN, STDIN_END, RESIZE, STDOUT, STDERR, DROPPED, DETACHED, EXIT = range(1, 12)
NAMES = "0 REQUEST REPLY ERROR STDIN STDIN_END RESIZE STDOUT STDERR DROPPED DETACHED EXIT".split()
HEADER = struct.Struct("<BBHI")
CHUNK = 64 * 1024


class Refused(Exception):
    """An ERROR frame."""

    def __init__(self, payload):
        answer = json.loads(payload)
        self.code, self.message = answer["code"], answer["message"]
        super().__init__(f"{self.code}: {self.message}")


class Ended(Exception):
    """The shim closed the connection."""


def frame(kind, payload=b"", version=VERSION, zero=0, length=None):
    return HEADER.pack(version, kind, zero, len(payload) if length is None else length) + payload


class Connection:
    """One connection. Blocking, with a time-out for each step."""

    def __init__(self, state, timeout=30, receive_buffer=None):
        self.socket = socket.socket(socket.AF_UNIX)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(timeout)
        folder = os.open(state, os.O_PATH | os.O_DIRECTORY)
        try:
            self.socket.connect(f"/proc/self/fd/{folder}/socket")
        except BaseException:
            self.socket.close()
            raise
        finally:
            os.close(folder)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def fileno(self):
        return self.socket.fileno()

    def send(self, kind, payload=b""):
        self.socket.sendall(frame(kind, payload))

    def send_input(self, data):
        for start in range(0, len(data), CHUNK):
            self.send(STDIN, data[start : start + CHUNK])

    def _bytes(self, count):
        got = bytearray()
        while len(got) < count:
            part = self.socket.recv(min(count - len(got), 1 << 20))
            if not part:
                if got:
                    raise Ended("in the middle of a frame")
                return None
            got += part
        return bytes(got)

    def receive(self):
        """(type, payload), or None at the end. What a frame is, is checked here for every test."""
        try:
            header = self._bytes(HEADER.size)
        except ConnectionResetError:  # it was closed over bytes of ours that it had not read
            return None
        if header is None:
            return None
        version, kind, zero, length = HEADER.unpack(header)
        if version != VERSION or zero != 0 or kind not in (REPLY, ERROR, STDOUT, STDERR, DROPPED, DETACHED, EXIT):
            raise ValueError(f"not a frame of a shim: {header.hex()}")
        if kind in (STDOUT, STDERR) and not 0 < length <= CHUNK:
            raise ValueError(f"{length} bytes of stream in a frame")
        payload = self._bytes(length) if length else b""
        if payload is None:
            raise Ended("in the middle of a frame")
        return kind, payload

    def answer(self):
        got = self.receive()
        if got is None:
            raise Ended("no answer")
        kind, payload = got
        if kind == ERROR:
            raise Refused(payload)
        if kind != REPLY:
            raise ValueError(f"{NAMES[kind]} for an answer")
        value = json.loads(payload)
        if not isinstance(value, dict):
            raise ValueError(f"not an object: {payload!r}")
        return value

    def request(self, do, **members):
        self.send(REQUEST, json.dumps({"do": do, **members}).encode())
        return self.answer()

    def attach(self, **members):
        self.request("attach", **members)
        return self

    def resize(self, rows, columns):
        self.send(RESIZE, struct.pack("<HH", rows, columns))

    def frames(self):
        while (got := self.receive()) is not None:
            yield got

    def drain(self):
        """Everything until the end: (stdout, stderr, record or None, dropped, detached)."""
        output, errors, record, dropped, detached = bytearray(), bytearray(), None, 0, False
        for kind, payload in self.frames():
            if kind == STDOUT:
                output += payload
            elif kind == STDERR:
                errors += payload
            elif kind == DROPPED:
                dropped += struct.unpack("<Q", payload)[0]
            elif kind == DETACHED:
                detached = True
                break
            elif kind == EXIT:
                record = json.loads(payload)
                break
        return bytes(output), bytes(errors), record, dropped, detached


def request(state, do, **members):
    """A connection for one request."""
    with Connection(state, timeout=members.pop("timeout", 30)) as connection:
        return connection.request(do, **members)


def process(arguments, terminal=False, **more):
    """runtime-spec's process object for an exec."""
    return {
        "terminal": terminal,
        "user": {"uid": 0, "gid": 0},
        "args": list(arguments),
        "env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
        "cwd": "/",
        **more,
    }


def forget(state, name, control=None):
    """Deletes an exec session that may be gone already, since its end has been told."""
    try:
        control.request("delete-exec", exec=name) if control else request(state, "delete-exec", exec=name)
    except Refused as error:
        if error.code != "notfound":
            raise


def exit_status(record):
    if record is None:
        return 98
    if "exitCode" in record:
        return record["exitCode"]
    if "signal" in record:
        return 128 + record["signal"]
    return 97


# --- the command


class Attached:
    """Copies between a connection and this process's standard streams."""

    def __init__(self, connection, options):
        self.connection, self.options = connection, options
        self.typed = 0 if options.stdin else None
        self.record, self.detached, self.dropped, self.bytes = None, False, 0, {STDOUT: 0, STDERR: 0}
        self.pending = bytearray()

    def take_input(self):
        data = os.read(self.typed, CHUNK)
        if data:
            self.connection.send(STDIN, data)
            return
        self.typed = None
        if self.options.at_end == "end":
            self.connection.send(STDIN_END)
        elif self.options.at_end == "leave":
            raise Ended("left")

    def take_frame(self):
        got = self.connection.receive()
        if got is None:
            raise Ended("no exit was told")
        kind, payload = got
        if kind in self.bytes:
            self.bytes[kind] += len(payload)
            descriptor = 1 if kind == STDOUT else 2
            while payload:
                payload = payload[os.write(descriptor, payload) :]
        elif kind == DROPPED:
            self.dropped += struct.unpack("<Q", payload)[0]
        elif kind == ERROR:
            raise Refused(payload)
        elif kind == DETACHED:
            self.detached = True
        elif kind == EXIT:
            self.record = json.loads(payload)

    def run(self):
        if self.options.stall:
            time.sleep(self.options.stall)
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            while self.record is None and not self.detached:
                wanted = [self.connection] + ([self.typed] if self.typed is not None else [])
                ready, _, _ = select.select(wanted, [], [], self.options.timeout)
                if not ready:
                    raise TimeoutError(f"nothing for {self.options.timeout} s")
                if self.connection in ready:
                    self.take_frame()
                elif ready:
                    self.take_input()
        return 99 if self.detached else exit_status(self.record)


def report(attached, path, code, ended):
    """Whole or not at all."""
    about = {"status": code, "stdout": attached.bytes[STDOUT], "stderr": attached.bytes[STDERR]}
    about |= {"dropped": attached.dropped, "detached": attached.detached, "record": attached.record, "ended": ended}
    with open(path + ".new", "w", encoding="utf-8") as file:
        json.dump(about, file)
    os.rename(path + ".new", path)


def follow(connection, options, members):
    if options.mode:
        members["mode"] = options.mode
    if options.keys:
        members["detachKeys"] = [int(word) for word in options.keys.split(",")]
    connection.attach(stdin=options.stdin, stdout=not options.no_stdout, stderr=not options.no_stderr, **members)
    if options.ready:
        open(options.ready, "w", encoding="utf-8").close()
    attached, ended = Attached(connection, options), ""
    try:
        code = attached.run()
    except (Ended, Refused, TimeoutError) as error:
        code, ended = 1 if isinstance(error, Refused) else 98, str(error)
        print(error, file=sys.stderr)
    if options.report:
        report(attached, options.report, code, ended)
    return code


def attach_command(state, words):
    parser = stream_options()
    parser.add_argument("--start", action="store_true")
    options = parser.parse_args(words)
    members = {"start": True} if options.start else {}
    if options.exec:
        members["exec"] = options.exec
    with Connection(state, options.timeout, options.buffer) as connection:
        return follow(connection, options, members)


def exec_command(state, words):
    parser = stream_options()
    parser.add_argument("--tty", action="store_true")
    parser.add_argument("--process", default="{}", help="JSON that is laid over the process object")
    parser.add_argument("command", nargs="*")
    options = parser.parse_args(words)
    options.exec = options.exec or f"e{os.getpid()}"
    wanted = process(options.command, options.tty, **json.loads(options.process))
    request(state, "exec", exec=options.exec, process=wanted, stdin=options.stdin)
    try:
        with Connection(state, options.timeout, options.buffer) as connection:
            return follow(connection, options, {"exec": options.exec, "start": True})
    finally:
        forget(state, options.exec)


def stream_options():
    parser = argparse.ArgumentParser()
    parser.add_argument("--exec")
    parser.add_argument("--stdin", action="store_true")
    parser.add_argument("--at-end", default="end", choices=("end", "stay", "leave"), help="of this process's own input")
    parser.add_argument("--no-stdout", action="store_true")
    parser.add_argument("--no-stderr", action="store_true")
    parser.add_argument("--keys", help="detach keys: numbers with commas")
    parser.add_argument("--mode", choices=("blocking", "non-blocking"))
    parser.add_argument("--stall", type=float, help="seconds in which nothing is read")
    parser.add_argument("--buffer", type=int, help="bytes of the socket's receive buffer")
    parser.add_argument("--timeout", type=float, default=30)
    parser.add_argument("--ready", help="a file that is made once the attach is granted")
    parser.add_argument("--report", help="a file that gets a JSON object about what came")
    return parser


def raw_command(state, words):
    with Connection(state, 2) as connection:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            for word in words:
                connection.socket.sendall(bytes.fromhex(word))
        for kind, payload in connection.frames():
            print(NAMES[kind], payload.decode(errors="replace"), flush=True)
        print("end")
    return 0


def main(state, do, *words):
    commands = {"attach": attach_command, "run-exec": exec_command, "raw": raw_command}
    if do in commands:
        return commands[do](state, list(words))
    members = json.loads(words[0]) if words else {}
    print(json.dumps(request(state, do, **members)))
    return 0


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    try:
        sys.exit(main(*sys.argv[1:]))
    except (Refused, Ended, OSError) as error:
        print(error if isinstance(error, Refused) else f"{type(error).__name__}: {error}", file=sys.stderr)
        sys.exit(1)
