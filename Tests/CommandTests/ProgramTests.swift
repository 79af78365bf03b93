import CommandLine
import Linux
import Testing

@testable import runc_swift

/// The program itself, as a caller meets it; nothing here needs root.
@Suite("Program")
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
        return path[..<slash] + "/runc-swift"
    }

    private func ask(_ words: String...) throws -> Answer {
        let path = try Self.executable()
        let result = try Linux.Command(path, arguments: ["runc"] + words).run(seconds: 30)
        return Answer(
            status: result.status.shellCode,
            output: String(decoding: result.output, as: UTF8.self),
            error: String(decoding: result.error, as: UTF8.self)
        )
    }

    /// A folder of our own, removed afterwards with the files that the test names.
    private func withFolder(_ files: [String], _ body: (String) throws -> Void) throws {
        let folder = "/tmp/runc-swift-test-\(UInt64.random(in: 0...UInt64.max))"
        try HostFile.makeDirectory(folder, mode: 0o700)
        defer {
            do {
                let descriptor = try BorrowedDescriptor.currentDirectory.open(folder, [.path, .directory])
                for file in files { try descriptor.unlink(file) }
                try HostFile.removeDirectory(folder)
            } catch { Issue.record("clean up \(folder): \(error)") }
        }
        try body(folder)
    }

    @Test("Version and help are answers", arguments: ["--version", "-v", "--help", "-h", "help"])
    func answers(flag: String) throws {
        let answer = try ask(flag)
        #expect(answer.status == 0 && answer.error.isEmpty)
        #expect(answer.output.hasPrefix(flag.contains("v") ? "runc version " : "NAME:\n   runc - "))
    }

    @Test("Every verb has help, by flag and by name", arguments: Verb.allCases)
    func help(verb: Verb) throws {
        let answer = try ask(verb.rawValue, "--help")
        #expect(answer.status == 0 && answer.output.hasPrefix("NAME:\n   runc \(verb.rawValue) - "))
        #expect(try ask("help", verb.rawValue).output == answer.output)
    }

    @Test("An unknown verb has status 3")
    func unknownVerb() throws {
        let answer = try ask("foo", "-h")
        #expect(answer.status == 3 && answer.output.isEmpty)
        #expect(answer.error.contains("level=error msg=\"No help topic for 'foo'\""))
    }

    @Test("A wrong count of operands is told with the help", arguments: ["state", "exec", "ps"])
    func wrongCount(verb: String) throws {
        let answer = try ask(verb)
        #expect(answer.status == 1)
        #expect(answer.output.hasPrefix("Incorrect Usage.\n\nNAME:\n   runc \(verb) - "))
        let wanted = verb == "state" ? "exactly 1" : "a minimum of 1"
        #expect(answer.error.contains(#"msg="runc: \"\#(verb)\" requires \#(wanted) argument(s)""#))
    }

    @Test("An unknown flag is told with the help")
    func unknownFlag() throws {
        let answer = try ask("state", "--bogus", "id")
        #expect(answer.status == 1)
        #expect(answer.output.hasPrefix("Incorrect Usage: flag provided but not defined: -bogus\n\nNAME:\n"))
    }

    @Test("With a log file the error is a line of JSON there, and bare on standard error")
    func logFile() throws {
        try withFolder(["log"]) { (folder) in
            let words = ["--root", folder, "--log", "\(folder)/log", "--log-format", "json"]
            let answer = try ask(words[0], words[1], words[2], words[3], words[4], words[5], "state", "none")
            #expect(answer.status == 1 && answer.output.isEmpty)
            #expect(answer.error == "container does not exist\n")
            let log = try HostFile.readText("\(folder)/log")
            #expect(log.hasPrefix("{\"level\":\"error\",\"msg\":\"container does not exist\",\"time\":\""))
        }
    }

    @Test("A failed list of a given root is an error, its content is not invented")
    func missingRoot() throws {
        #expect(try ask("--root", "/nonexistent/runc-swift", "list").status == 1)
    }

    @Test("delete --force knows no missing container, delete does")
    func deleteMissing() throws {
        try withFolder([]) { (folder) in
            let forced = try ask("--root", folder, "delete", "--force", "none")
            let plain = try ask("--root", folder, "delete", "none")
            #expect(forced.status == 0 && plain.status == 1)
        }
    }

    @Test("spec writes a file once")
    func spec() throws {
        try withFolder(["config.json"]) { (folder) in
            let first = try ask("spec", "-b", folder)
            #expect(first.status == 0)
            let written = try HostFile.read("\(folder)/config.json")
            let again = try ask("spec", "--bundle", folder)
            #expect(again.status == 1 && again.error.contains("File config.json exists. Remove it first"))
            let untouched = try HostFile.read("\(folder)/config.json")
            #expect(untouched == written)
        }
    }

    @Test("What a later version does is refused by name", arguments: ["checkpoint", "restore"])
    func refused(verb: String) throws {
        let answer = try ask(verb, "id")
        #expect(answer.status == 1 && answer.error.contains("\(verb) is not supported by this version"))
    }

    @Test("Output that cannot be written is an error")
    func fullDevice() throws {
        let path = try Self.executable()
        let shell = Linux.Command("/bin/sh", arguments: ["sh", "-c", "\"$0\" features >/dev/full", path])
        let result = try shell.run(seconds: 30)
        #expect(result.status == .exited(1))
        #expect(String(decoding: result.error, as: UTF8.self).contains("no space left on device"))
    }
}
