import CommandLine
import ContainerLog
import JSON
import Linux
import OCI
import ShimProtocol
import Testing

@testable import shim

@Suite("Client verbs")
struct ClientTests {
    private func call(_ verb: Verb, _ words: [String]) throws -> Call {
        let invocation = Shim.invocation([verb.rawValue] + words, calledAs: "shim")
        guard case .perform(_, let line) = invocation else { throw UsageError("\(invocation)") }
        return Call(values: line.values, operands: line.operands)
    }

    @Test("SM-72 Short flags stand together as for Docker")
    func joined() throws {
        let exec = try call(.exec, ["-itu1", "-eA=1", "sh", "-it"])
        #expect(exec.values.isOn(.interactive) && exec.values.isOn(.tty))
        #expect(exec.values.text(.user) == "1" && exec.values.list(.env) == ["A=1"] && exec.operands == ["sh", "-it"])
        let logs = try call(.logs, ["-tfn", "2"])
        #expect(logs.values.isOn(.timestamps) && logs.values.isOn(.follow) && logs.values.text(.tail) == "2")
        #expect(try call(.kill, ["-s", "HUP"]).values.text(.signal) == "HUP")
    }

    @Test("SM-24 The mode is a word of the protocol's", arguments: [Verb.attach, .exec])
    func mode(verb: Verb) throws {
        let operands = verb == .exec ? ["ls"] : []
        #expect(try Attachment(try call(verb, operands), isTerminal: false).mode == .blocking)
        let lossy = try call(verb, ["--mode", "non-blocking"] + operands)
        #expect(try Attachment(lossy, isTerminal: true).mode == .nonBlocking)
        let other = try call(verb, ["--mode", "sometimes", "--detach-keys", "a"] + operands)
        #expect(throws: RuntimeError(.usage, "--mode \"sometimes\": blocking or non-blocking")) {
            try Attachment(other, isTerminal: true)
        }
    }

    @Test("SM-44 The state folder is needed and becomes absolute")
    func state() throws {
        #expect(try call(.wait, ["--state", "/run/x/../y"]).state() == "/run/y")
        #expect(throws: RuntimeError(.usage, "--state is needed: the shim's folder")) { try call(.wait, []).state() }
    }

    @Test("SM-44 An exec session has a name that can be a file", arguments: ["", ".x", "a/b", "ä"])
    func badSession(name: String) throws {
        let call = try call(.wait, ["--exec", name])
        #expect(throws: RuntimeError.self) { try call.session() }
    }

    @Test("SM-44 Without --exec it is the container")
    func session() throws {
        #expect(try call(.kill, []).session() == nil)
        #expect(try call(.kill, ["--exec", "e-1"]).session()?.description == "e-1")
    }

    @Test(
        "SM-44 Detach keys are written as for Docker",
        arguments: [
            ("ctrl-p,ctrl-q", [0x10, 0x11] as [UInt8]), ("a", [0x61]), ("ctrl-@,ctrl-[,ctrl-_", [0, 0x1b, 0x1f]),
            ("ctrl-a,x,Y", [1, 0x78, 0x59]),
        ]
    )
    func detachKeys(text: String, bytes: [UInt8]) throws {
        let call = try call(.attach, ["--detach-keys", text])
        #expect(try Attachment(call, isTerminal: true).detachKeys == bytes)
        #expect(try Attachment(call, isTerminal: false).detachKeys == bytes)
    }

    @Test("SM-44 What are no keys is refused", arguments: ["ctrl-", "ctrl-pp", "a,,b", "ctrl-p,", "ctrl-1"])
    func badKeys(text: String) throws {
        let call = try call(.exec, ["--detach-keys", text, "ls"])
        #expect(throws: RuntimeError.self) { try Attachment(call, isTerminal: true) }
    }

    @Test("SM-44 Keys that were typed to detach are no input, also at its end")
    func typedKeys() {
        var keys = DetachKeys([0x10, 0x11])
        #expect(keys.scan([0x61, 0x10]).bytes == [0x61])
        #expect(keys.scan([0x11]).isDetached)
        #expect(keys.end().isEmpty)
    }

    @Test("SM-44 A stream is not looked through for keys that nobody asked for")
    func noKeys() throws {
        #expect(try Attachment(try call(.attach, []), isTerminal: false).detachKeys.isEmpty)
    }

    @Test("SM-31 attach and exec return what the process returned, and 255 where nobody knows")
    func exitCodes() {
        var record = ExitRecord(id: "x", phase: "running")
        #expect(ExitCode.of(.exit(record)) == 255)
        record.status = .exited(7)
        #expect(ExitCode.of(.exit(record)) == 7)
        record.status = .signaled(9)
        #expect(ExitCode.of(.exit(record)) == 137)
        #expect(ExitCode.of(.detached) == 0)
        #expect(ExitCode.of(.signal(.terminate)) == 143)
    }
}

@Suite("What the runtime says of a program that it could not start")
struct ExecFailureTests {
    @Test(
        "SM-71 127 for one that is not there, 126 for one that can't be executed",
        arguments: [
            ("exec failed: unable to start container process: exec: \"ls\": executable file not found in $PATH", 127),
            ("exec failed: unable to start container process: exec: \"ls\": stat ls: no such file or directory", 127),
            ("executable file `ls` not found in $PATH: No such file or directory", 127),
            ("exec failed: unable to start container process: exec: \"ls\": permission denied", 126),
            ("exec failed: unable to start container process: exec: \"ls\": is a directory", 126),
            ("open executable: Permission denied", 126), ("open `ls`: Permission denied", 126),
            ("open executable: Operation not permitted", 126),
            ("exec failed: unable to start container process: exec ls: exec format error", 126),
            ("exec failed: unable to start container process: exec ls: no such file or directory", 127),
        ] as [(String, Int32)]
    )
    func codes(message: String, code: Int32) {
        #expect(ExitCode.of(RuntimeError(.kernel, message), running: "ls") == code)
    }

    @Test(
        "SM-71 What is not about the program has no code",
        arguments: [
            RuntimeError(.kernel, "chdir to cwd (\"/nope\") set in config.json failed: no such file or directory"),
            RuntimeError(.kernel, "exec failed: exec lsof: exec format error"), RuntimeError(.kernel, ""),
            RuntimeError(.kernel, "run \"ls\"", errno: .noEntry), RuntimeError(.kernel, "64 connections are the limit"),
            RuntimeError(.wrongState, "exec \"ls\": no such file or directory"),
        ]
    )
    func others(error: RuntimeError) { #expect(ExitCode.of(error, running: "ls") == nil) }
}

@Suite("Times of the log")
struct LogTimeTests {
    @Test(
        "SM-72 A moment may be cut after the day, the hour or the minute, and is UTC without a zone",
        arguments: [
            ("2026-11-24", "2026-11-24T00:00:00Z"), ("2026-11-24Z", "2026-11-24T00:00:00Z"),
            ("2026-11-24+02:00", "2026-11-23T22:00:00Z"), ("2026-11-24T18", "2026-11-24T18:00:00Z"),
            ("2026-11-24T18:25", "2026-11-24T18:25:00Z"), ("2026-11-24T18:25-01:30", "2026-11-24T19:55:00Z"),
            ("2026-11-24T18:25Z", "2026-11-24T18:25:00Z"), ("2026-11-24T18:25:58", "2026-11-24T18:25:58Z"),
            ("2026-11-24T18:25:58.5", "2026-11-24T18:25:58.5Z"), ("2026-11-24T18:25:58.5Z", "2026-11-24T18:25:58.5Z"),
            ("1000000000", "2001-09-09T01:46:40Z"), ("1000000000.25", "2001-09-09T01:46:40.25Z"),
        ]
    )
    func moments(text: String, full: String) {
        #expect(LogQuery.time(text, 0)?.rfc3339Nano == full)
    }

    @Test("SM-72 A span is counted back from now")
    func spans() {
        #expect(LogQuery.time("10m", 700_000_000_000)?.nanoseconds == 100_000_000_000)
        #expect(LogQuery.time("10m", 1) == nil)
    }

    @Test(
        "SM-72 What is no moment is none",
        arguments: [
            "", "Z", "yesterday", "2026-11", "2026-11-24T", "2026-11-24T1", "2026-02-30", "2026-11-24T25",
            "2026-11-24 18:25", "2026-11-24T18:25ZZ", "2026-11-24T18:25+1:00", "+02:00", "ä026-11-24",
        ]
    )
    func none(text: String) { #expect(LogQuery.time(text, 700_000_000_000) == nil) }
}

@Suite("The process of an exec session")
struct ExecProcessTests {
    private static let config = Array(
        """
        {"ociVersion":"1.0.2","process":{"terminal":true,"consoleSize":{"height":1,"width":2},
        "user":{"uid":3,"gid":4,"umask":18,"additionalGids":[9]},"args":["old"],"env":["A=1"],"cwd":"/old",
        "noNewPrivileges":true,"x-later":{"a":[1,2.5]}},"root":{"path":"rootfs"}}
        """.utf8
    )

    private func text(_ process: ExecProcess) throws -> String {
        String(decoding: try process.text(config: Self.config), as: UTF8.self)
    }

    @Test("SM-44 It is config.json's, with its own arguments and no terminal")
    func plain() throws {
        let text = try text(ExecProcess(args: ["ls", "-l"]))
        let process = try Process.parse(Array(text.utf8))
        #expect(process.args == ["ls", "-l"] && process.env == ["A=1"] && process.cwd == "/old")
        #expect(!process.terminal && process.consoleSize == nil && process.noNewPrivileges)
        #expect(process.user.uid == 3 && process.user.gid == 4 && process.user.additionalGids == [9])
        #expect(text.contains(#""x-later":{"a":[1,2.5]}"#))
    }

    @Test("SM-44 The flags change their members and no other")
    func flags() throws {
        var change = ExecProcess(args: ["sh"])
        change.cwd = "/new"
        change.env = ["B=2", "A=3"]
        change.user = UserIdentity(uid: 7)
        change.terminal = true
        change.size = WindowSize(rows: 30, columns: 90)
        let process = try Process.parse(Array(try text(change).utf8))
        #expect(process.cwd == "/new" && process.env == ["A=1", "B=2", "A=3"])
        #expect(process.user.uid == 7 && process.user.gid == 4 && process.user.umask == 18)
        #expect(process.user.additionalGids == [9])
        #expect(process.terminal && process.consoleSize == Process.ConsoleSize(height: 30, width: 90))
        change.user = UserIdentity(uid: 7, gid: 8)
        #expect(try Process.parse(Array(try text(change).utf8)).user.gid == 8)
    }

    @Test(
        "SM-44 A configuration without a process, or none at all, is an error",
        arguments: ["{}", "", "{\"process\":1}"]
    )
    func broken(config: String) {
        #expect(throws: RuntimeError.self) { try ExecProcess(args: ["x"]).text(config: Array(config.utf8)) }
    }
}
