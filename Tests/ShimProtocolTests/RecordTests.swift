import JSON
import Linux
import OCI
import ShimProtocol
import Testing

@Suite struct RecordTests {
    @Test("SM-31 a record has what is known, in runc's and Docker's terms, and no more")
    func members() {
        var record = ExitRecord(id: "web", phase: "running")
        record.pid = 7
        record.status = WaitStatus(rawValue: 0x8b)
        record.created = 1_000_000_000
        record.started = 1_500_000_000
        record.finished = 2_000_000_001
        record.oomKilled = true
        record.lost = 5
        let text = String(decoding: record.encode(), as: UTF8.self)
        #expect(
            text == #"{"version":1,"id":"web","phase":"running","pid":7,"status":139,"exitCode":139,"signal":11,"#
                + #""coreDumped":true,"oomKilled":true,"created":"1970-01-01T00:00:01Z","started":"1970-01-01T00:00:01.5Z","#
                + #""finished":"1970-01-01T00:00:02.000000001Z","lost":5}"#
        )
    }

    @Test("SM-32 what is not known is absent")
    func unknown() {
        var record = ExitRecord(id: "web", phase: "creating")
        record.error = "no such file"
        let text = String(decoding: record.encode(), as: UTF8.self)
        #expect(
            text == #"{"version":1,"id":"web","phase":"creating","error":"no such file"}"#
        )
        #expect(record.shellCode == 255)
    }

    @Test("SM-31 a record is written and read alike")
    func roundTrip() throws {
        var record = ExitRecord(id: "web", exec: SessionName("e"), phase: "starting")
        record.pid = 9
        record.status = .exited(3)
        record.created = 1_700_000_000_123_456_789
        record.started = 1_700_000_001_000_000_000
        record.finished = 1_700_000_002_100_000_000
        record.error = "a \"word\""
        #expect(try ExitRecord.parse(record.encode()) == record)
    }

    @Test("SM-31 a record of a later version, or none, is an error")
    func later() {
        #expect(throws: RuntimeError.self) { try ExitRecord.parse(Array(#"{"version":2}"#.utf8)) }
        #expect(throws: RuntimeError.self) { try ExitRecord.parse(Array("{".utf8)) }
        #expect(throws: RuntimeError.self) { try ShimStateFile.parse(Array("{}".utf8)) }
    }

    @Test(
        "SM-31 a wait status is a code, or a signal",
        arguments: [(0, 0, nil), (0x300, 3, nil), (9, 137, 9), (0x8b, 139, 11), (0xff00, 255, nil)]
            as [(Int32, Int32, Int32?)]
    )
    func status(raw: Int32, code: Int32, signal: Int32?) {
        let status = WaitStatus(rawValue: raw)
        #expect(status.shellCode == code)
        #expect(status.signal == signal)
    }

    @Test("SM-3 shim.json is written and read alike")
    func state() throws {
        var file = ShimStateFile()
        file.id = "web"
        file.bundle = "/b"
        file.runtime = "/r"
        file.runtimeArguments = ["--root", "/x y"]
        file.phase = "running"
        file.shimPid = 3
        file.shimStart = 4
        file.mountNamespace = "mnt:[1]"
        file.pid = 5
        file.pidStart = 6
        file.cgroup = "0::/c\n"
        file.logPath = "/l"
        file.keeps = true
        file.begun = 500_000_000
        file.created = 1_000_000_000
        file.started = 2_000_000_000
        #expect(try ShimStateFile.parse(file.encode()) == file)
    }
}

@Suite struct DetachKeysTests {
    @Test("SM-44 keys are found over any cut, and what was held back goes on", arguments: [1, 2, 3, 7])
    func cuts(size: Int) throws {
        var keys = DetachKeys([16, 17])
        let input: [UInt8] = [65, 16, 66, 16, 16, 65, 16, 17, 67]
        var passed: [UInt8] = []
        var detached = false
        for start in stride(from: 0, to: input.count, by: size) where !detached {
            let outcome = keys.scan(input[start..<min(start + size, input.count)])
            passed += outcome.bytes
            detached = outcome.isDetached
        }
        #expect(detached)
        #expect(passed == [65, 16, 66, 16, 16, 65])
    }

    @Test("SM-44 keys that begin alike are not missed")
    func overlap() {
        var keys = DetachKeys([1, 1, 2])
        let outcome = keys.scan([1, 1, 1, 2] as [UInt8])
        #expect(outcome.isDetached)
        #expect(outcome.bytes == [1])
    }

    @Test("SM-44 what is held back at the end is not lost")
    func end() {
        var keys = DetachKeys([16, 17])
        #expect(keys.scan([65, 16] as [UInt8]).bytes == [65])
        #expect(keys.end() == [16])
        #expect(keys.end() == [])
        var none = DetachKeys([])
        #expect(none.scan([16, 17] as [UInt8]).bytes == [16, 17])
    }

    @Test("SM-44 keys are written as Docker's are")
    func parsing() {
        #expect(DetachKeys(parsing: "ctrl-p,ctrl-q")?.bytes == [16, 17])
        #expect(
            DetachKeys(parsing: "ctrl-@,ctrl-[,ctrl-\\,ctrl-],ctrl-^,ctrl-_,a,Z")?.bytes == [
                0, 27, 28, 29, 30, 31, 97, 90,
            ]
        )
        for wrong in ["", "ctrl-", "ctrl-1", "ctrl-p,", "ab", "ctrl-P"] { #expect(DetachKeys(parsing: wrong) == nil) }
    }
}
