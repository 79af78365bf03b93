import Glibc
import Linux
import OCI
import Testing

@testable import ContainerLog

@Suite("Following")
struct FollowTests {
    private func follow(_ path: String, _ change: (inout LogQuery) -> Void = { _ in }) throws -> LogReader {
        var query = LogQuery()
        query.follow = true
        change(&query)
        return try LogReader(path: path, query: query)
    }

    /// Everything up to the next `wait` or the end.
    private func available(_ reader: LogReader) throws -> [String] {
        var found: [String] = []
        var record = LogRecord()
        while try reader.next(into: &record) == .record { found += texts([record]) }
        return found
    }

    @Test("LG-60: what is written is told, and nothing else wakes the reader")
    func wakes() throws {
        let folder = try LogFolder()
        var writer = try LogWriter(path: folder.log, options: .with())
        var buffer = try StreamBuffer()
        buffer.feed("one\n", to: &writer)
        let reader = try follow(folder.log)
        #expect(try available(reader) == ["one\n"])
        #expect(try !reader.wait(milliseconds: 20))
        buffer.feed("two\n", to: &writer)
        #expect(try reader.wait(milliseconds: 10000))
        #expect(try available(reader) == ["two\n"])
        #expect(try !reader.wait(milliseconds: 20))
        reader.stopFollowing()
        buffer.feed("three\n", to: &writer)
        #expect(try available(reader) == ["three\n"])
        var record = LogRecord()
        #expect(try reader.next(into: &record) == .end)
    }

    @Test("LG-60: tail 0 tells only what is new; a torn line is told when it is whole")
    func torn() throws {
        let folder = try LogFolder()
        let line = record("torn\\n")
        try folder.write(record("old\\n") + line.prefix(20))
        let reader = try follow(folder.log) { $0.tail = 0 }
        #expect(try available(reader).isEmpty)
        try folder.write(String(line.dropFirst(20)) + record("new\\n"))
        #expect(try reader.wait(milliseconds: 10000))
        #expect(try available(reader) == ["torn\n", "new\n"])
    }

    @Test("LG-61: a log that is not there yet is waited for")
    func notYet() throws {
        let folder = try LogFolder()
        let reader = try follow(folder.log)
        #expect(try available(reader).isEmpty)
        try folder.write(record("one\\n"))
        #expect(try reader.wait(milliseconds: 10000))
        #expect(try available(reader) == ["one\n"])
    }

    @Test("LG-62: several rotations at once are followed in order", arguments: [1, 2, 3, 4])
    func rotations(count: Int) throws {
        let folder = try LogFolder()
        var writer = try LogWriter(path: folder.log, options: .with(maxSize: 1, maxFile: 5))
        var buffer = try StreamBuffer()
        buffer.feed("0\n", to: &writer)
        let reader = try follow(folder.log)
        #expect(try available(reader) == ["0\n"])
        buffer.feed((1...count).map { "\($0)\n" }.joined(), to: &writer)
        #expect(try reader.wait(milliseconds: 10000))
        #expect(try available(reader) == (1...count).map { "\($0)\n" })
        #expect(reader.gaps == 0)
    }

    @Test("LG-62: a reader that was overtaken goes on with the oldest file, and says so")
    func overtaken() throws {
        let folder = try LogFolder()
        var writer = try LogWriter(path: folder.log, options: .with(maxSize: 1, maxFile: 3))
        var buffer = try StreamBuffer()
        buffer.feed("0\n", to: &writer)
        let reader = try follow(folder.log)
        #expect(try available(reader) == ["0\n"])
        buffer.feed("1\n2\n3\n4\n5\n", to: &writer)
        #expect(try available(reader) == ["3\n", "4\n", "5\n"])
        #expect(reader.gaps == 1)
    }

    @Test("LG-63: one file that is replaced, cut, or moved away and made again")
    func oneFile() throws {
        let folder = try LogFolder()
        var writer = try LogWriter(path: folder.log, options: .with(maxSize: 1, maxFile: 1))
        var buffer = try StreamBuffer()
        buffer.feed("0\n", to: &writer)
        let reader = try follow(folder.log)
        #expect(try available(reader) == ["0\n"])
        buffer.feed("1\n", to: &writer)
        #expect(try available(reader) == ["1\n"])
        try BorrowedDescriptor.currentDirectory.open(folder.log, .write).resize(to: 0)
        #expect(try available(reader).isEmpty)
        try folder.write(record("2\\n"))
        #expect(try available(reader) == ["2\n"])
        try BorrowedDescriptor.currentDirectory.rename(folder.log, to: folder.log + ".moved")
        try folder.write(record("3\\n"), ".moved")
        #expect(try available(reader) == ["3\n"])
        try folder.write(record("4\\n"))
        #expect(try reader.wait(milliseconds: 10000))
        #expect(try available(reader) == ["4\n"])
    }

    @Test("LG-64: the end of the folder is the end")
    func deleted() throws {
        let folder = try LogFolder()
        try folder.write(record("1\\n"))
        let reader = try follow(folder.log)
        #expect(try available(reader) == ["1\n"])
        try BorrowedDescriptor.currentDirectory.unlink(folder.log)
        try HostFile.removeDirectory(folder.path)
        #expect(try reader.wait(milliseconds: 10000))
        var record = LogRecord()
        let outcome = try reader.next(into: &record)
        #expect(outcome == .end)
    }

    @Test("LG-62: a writer at full speed over many rotations and compressions is followed without a gap or a repeat")
    func concurrent() async {
        await #expect(processExitsWith: .success) {
            try race(60000, .with(maxSize: 400_000, maxFile: 40, compress: true))
        }
    }

    /// The reader is most often at the end of the file when that is rotated away with one more record in it.
    @Test("LG-62: small files, with a reader at the writer's heels")
    func atTheHeels() async {
        await #expect(processExitsWith: .success) {
            try race(400, .with(maxSize: 300, maxFile: 100), pause: 25_000_000)
        }
    }
}

private func race(_ total: Int, _ options: LogOptions, pause: UInt64 = 0) throws {
    let folder = try LogFolder()
    let path = folder.log
    switch try clone([]) {
    case .child:
        try ThisProcess.setParentDeathSignal(SIGKILL)
        write(total, path, options, pause)
    case .parent(let child):
        var query = LogQuery()
        query.follow = true
        let reader = try LogReader(path: path, query: query)
        var record = LogRecord()
        var next = 0
        while next < total {
            switch try reader.next(into: &record) {
            case .record:
                try require(String(decoding: record.bytes, as: UTF8.self) == "\(next)\n")
                next += 1
            case .wait: try require(reader.wait(milliseconds: 20000))
            case .end: throw Errno.noData
            }
        }
        try require(reader.gaps == 0 && reader.broken == 0)
        try require(try child.wait() == .exited(0))
        try require(options.compress == HostFile.exists(path + ".5.gz"))
    }
}

private func write(_ total: Int, _ path: String, _ options: LogOptions, _ pause: UInt64) -> Never {
    do throws(Errno) {
        var writer = try LogWriter(path: path, options: options)
        var buffer = try StreamBuffer()
        for number in 0..<total {
            buffer.feed("\(number)\n", to: &writer, time: Clock.realtime())
            if pause > 0 && number % 5 == 0 { Clock.sleep(nanoseconds: pause) }
            if number % 100 == 0, let (pid, status) = try Wait.reapAny() {
                _ = writer.childEnded(pid, ok: status == .exited(0))
            }
        }
        ThisProcess.exit(writer.finish(milliseconds: 60000) ? 0 : 1)
    } catch { ThisProcess.exit(2) }
}
