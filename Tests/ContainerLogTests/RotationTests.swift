import Glibc
import Linux
import OCI
import Testing

@testable import ContainerLog

@Suite("Rotation")
struct RotationTests {
    private let size = Int64(record("00\\n").utf8.count)

    private func line(_ number: Int) -> String { number < 10 ? "0\(number)\n" : "\(number)\n" }

    /// Each file holds two records: the second one reaches the size.
    private func write(_ numbers: Range<Int>, to folder: borrowing LogFolder, _ options: LogOptions, at once: Bool)
        throws
        -> LogCounters
    {
        var writer = try LogWriter(path: folder.log, options: options)
        var buffer = try StreamBuffer()
        if once {
            buffer.feed(numbers.map(line).joined(), to: &writer)
        } else {
            for number in numbers { buffer.feed(line(number), to: &writer) }
        }
        _ = writer.finish(milliseconds: 10000)
        return writer.counters
    }

    private func numbers(_ text: String) -> [Substring] {
        text.split(separator: "\n").map { $0.dropFirst(8).prefix(2) }
    }

    @Test("LG-20: the record after the one that reaches the size goes to a new file", arguments: [true, false])
    func shift(once: Bool) throws {
        let folder = try LogFolder()
        let counters = try write(0..<9, to: folder, .with(maxSize: size + 1), at: once)
        #expect(folder.names == ["c.log", "c.log.1", "c.log.2"])
        #expect(try numbers(folder.text()) == ["08"])
        #expect(try numbers(folder.text(".1")) == ["06", "07"])
        #expect(try numbers(folder.text(".2")) == ["04", "05"])
        #expect(counters.rotations == 4)
        #expect(counters.records == 9)
    }

    @Test("LG-20: exactly the size is reached, one byte less is not")
    func boundary() throws {
        let exact = try LogFolder()
        #expect(try write(0..<3, to: exact, .with(maxSize: size * 2), at: true).rotations == 1)
        let less = try LogFolder()
        #expect(try write(0..<3, to: less, .with(maxSize: size * 2 + 1), at: true).rotations == 0)
    }

    @Test("LG-20: a file that is full when it is opened is rotated before the next record; a line's beginning is none")
    func fullAtStart() throws {
        let folder = try LogFolder()
        try folder.write(record("00\\n"))
        var writer = try LogWriter(path: folder.log, options: .with(maxSize: size))
        var buffer = try StreamBuffer()
        buffer.feed("0", to: &writer)
        #expect(writer.counters.rotations == 0)
        buffer.feed("1\n0", to: &writer)
        #expect(writer.counters.rotations == 1)
        #expect(try numbers(folder.text()) == ["01"])
        #expect(try numbers(folder.text(".1")) == ["00"])
    }

    @Test("LG-21: with one file a new one takes its place")
    func oneFile() throws {
        let folder = try LogFolder()
        #expect(try write(0..<5, to: folder, .with(maxSize: size + 1, maxFile: 1), at: true).rotations == 2)
        #expect(folder.names == ["c.log"])
        #expect(try numbers(folder.text()) == ["04"])
    }

    @Test("LG-22: more files than wanted, plain and compressed, move out")
    func leftovers() throws {
        let folder = try LogFolder()
        for suffix in [".1", ".1.gz", ".2", ".2.gz"] { try folder.write("x\n", suffix) }
        _ = try write(0..<5, to: folder, .with(maxSize: size + 1), at: true)
        #expect(folder.names == ["c.log", "c.log.1", "c.log.2"])
    }

    @Test("LG-23: rotated files are compressed one after the other, and hold what they held")
    func compress() async {
        await #expect(processExitsWith: .success) {
            let folder = try LogFolder()
            var writer = try LogWriter(path: folder.log, options: .with(maxSize: 100_000, maxFile: 5, compress: true))
            var buffer = try StreamBuffer()
            var expected: [String] = []
            for number in 0..<4000 {
                expected.append("line \(number) \(number &* 2_654_435_761)\n")
                buffer.feed(expected[number], to: &writer, time: someTime + UInt64(number))
            }
            try require(writer.counters.rotations == 3 || writer.counters.rotations == 4)
            try require(writer.compressor != nil)
            try require(writer.finish(milliseconds: 30000))
            try require(writer.compressor == nil)
            let names = folder.names
            try require(names == ["c.log", "c.log.1.gz", "c.log.2.gz", "c.log.3.gz"].prefix(names.count) + [])
            try require(texts(try read(folder.log)) == expected)
            let unpack = try Command("/bin/sh", arguments: ["sh", "-c", "cat \(folder.log).*.gz | gzip -dc | wc -l"])
                .run()
            let current = try folder.text().split(separator: "\n").count
            try require(String(decoding: unpack.output, as: UTF8.self) == "\(4000 - current)\n")
            // The header tells when the last record was made.
            let file = try BorrowedDescriptor.currentDirectory.open(folder.log + ".1.gz", .read)
            let source = try LogSource(file, packed: true)
            try require(source.latest == someTime + UInt64(3999 - current))
        }
    }

    @Test("LG-24: a compressor that is killed leaves the file, and the next rotation compresses it")
    func kill() async {
        await #expect(processExitsWith: .success) {
            let folder = try LogFolder()
            try folder.write(String(repeating: record("abc\\n"), count: 200_000))
            let options = LogOptions.with(maxSize: 10_000_000, compress: true)
            var writer = try LogWriter(path: folder.log, options: options)
            var buffer = try StreamBuffer()
            buffer.feed("one\n", to: &writer)
            let pid = try unwrap(writer.compressor)
            try require(folder.names == ["c.log", "c.log.1", "c.log.gz.tmp"])
            try sendSignal(SIGKILL, to: pid)
            var ended = try Wait.reapAny()
            while ended == nil { ended = try Wait.reapAny() }
            try require(ended?.status == .signaled(SIGKILL))
            try require(writer.childEnded(pid, ok: false))
            try require(!writer.childEnded(pid, ok: true))
            try require(folder.names == ["c.log", "c.log.1"] && writer.compressor == nil)
            // What a crash left behind goes when the log is opened.
            try folder.write("torn", ".gz.tmp")
            writer = try LogWriter(path: folder.log, options: .with(maxSize: 1, compress: true))
            try require(folder.names == ["c.log", "c.log.1"])
            buffer.feed("two\n", to: &writer)
            try require(writer.finish(milliseconds: 30000))
            try require(folder.names == ["c.log", "c.log.1.gz", "c.log.2.gz"])
            try require(read(folder.log).count == 200_002)
        }
    }

    @Test("LG-25: files that are rotated while one is compressed keep their order and their content")
    func rotateMeanwhile() async {
        await #expect(processExitsWith: .success) {
            let folder = try LogFolder()
            try folder.write(String(repeating: record("abc\\n"), count: 150_000))
            var writer = try LogWriter(
                path: folder.log,
                options: .with(maxSize: 10_000_000, maxFile: 4, compress: true)
            )
            var buffer = try StreamBuffer()
            buffer.feed("one\n", to: &writer)
            let pid = try unwrap(writer.compressor)
            try sendSignal(SIGSTOP, to: pid)
            buffer.feed(String(repeating: "x", count: 10_000_000) + "\ntwo\n", to: &writer)
            try require(folder.names == ["c.log", "c.log.1", "c.log.2", "c.log.gz.tmp"])
            try require(writer.compressor == pid)
            try sendSignal(SIGCONT, to: pid)
            try require(writer.finish(milliseconds: 30000))
            try require(folder.names == ["c.log", "c.log.1.gz", "c.log.2.gz"])
            let records = try read(folder.log)
            try require(records.count == 150_000 + 1 + 611 + 1 && texts([records[150_000]]) == ["one\n"])
            try require(texts([records[records.count - 1]]) == ["two\n"])
        }
    }

    @Test("LG-26: the compressor holds nothing of its maker's open, blocks no signal, and dies with it")
    func helperIsBare() async {
        await #expect(processExitsWith: .success) {
            let folder = try LogFolder()
            try folder.write(String(repeating: record("abc\\n"), count: 150_000))
            try SignalSet(Signal.terminate).block()
            var writer = try LogWriter(path: folder.log, options: .with(maxSize: 1, compress: true))
            var buffer = try StreamBuffer()
            buffer.feed("one\n", to: &writer)
            let pid = try unwrap(writer.compressor)
            let open = "/proc/\(pid)/fd"
            // Until it is at work.
            while try BorrowedDescriptor.currentDirectory.open(open, [.read, .directory]).entries().count > 2 {}
            let status = try HostFile.readText("/proc/\(pid)/status")
            try require(status.contains("SigBlk:\t0000000000000000"))
            try require(writer.finish(milliseconds: 30000))
        }
    }
}
