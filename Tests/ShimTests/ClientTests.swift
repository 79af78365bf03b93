import CommandLine
import JSON
import Linux
import OCI
import ShimProtocol
import Testing

@testable import shim

@Suite("Client verbs")
struct ClientTests {
    private func call(_ verb: Verb, _ words: [String]) throws -> Call {
        let line = try verb.command.parser.parse(words)
        return Call(values: line.values, operands: line.operands)
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
        let call = try call(.exec, ["--detach-keys", text])
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
