import Linux
import OCI
import ShimProtocol
import Testing

@testable import shim

/// The program itself, as a caller meets it; nothing here needs root.
@Suite("The shim as a program")
struct ProgramTests {
    private struct Answer {
        var status: Int32
        var output: String
        var error: String
    }

    /// Beside the test bundle, which is mapped into this process.
    private static func executable() throws -> String {
        let maps = try HostFile.readText("/proc/self/maps")
        let line = try #require(maps.split(separator: "\n").first { $0.hasSuffix(".xctest") })
        let start = try #require(line.firstIndex(of: "/"))
        let path = line[start...]
        let slash = try #require(path.lastIndex(of: "/"))
        return path[..<slash] + "/shim"
    }

    private func ask(_ words: [String]) throws -> Answer {
        let result = try Command(Self.executable(), arguments: ["shim"] + words).run(seconds: 30)
        return Answer(
            status: result.status.shellCode,
            output: String(decoding: result.output, as: UTF8.self),
            error: String(decoding: result.error, as: UTF8.self)
        )
    }

    /// A state folder of our own, emptied and removed afterwards.
    private func withFolder(_ body: (String) throws -> Void) throws {
        let path = "/tmp/shim-test-\(UInt64.random(in: 0...UInt64.max))"
        do { _ = try StateFolder.create(path) }
        defer {
            do { try StateFolder.open(path).empty(removing: true) } catch { Issue.record("clean up \(path): \(error)") }
        }
        try body(path)
    }

    private func leave(_ record: ExitRecord, in path: String, as name: String = "exit.json") throws {
        try StateFolder.open(path).replace(name, with: record.encode(), syncs: false)
    }

    @Test("SM-10 Help and version are answers", arguments: [["--help"], ["-h"], ["help"], [], ["--version"], ["-v"]])
    func answers(words: [String]) throws {
        let answer = try ask(words)
        let start = words.first?.contains("v") == true ? "shim version " : "NAME:\n   shim - "
        #expect(answer.status == 0 && answer.error.isEmpty && answer.output.hasPrefix(start))
    }

    @Test("Every verb has help, by flag and by name", arguments: Verb.allCases)
    func help(verb: Verb) throws {
        let answer = try ask([verb.rawValue, "--help"])
        #expect(answer.status == 0 && answer.output.hasPrefix("NAME:\n   shim \(verb.rawValue) - "))
        #expect(try ask(["help", verb.rawValue]).output == answer.output)
    }

    @Test(
        "SM-11 A wrong command line is told on standard error, with where to read on",
        arguments: [
            (["nope"], "shim: there is no verb \"nope\"\nSee 'shim --help'.\n"),
            (["--nope"], "shim: flag provided but not defined: -nope\nSee 'shim --help'.\n"),
            (["wait", "--nope"], "shim: flag provided but not defined: -nope\nSee 'shim help wait'.\n"),
            (["take", "x"], "shim: \"take\" requires exactly 0 argument(s)\nSee 'shim help take'.\n"),
            (["--id", "x", "extra"], "shim: there is no verb \"extra\"\nSee 'shim --help'.\n"),
            (["--id", "x", "wait"], "shim: flags of \"wait\" stand behind it\nSee 'shim help wait'.\n"),
            (["--id", "x"], "shim: --state is needed\n"), (["kill", "NOPE"], "shim: unknown signal \"NOPE\"\n"),
            (["kill", "-s", "HUP", "TERM"], "shim: the signal is given twice\n"),
            (["exec", "--state", "/"], "shim: exec failed: exec args cannot be empty\n"),
            (
                ["exec", "--state", "/", "--user", "root", "ls"],
                "shim: exec failed: --user takes numbers, UID[:GID], since names are the container's own: "
                    + "bad uid in \"root\": want a number from 0 to 4294967294\n"
            ),
        ]
    )
    func usage(words: [String], error: String) throws {
        let answer = try ask(words)
        #expect(answer.status == 1 && answer.output.isEmpty)
        #expect(answer.error == error)
    }

    @Test("SM-12 A wrong command line is told through the descriptor, too")
    func readiness() throws {
        let shell = ["sh", "-c", "\"$0\" --id 'a\"b' --state /s --ready-fd 3 3>&1 >/dev/null", try Self.executable()]
        let result = try Command("/bin/sh", arguments: shell).run(seconds: 30)
        #expect(result.status == .exited(1))
        let line = String(decoding: result.output, as: UTF8.self)
        #expect(line.hasPrefix(#"{"ok":false,"error":"--id \"a\"b\" is no name"#))
        #expect(line.hasSuffix(",\"runtimeLog\":[]}\n") && line.split(separator: "\n").count == 1)
    }

    @Test("SM-34 The record of a shim that has left is waited for no longer than it takes to read it")
    func waitFromFile() throws {
        try withFolder { (path) in
            var record = ExitRecord(id: "x", phase: "running")
            record.status = .signaled(9)
            try leave(record, in: path)
            let answer = try ask(["wait", "--state", path])
            #expect(answer.status == 0 && answer.output == "137\n")
            #expect(
                try ask(["wait", "--json", "--state", path]).output == String(decoding: record.encode(), as: UTF8.self)
                    + "\n"
            )
        }
    }

    @Test("SM-32 A status that nobody knows is no number")
    func unknownStatus() throws {
        try withFolder { (path) in
            var record = ExitRecord(id: "x", phase: "running")
            record.error = "exit status unknown: the shim was killed"
            try leave(record, in: path)
            let answer = try ask(["wait", "--state", path])
            #expect(answer.status == 1 && answer.output.isEmpty)
            #expect(answer.error == "shim: exit status unknown: the shim was killed\n")
            #expect(try ask(["wait", "--json", "--state", path]).status == 0)
        }
    }

    @Test("SM-34 A record is taken once, and the folder is empty then")
    func takeFromFile() throws {
        try withFolder { (path) in
            var record = ExitRecord(id: "x", phase: "running")
            record.status = .exited(3)
            try leave(record, in: path)
            let answer = try ask(["take", "--state", path])
            #expect(answer.status == 0)
            #expect(try ExitRecord.parse(Array(answer.output.utf8)) == record)
            let left = try BorrowedDescriptor.currentDirectory.open(path, [.read, .directory]).entries()
            #expect(left.isEmpty)
            let again = try ask(["take", "--state", path])
            #expect(again.status == 1 && again.error == "shim: no shim answers at \(path)\n")
        }
    }

    @Test("SM-30 A record that cannot be handed over stays")
    func takeToNowhere() throws {
        try withFolder { (path) in
            var record = ExitRecord(id: "x", phase: "running")
            record.status = .exited(0)
            try leave(record, in: path)
            let shell = ["sh", "-c", "\"$0\" take --state \"$1\" >/dev/full", try Self.executable(), path]
            #expect(try Command("/bin/sh", arguments: shell).run(seconds: 30).status == .exited(1))
            #expect(try ask(["take", "--state", path]).status == 0)
        }
    }

    @Test("SM-2 The record of a folder that somebody holds is not taken behind its back")
    func locked() throws {
        try withFolder { (path) in
            var record = ExitRecord(id: "x", phase: "running")
            record.status = .exited(0)
            try leave(record, in: path)
            var folder = try StateFolder.open(path)
            let isMine = try folder.takeLock()
            #expect(isMine)
            let answer = try ask(["take", "--state", path])
            #expect(answer.status == 1 && answer.error == "shim: no shim answers at \(path)\n")
            #expect(try folder.readRecord() == record)
        }
    }

    @Test("SM-61 What a killed shim has left is named as that")
    func killed() throws {
        try withFolder { (path) in
            var state = ShimStateFile()
            state.id = "x"
            try StateFolder.open(path).replace("shim.json", with: state.encode(), syncs: false)
            // The lock file of a shim is there, and free.
            var folder = try StateFolder.open(path)
            let isMine = try folder.takeLock(making: true)
            #expect(isMine)
            #expect(try ask(["kill", "--state", path]).error == "shim: no shim answers at \(path)\n")
            _ = consume folder
            for verb in [Verb.wait, .take, .kill, .state, .attach, .start, .stats, .pause, .shutdown] {
                let answer = try ask([verb.rawValue, "--state", path])
                #expect(answer.status != 0)
                #expect(
                    answer.error == "shim: the shim of \(path) was killed: 'shim recover' finds out what can be known\n"
                )
            }
        }
    }

    @Test("SM-73 A shim that has left its record behind is named as that")
    func hasLeft() throws {
        try withFolder { (path) in
            try leave(ExitRecord(id: "x", phase: "running"), in: path)
            let answer = try ask(["kill", "--state", path])
            #expect(answer.status == 1 && answer.error.contains("'shim take' gives the record"))
        }
    }

    @Test("SM-73 Where the record was taken the log has to be named")
    func takenLog() throws {
        try withFolder { (path) in
            let answer = try ask(["logs", "--state", path])
            #expect(answer.status == 1 && answer.error.contains("the record was taken"))
            #expect(answer.error.contains("--log FILE"))
            var state = ShimStateFile()
            state.id = "x"
            try StateFolder.open(path).replace("shim.json", with: state.encode(), syncs: false)
            #expect(try ask(["logs", "--state", path]).error == "shim: the container of \(path) has no log\n")
        }
    }

    @Test("attach and exec fail with 255, the others with 1", arguments: Verb.allCases)
    func failures(verb: Verb) throws {
        let operands: [Verb: [String]] = [
            .exec: ["ls"], .resize: ["1", "2"], .deleteExec: ["e"], .update: ["/dev/null"], .completion: ["tcsh"],
        ]
        if verb == .man { return }
        let words = [verb.rawValue] + (verb == .completion ? [] : ["--state", "/nonexistent/x"])
        let answer = try ask(words + (operands[verb] ?? []))
        #expect(answer.status == (verb == .attach || verb == .exec ? 255 : 1))
        #expect(answer.output.isEmpty && answer.error.hasPrefix("shim: "))
    }
}
