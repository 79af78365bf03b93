import Glibc
import Linux
import OCI
import Testing

@testable import ContainerLog

@Suite("Writing")
struct WriterTests {
    @Test("LG-10: the file has mode 0640, and what is there is kept")
    func appends() throws {
        let folder = try LogFolder()
        try folder.write(record("old\\n"))
        var writer = try LogWriter(path: folder.log, options: .with())
        var buffer = try StreamBuffer()
        buffer.feed("new\n", to: &writer)
        #expect(try folder.text() == record("old\\n") + record("new\\n"))
        let other = try LogFolder()
        _ = try LogWriter(path: other.log, options: .with())
        let mask = umask(0o22)
        umask(mask)
        #expect(try BorrowedDescriptor.currentDirectory.status(of: other.log).permissions == 0o640 & ~mask)
    }

    @Test("LG-11: a torn last line is cut off and counted", arguments: [0, 1, 100, 65535, 65536, 65537, 200_000])
    func torn(length: Int) throws {
        for whole in ["", record("a\\n")] {
            let folder = try LogFolder()
            try folder.write(whole + String(repeating: "x", count: length))
            var writer = try LogWriter(path: folder.log, options: .with())
            #expect(writer.counters.cutBytes == UInt64(length))
            var buffer = try StreamBuffer()
            buffer.feed("b\n", to: &writer)
            #expect(try folder.text() == whole + record("b\\n"))
        }
    }

    @Test("LG-12: what is no regular file, and a folder that is not there, are errors")
    func refusals() throws {
        let folder = try LogFolder()
        let log = folder.log
        #expect(throws: Errno.self) { _ = try LogWriter(path: "/dev/null", options: .with()) }
        #expect(throws: Errno.noEntry) { _ = try LogWriter(path: log + "/x/y", options: .with()) }
        #expect(throws: Errno.isDirectory) { _ = try LogWriter(path: "/tmp/", options: .with()) }
    }

    @Test("LG-13: after reopen the log goes on under its name")
    func reopen() throws {
        let folder = try LogFolder()
        var writer = try LogWriter(path: folder.log, options: .with())
        var buffer = try StreamBuffer()
        buffer.feed("one\n", to: &writer)
        try BorrowedDescriptor.currentDirectory.rename(folder.log, to: folder.log + ".old")
        buffer.feed("two\n", to: &writer)
        try writer.reopen()
        buffer.feed("three\n", to: &writer)
        #expect(try folder.text(".old") == record("one\\n") + record("two\\n"))
        #expect(try folder.text() == record("three\\n"))
    }

    @Test("LG-14: a log that was cut by somebody else goes on at its end")
    func cutByOthers() throws {
        let folder = try LogFolder()
        var writer = try LogWriter(path: folder.log, options: .with())
        var buffer = try StreamBuffer()
        buffer.feed("one\n", to: &writer)
        try BorrowedDescriptor.currentDirectory.open(folder.log, .write).resize(to: 0)
        buffer.feed("two\n", to: &writer)
        #expect(try folder.text() == record("two\\n"))
    }

    @Test("LG-15: `none` keeps nothing and forgets the line")
    func none() throws {
        var writer = LogWriter()
        var buffer = try StreamBuffer()
        buffer.feed([UInt8](repeating: 0x61, count: 300_000), to: &writer)
        #expect(buffer.pending.isEmpty)
        writer.end(&buffer, .stdout, at: .now())
        try writer.reopen()
        #expect(writer.counters == LogCounters())
        #expect(isTrue(writer.finish(milliseconds: 0)))
    }

    @Test("LG-16: counters say what is in the file")
    func counters() throws {
        let folder = try LogFolder()
        var writer = try LogWriter(path: folder.log, options: .with())
        var buffer = try StreamBuffer()
        buffer.feed("a\nb\nc", to: &writer)
        #expect(writer.counters.records == 2)
        writer.end(&buffer, .stdout, at: .now())
        #expect(writer.counters.records == 3)
        #expect(try UInt64(folder.text().utf8.count) == writer.counters.bytes)
        #expect(writer.counters.lostRecords == 0 && writer.counters.lastError == 0)
    }

    /// In a process of its own: RLIMIT_FSIZE counts for all of it. As on a full disk a write(2) takes a part, and the next
    /// one fails.
    @Test("LG-17: a full disk costs whole records, counted, and the log goes on when there is room again")
    func full() async {
        await #expect(processExitsWith: .success) {
            let folder = try LogFolder()
            signal(SIGXFSZ, SIG_IGN)
            var writer = try LogWriter(path: folder.log, options: .with())
            var buffer = try StreamBuffer()
            let line = record("1234567890\\n")
            limitFiles(to: line.utf8.count * 5 / 2)
            for _ in 0..<4 { buffer.feed("1234567890\n1234567890\n1234567890\n", to: &writer) }
            var lost = writer.counters
            try require(folder.text() == line + line)
            try require(lost.records == 2 && lost.lostRecords == 10 && lost.lostBytes == 110)
            try require(lost.lastError == 27)
            limitFiles(to: Int.max)
            // Escapes count as the bytes that they stand for.
            limitFiles(to: line.utf8.count * 2 + 1)
            buffer.feed("<\u{2028}\"\u{1}é\n".utf8 + [0xff, 10], to: &writer)
            lost = writer.counters
            try require(lost.lostRecords == 12 && lost.lostBytes == 110 + 11)
            limitFiles(to: Int.max)
            buffer.feed("again\n", to: &writer)
            try require(folder.text() == line + line + record("again\\n"))
            try require(writer.counters.bytes == UInt64(folder.text().utf8.count))
        }
    }

    @Test("LG-18: where the file can't be opened records are lost until it can")
    func folderIsGone() throws {
        let folder = try LogFolder()
        let inner = folder.path + "/inner"
        try HostFile.makeDirectory(inner, mode: 0o700)
        var writer = try LogWriter(path: inner + "/log", options: .with(maxSize: 1))
        var buffer = try StreamBuffer()
        buffer.feed("one\n", to: &writer)
        try BorrowedDescriptor.currentDirectory.unlink(inner + "/log")
        try HostFile.removeDirectory(inner)
        buffer.feed("two\nthree\n", to: &writer)
        #expect(writer.counters.records == 1)
        #expect(writer.counters.lostRecords == 2)
        #expect(writer.counters.lostBytes == 10)
        #expect(writer.counters.lastError == Errno.noEntry.rawValue)
    }
}

private func limitFiles(to size: Int) {
    var limit = rlimit(rlim_cur: rlim_t(size), rlim_max: rlim_t.max)
    setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
}
