import OCI
import RuntimeCore
import Testing

@Suite("The process's environment")
struct EnvironmentTests {
    @Test("PR-5: of a name that is listed several times the last value is kept, in its place")
    func duplicates() throws {
        let environment = try Environment(["A=1", "B=2", "A=3", "C=4", "A=5"])
        #expect(environment.entries == ["B=2", "C=4", "A=5"])
    }

    @Test("PR-5: a value is passed byte by byte", arguments: ["A=x\ny", "A==", "A=", "A=\u{e9}", "é=1"])
    func values(entry: String) throws {
        #expect(try Environment([entry]).entries == [entry])
    }

    @Test("PR-5: names are bytes: two spellings of one letter are two names")
    func bytes() throws {
        #expect(try Environment(["\u{e9}=1", "e\u{301}=2"]).entries.count == 2)
    }

    @Test(
        "PR-5: what is no variable is an error",
        arguments: [
            ("A", "invalid environment variable: missing '='"),
            ("", "invalid environment variable: missing '='"),
            ("=A", "invalid environment variable: name cannot be empty"),
            ("A=\0", "invalid environment variable \"A\": contains nul byte (\\x00)"),
        ]
    )
    func refused(entry: String, text: String) {
        do {
            _ = try Environment(["B=1", entry])
            Issue.record("accepted")
        } catch {
            #expect(error.description == text)
        }
    }

    @Test("PR-6: HOME is found when it is missing or empty, and kept when it is set")
    func home() throws {
        var environment = try Environment(["HOME=", "A=1"])
        #expect(!environment.hasHome)
        environment.setHome("/root")
        #expect(environment.entries == ["A=1", "HOME=/root"])
        #expect(try Environment(["HOME=/x"]).hasHome)
        #expect(try !Environment(["HOME=/x", "HOME="]).hasHome)
    }

    @Test("PR-7: the last PATH is the one that is searched")
    func path() throws {
        #expect(try Environment(["PATH=/a", "PATH=/b"]).searchPath == "/b")
        #expect(try Environment(["PATHS=/a"]).searchPath == nil)
    }
}
