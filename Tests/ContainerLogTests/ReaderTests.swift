import Linux
import OCI
import Testing

@testable import ContainerLog

@Suite("Reading")
struct ReaderTests {
    /// `counts` records a file, oldest file first, numbered through; record N has the time N seconds.
    private func fill(_ folder: borrowing LogFolder, _ counts: [Int], packed: Set<Int> = []) throws {
        var number = 0
        for (index, count) in counts.enumerated() {
            let suffix = index == counts.count - 1 ? "" : ".\(counts.count - 1 - index)"
            try folder.write((0..<count).map { numbered(number + $0) }.joined(), suffix)
            number += count
            if packed.contains(index) { _ = try Command("/bin/gzip", arguments: ["gzip", folder.log + suffix]).run() }
        }
    }

    private func numbered(_ number: Int) -> String {
        record("\(number)\\n", number % 2 == 0 ? "stdout" : "stderr", UInt64(number) * 1_000_000_000)
    }

    private func numbers(_ path: String, _ change: (inout LogQuery) -> Void = { _ in }) throws -> [Int] {
        var query = LogQuery()
        change(&query)
        return texts(try read(path, query)).map { Int($0.dropLast()) ?? -1 }
    }

    @Test("LG-50: all files, compressed or not, oldest first", arguments: [[], [0], [0, 1], [1]] as [Set<Int>])
    func all(packed: Set<Int>) throws {
        let folder = try LogFolder()
        try fill(folder, [10, 20, 5], packed: packed)
        #expect(try numbers(folder.log) == Array(0..<35))
    }

    @Test("LG-51: the last N over the files", arguments: [0, 1, 4, 5, 6, 24, 25, 26, 34, 35, 36, 1000])
    func tail(count: Int) throws {
        for packed in [[], [0], [0, 1]] as [Set<Int>] {
            let folder = try LogFolder()
            try fill(folder, [10, 20, 5], packed: packed)
            #expect(try numbers(folder.log) { $0.tail = count } == Array(0..<35).suffix(count))
        }
    }

    @Test("LG-51: the last N of a large file are found from its end, block by block")
    func tailOfLarge() throws {
        let folder = try LogFolder()
        let total = 20000
        try fill(folder, [total])
        for count in [1, 700, 800, 5000, total - 1, total, total + 1] {
            #expect(try numbers(folder.log) { $0.tail = count } == Array(0..<total).suffix(count))
        }
        // What is in front of the last block is not looked at, so it may be no text at all.
        let sparse = try LogFolder()
        try BorrowedDescriptor.currentDirectory.open(sparse.log, [.write, .create], mode: 0o600).resize(to: 1 << 40)
        try sparse.write("\n" + numbered(1) + numbered(2))
        #expect(try numbers(sparse.log) { $0.tail = 2 } == [1, 2])
    }

    @Test("LG-51: an empty file, a missing one, and files without the current one")
    func edges() throws {
        let folder = try LogFolder()
        #expect(try numbers(folder.log).isEmpty)
        try folder.write(numbered(1), ".1")
        #expect(try numbers(folder.log) == [1])
        try folder.write("")
        #expect(try numbers(folder.log) == [1])
        #expect(try numbers(folder.log) { $0.tail = 3 } == [1])
    }

    @Test("LG-52: since is inclusive, until too", arguments: [0, 1, 9, 10, 11, 29, 30, 34, 35])
    func times(second: Int) throws {
        let folder = try LogFolder()
        try fill(folder, [10, 20, 5], packed: [0])
        let moment = Timestamp(nanoseconds: UInt64(second) * 1_000_000_000)
        let before = Timestamp(nanoseconds: moment.nanoseconds - min(1, moment.nanoseconds))
        #expect(try numbers(folder.log) { $0.since = moment } == Array(second..<35))
        #expect(try numbers(folder.log) { $0.until = moment } == Array(0..<min(35, second + 1)))
        #expect(try numbers(folder.log) { $0.until = before } == Array(0..<max(second, second == 0 ? 1 : 0)))
        #expect(
            try numbers(folder.log) {
                $0.tail = 7; $0.since = moment
            } == Array(max(28, second)..<35)
        )
    }

    @Test("LG-52: a rotated file that ended before `since` is not read")
    func skipped() throws {
        let folder = try LogFolder()
        try folder.write("no record\n", ".1")
        try folder.write(numbered(1))
        var query = LogQuery()
        // The file was written in the past of this.
        query.since = Timestamp(nanoseconds: Timestamp.now().nanoseconds + 60_000_000_000)
        let reader = try LogReader(path: folder.log, query: query)
        var found = LogRecord()
        #expect(try reader.next(into: &found) == .end)
        #expect(reader.broken == 0)
    }

    @Test("LG-53: one stream")
    func streams() throws {
        let folder = try LogFolder()
        try fill(folder, [10])
        #expect(try numbers(folder.log) { $0.stderr = false } == [0, 2, 4, 6, 8])
        #expect(try numbers(folder.log) { $0.stdout = false } == [1, 3, 5, 7, 9])
    }

    @Test("LG-54: a broken line is skipped and counted, a torn last one is no line yet")
    func broken() throws {
        let folder = try LogFolder()
        let long = String(repeating: "x", count: 3 << 20)
        try folder.write(numbered(0) + "{\"log\":\"half\n\n" + long + "\n" + numbered(1) + "\0\0\n" + "{\"log\":\"torn")
        let reader = try LogReader(path: folder.log, query: LogQuery())
        var found: [String] = []
        var record = LogRecord()
        while try reader.next(into: &record) == .record { found += texts([record]) }
        #expect(found == ["0\n", "1\n"])
        #expect(reader.broken == 4)
    }

    @Test("LG-54: a torn compressed file gives what is whole")
    func tornGzip() throws {
        let folder = try LogFolder()
        try fill(folder, [20000, 1], packed: [0])
        let path = folder.log + ".1.gz"
        let size = try BorrowedDescriptor.currentDirectory.status(of: path).size
        try BorrowedDescriptor.currentDirectory.open(path, .write).resize(to: size / 2)
        let found = try numbers(folder.log)
        #expect(found.count > 1000 && found.count < 19000)
        #expect(found == Array(0..<found.count - 1) + [20000])
    }

    @Test(
        "LG-55: records of other writers",
        arguments: [
            "{\"log\":\"a\\n\",\"stream\":\"stdout\",\"attrs\":{\"x\":[1,{\"y\":null}]},\"time\":\"1970-01-01T00:00:01Z\"}",
            " { \"time\" : \"1970-01-01T01:00:01.000+01:00\", \"stream\":\"stdout\" , \"log\":\"\\u0061\\n\" } ",
            "{\"log\":\"a\\u000a\",\"stream\":\"stdout\",\"time\":\"1970-01-01T00:00:01.0000000001Z\"}",
            "{\"log\":\"\\u0061\\n\",\"stream\":\"stdout\",\"time\":\"1969-12-31T23:00:01-01:00\"}",
        ]
    )
    func others(line: String) {
        var record = LogRecord()
        #expect(RecordDecoder.decode(Array(line.utf8).span, into: &record))
        #expect(
            record == LogRecord(stream: .stdout, time: Timestamp(nanoseconds: 1_000_000_000), bytes: Array("a\n".utf8))
        )
    }

    @Test("LG-55: surrogate pairs, every escape, an empty log")
    func escapes() {
        let rest = ",\"stream\":\"stderr\",\"time\":\"2026-11-24T18:25:58Z\"}"
        var record = LogRecord()
        #expect(
            RecordDecoder.decode(
                Array(("{\"log\":\"\\ud83d\\ude00\\/\\b\\f\\n\\r\\t\\\"\\\\\"" + rest).utf8).span,
                into: &record
            )
        )
        #expect(record.bytes == Array("😀/\u{8}\u{c}\n\r\t\"\\".utf8) && record.stream == .stderr)
        #expect(RecordDecoder.decode(Array(("{" + rest.dropFirst()).utf8).span, into: &record))
        #expect(record.bytes.isEmpty)
    }

    @Test(
        "LG-55: what is no record",
        arguments: [
            "", "{}", "[]", "null", "{\"log\":\"a\"}", "{\"log\":\"a\",\"stream\":\"stdout\",\"time\":\"yesterday\"}",
            "{\"log\":\"a\",\"stream\":\"stdin\",\"time\":\"2026-11-24T18:25:58Z\"}",
            "{\"log\":\"a\",\"stream\":\"stdout\",\"time\":\"2026-11-24T18:25:58Z\"}x",
            "{\"log\":\"a\\x\",\"stream\":\"stdout\",\"time\":\"2026-11-24T18:25:58Z\"}",
            "{\"log\":\"\\ud83d\",\"stream\":\"stdout\",\"time\":\"2026-11-24T18:25:58Z\"}",
            "{\"log\":1,\"stream\":\"stdout\",\"time\":\"2026-11-24T18:25:58Z\"}",
            "{\"log\":\"a\",\"stream\":\"stdout\",\"time\":\"2026-02-29T18:25:58Z\"}",
            "{\"log\":\"a\",\"stream\":\"stdout\",\"time\":\"2026-11-24T24:25:58Z\"}",
            "{\"log\":\"a\",\"stream\":\"stdout\",\"time\":\"2026-11-24T18:25:58.Z\"}",
            "{\"log\":\"a\",\"stream\":\"stdout\",\"time\":\"2026-11-24T18:25:58\"}",
        ]
    )
    func refused(line: String) {
        var record = LogRecord()
        #expect(!RecordDecoder.decode(Array(line.utf8).span, into: &record))
    }

    @Test("LG-55: bytes that are no UTF-8 are no record")
    func noUTF8() {
        let line =
            Array("{\"log\":\"".utf8) + [0xff]
            + Array("\",\"stream\":\"stdout\",\"time\":\"2026-11-24T18:25:58Z\"}".utf8)
        var record = LogRecord()
        #expect(!RecordDecoder.decode(line.span, into: &record))
    }
}
