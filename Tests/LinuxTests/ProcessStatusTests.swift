import Testing

@testable import Linux

@Suite("The line of /proc/PID/stat")
struct ProcessStatusTests {
    private static let rest = " 1 42 42 0 -1 4194560 100 0 0 0 1 2 0 0 20 0 1 0 123456 10000 200"

    @Test("ST-3: a name may hold what parts the fields", arguments: ["sh", "a b", "a) S 1 (b", ")", ""])
    func name(name: String) throws {
        let status = try #require(ProcessStatus(stat: "42 (\(name)) Z\(Self.rest)"))
        #expect(status.state == "Z")
        #expect(status.startTime == 123_456)
        #expect(!status.isAlive)
    }

    @Test("ST-3: what is not such a line is none", arguments: ["", "42", "42 (sh)", "42 (sh) S 1 2"])
    func bad(text: String) {
        #expect(ProcessStatus(stat: text) == nil)
    }

    @Test("ST-3: this process is alive, and the same when asked again")
    func own() throws {
        let first = try #require(try ProcessStatus.of(ThisProcess.pid))
        #expect(first.isAlive)
        #expect(try ProcessStatus.of(ThisProcess.pid)?.startTime == first.startTime)
        #expect(try ProcessStatus.of(Int32.max) == nil)
    }
}
