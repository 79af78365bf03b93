import Glibc
import Linux
import OCI
import Testing

@testable import ContainerLog

/// `mode=non-blocking`, in processes of their own: a helper is cloned.
@Suite("Non-blocking mode")
struct HelperTests {
    @Test("LG-30: what goes through the helper is what goes without")
    func same() async {
        await #expect(processExitsWith: .success) {
            let folder = try LogFolder()
            let plain = try LogFolder()
            var direct = try LogWriter(path: plain.log, options: .with())
            var writer = try LogWriter(path: folder.log, options: .with().nonBlocking)
            var first = try StreamBuffer()
            var second = try StreamBuffer()
            let text =
                "one\n<two>\n" + String(repeating: "é", count: 100_000) + "\nlast"
                + String(repeating: "x", count: 70000)
            for size in [1000, 70000] {
                first.feed(text.utf8, to: &direct, size: size)
                second.feed(text.utf8, to: &writer, size: size)
                Clock.sleep(nanoseconds: 50_000_000)
            }
            direct.end(&first, .stdout, at: Timestamp(nanoseconds: someTime))
            writer.end(&second, .stdout, at: Timestamp(nanoseconds: someTime))
            try require(writer.finish(milliseconds: 20000))
            let bytes = try read(folder.log).flatMap(\.bytes)
            try require(bytes == Array((text + text).utf8))
            let expected = direct.counters
            try require(writer.counters.lostBytes == 0)
            // Where a read ends decides where a piece may end, not what is in the log.
            try require(expected.records <= writer.counters.records)
            try require(writer.counters.bytes == UInt64(folder.text().utf8.count))
        }
    }

    @Test("LG-31: a helper that hangs stops nothing: whole lines are dropped and counted, and nothing is torn")
    func hangs() async {
        await #expect(processExitsWith: .success) {
            let folder = try LogFolder()
            var options = LogOptions.with().nonBlocking
            options.maxBufferSize = 65536
            var writer = try LogWriter(path: folder.log, options: options)
            let helper = try unwrap(writer.helper)
            try sendSignal(SIGSTOP, to: helper)
            var buffer = try StreamBuffer()
            let total = 20000
            let start = Clock.monotonic()
            for number in 0..<total {
                let name = "line \(number) "
                buffer.feed(name + String(repeating: "x", count: 99 - name.utf8.count) + "\n", to: &writer)
            }
            // A line that is dropped in part, in the middle of pieces.
            buffer.feed([UInt8](repeating: 0x79, count: 50000), to: &writer)
            try require(Clock.monotonic() - start < 20_000_000_000)
            let dropped = writer.counters
            try require(dropped.lostRecords > 18000 && dropped.lostRecords < UInt64(total))
            try sendSignal(SIGCONT, to: helper)
            Clock.sleep(nanoseconds: 300_000_000)
            buffer.feed("rest\nafter\n", to: &writer)
            writer.end(&buffer, .stdout, at: .now())
            try require(writer.finish(milliseconds: 20000))
            let lines = texts(try read(folder.log))
            let counters = writer.counters
            try require(lines.allSatisfy { $0.hasSuffix("\n") && ($0.utf8.count == 100 || $0 == "after\n") })
            try require(lines.last == "after\n" && !lines.contains("rest\n"))
            try require(counters.records == UInt64(lines.count))
            let all = UInt64(total * 100 + 50000 + 11)
            try require(UInt64(lines.reduce(0) { $0 + $1.utf8.count }) + counters.lostBytes == all)
        }
    }

    @Test("LG-31: the helper that does not end in time is left alone, and what it has not written is lost")
    func notInTime() async {
        await #expect(processExitsWith: .success) {
            let folder = try LogFolder()
            var writer = try LogWriter(path: folder.log, options: .with().nonBlocking)
            let helper = try unwrap(writer.helper)
            try sendSignal(SIGSTOP, to: helper)
            var buffer = try StreamBuffer()
            buffer.feed("one\ntwo\n", to: &writer)
            let start = Clock.monotonic()
            try require(!writer.finish(milliseconds: 100))
            try require(Clock.monotonic() - start < 5_000_000_000)
            try require(writer.counters.lostRecords == 2 && writer.counters.lostBytes == 8)
            try sendSignal(SIGKILL, to: helper)
        }
    }

    @Test("LG-34: what the pipe had no room for goes on as soon as it has, without further output")
    func wakes() async {
        await #expect(processExitsWith: .success) {
            let folder = try LogFolder()
            var options = LogOptions.with().nonBlocking
            options.maxBufferSize = 65536
            var writer = try LogWriter(path: folder.log, options: options)
            let helper = try unwrap(writer.helper)
            var buffer = try StreamBuffer()
            buffer.feed("first\n", to: &writer)
            try require(writer.waiting == nil)
            Clock.sleep(nanoseconds: 100_000_000)
            try sendSignal(SIGSTOP, to: helper)
            for _ in 0..<3 { buffer.feed(String(repeating: "y", count: 9999) + "\n", to: &writer) }
            buffer.feed(String(repeating: String(repeating: "x", count: 99) + "\n", count: 600), to: &writer)
            let pipe = try unwrap(writer.waiting)
            try require(!pipe.waitForRoom(milliseconds: 0))
            try sendSignal(SIGCONT, to: helper)
            let end = Clock.monotonic() + 20_000_000_000
            while let pipe = writer.waiting, Clock.monotonic() < end {
                try require(pipe.waitForRoom(milliseconds: 10000))
                writer.push()
            }
            try require(writer.waiting == nil && writer.counters.lostBytes == 0)
            while writer.counters.records < 604 && Clock.monotonic() < end { Clock.sleep(nanoseconds: 10_000_000) }
            try require(texts(try read(folder.log)).count == 604)
        }
    }

    @Test("LG-35: a helper that takes over opens the log itself, and tells why it can't")
    func opens() async {
        await #expect(processExitsWith: .success) {
            let folder = try LogFolder()
            signal(SIGPIPE, SIG_IGN)
            var writer = try LogWriter(path: folder.log, options: .with().nonBlocking)
            let first = try unwrap(writer.helper)
            try end(first, of: &writer)
            try BorrowedDescriptor.currentDirectory.unlink(folder.log)
            try HostFile.makeDirectory(folder.log, mode: 0o700)
            Clock.sleep(nanoseconds: 1_100_000_000)
            var buffer = try StreamBuffer()
            buffer.feed("one\n", to: &writer)
            let second = try unwrap(writer.helper)
            let end = Clock.monotonic() + 20_000_000_000
            while writer.counters.lostRecords == 0 && Clock.monotonic() < end { Clock.sleep(nanoseconds: 10_000_000) }
            try require(writer.counters.lostRecords == 1 && writer.counters.lastError == Errno.isDirectory.rawValue)
            try HostFile.removeDirectory(folder.log)
            buffer.feed("two\n", to: &writer)
            try require(writer.helper == second)
            try require(writer.finish(milliseconds: 20000))
            try require(folder.text() == record("two\\n"))
        }
    }

    @Test("LG-32: what a killed helper had not written is counted, and another one takes over")
    func killed() async {
        await #expect(processExitsWith: .success) {
            let folder = try LogFolder()
            signal(SIGPIPE, SIG_IGN)
            var writer = try LogWriter(path: folder.log, options: .with().nonBlocking)
            let helper = try unwrap(writer.helper)
            try sendSignal(SIGSTOP, to: helper)
            var buffer = try StreamBuffer()
            buffer.feed("one\ntwo\n", to: &writer)
            try end(helper, of: &writer)
            try require(writer.counters.lostRecords == 2 && writer.counters.lostBytes == 8)
            buffer.feed("three\n", to: &writer)
            try require(writer.counters.lostRecords == 3)
            Clock.sleep(nanoseconds: 1_100_000_000)
            buffer.feed("four\n", to: &writer)
            try require(writer.finish(milliseconds: 20000))
            try require(folder.text() == record("four\\n"))
            try require(writer.counters.records == 1 && writer.counters.lostRecords == 3)
        }
    }

    @Test(
        "LG-33: the helper outlives a maker that is killed by as long as it takes to empty the pipe; rotation and reopen work"
    )
    func control() async {
        await #expect(processExitsWith: .success) {
            let folder = try LogFolder()
            let options = LogOptions.with(maxSize: 200_000, maxFile: 10, compress: true)
            var writer = try LogWriter(path: folder.log, options: options.nonBlocking)
            var buffer = try StreamBuffer()
            for number in 0..<8000 {
                buffer.feed("\(number)\n", to: &writer)
                if number % 500 == 0 { Clock.sleep(nanoseconds: 5_000_000) }
            }
            Clock.sleep(nanoseconds: 500_000_000)
            try BorrowedDescriptor.currentDirectory.rename(folder.log, to: folder.log + ".moved")
            try writer.reopen()
            buffer.feed("after\n", to: &writer)
            try require(writer.finish(milliseconds: 30000))
            try require(folder.text() == record("after\\n"))
            try require(writer.counters.rotations == 2 && writer.counters.lostRecords == 0)
            try require(folder.names == ["c.log", "c.log.1.gz", "c.log.2.gz", "c.log.moved"])
        }
    }
}

/// Kills a helper, and tells its writer.
private func end(_ helper: Int32, of writer: inout LogWriter) throws {
    try sendSignal(SIGKILL, to: helper)
    var ended = try Wait.reapAny()
    while ended == nil { ended = try Wait.reapAny() }
    try require(writer.childEnded(helper, ok: false))
}
