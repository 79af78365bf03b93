import Linux
import OCI
import Testing

@testable import ContainerLog

@Suite("Records")
struct EncodingTests {
    private func written(_ bytes: [UInt8], size: Int = .max, ending: Bool = true) throws -> String {
        let folder = try LogFolder()
        var writer = try LogWriter(path: folder.log, options: .with())
        var buffer = try StreamBuffer()
        buffer.feed(bytes, to: &writer, size: size)
        if ending { writer.end(&buffer, .stdout, at: Timestamp(nanoseconds: someTime)) }
        return try folder.text()
    }

    @Test("LG-1: one record, byte for byte as Docker writes it")
    func example() throws {
        let text = try written(Array("Hello <b>&\"you\"\\</b>\t\r\u{2028}é\u{7f}\n".utf8))
        let log = "Hello \\u003cb\\u003e\\u0026\\\"you\\\"\\\\\\u003c/b\\u003e\\u0009\\r\\u2028é\u{7f}\\n"
        #expect(text == "{\"log\":\"\(log)\",\"stream\":\"stdout\",\"time\":\"\(someTimeText)\"}\n")
    }

    @Test("LG-1: standard error has its name")
    func standardError() throws {
        let folder = try LogFolder()
        var writer = try LogWriter(path: folder.log, options: .with())
        var buffer = try StreamBuffer()
        buffer.feed("x\n", to: &writer, .stderr)
        #expect(try folder.text() == record("x\\n", "stderr"))
    }

    @Test("LG-1: every byte value at every place of a word", arguments: 0..<9)
    func everyByte(padding: Int) throws {
        for byte in UInt8.min...UInt8.max where byte != UInt8(ascii: "\n") {
            let line = [UInt8](repeating: 0x61, count: padding) + [byte] + Array("bcdefghijk".utf8)
            #expect(try written(line + [10]) == record(escaped(line) + "\\n"), "byte \(byte)")
        }
    }

    @Test(
        "LG-1: well-formed and broken UTF-8",
        arguments: [
            [0xc3, 0xa9], [0xe2, 0x82, 0xac], [0xf0, 0x9f, 0x98, 0x80], [0xc0, 0x80], [0xc1, 0xbf], [0xe0, 0x80, 0x80],
            [0xe0, 0xa0, 0x80], [0xed, 0x9f, 0xbf], [0xed, 0xa0, 0x80], [0xef, 0xbf, 0xbd], [0xf0, 0x80, 0x80, 0x80],
            [0xf4, 0x8f, 0xbf, 0xbf], [0xf4, 0x90, 0x80, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xff], [0x80], [0xe2, 0x82],
            [0xe2, 0x80, 0xa7], [0xe2, 0x80, 0xa8], [0xe2, 0x80, 0xa9], [0xe2, 0x80, 0xaa], [0xc3, 0x28],
            [0xe2, 0x28, 0xa1],
        ] as [[UInt8]]
    )
    func sequences(bytes: [UInt8]) throws {
        for line in [bytes, bytes + bytes, [0x41] + bytes + [0x42, 0x3c], bytes + [0xc3, 0xa9] + bytes] {
            #expect(try written(line + [10]) == record(escaped(line) + "\\n"))
        }
    }

    @Test("LG-1: random bytes, in reads of random sizes, decode to what they were but for broken UTF-8")
    func random() throws {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<100 {
            let alphabet: [UInt8] = [
                10, 13, 34, 60, 92, 0x61, 0x62, 0x20, 0xc3, 0xa9, 0xe2, 0x80, 0xa8, 0xf0, 0x9f, 0x98,
            ]
            let bytes = (0..<500).map { _ in alphabet[Int(random.next() % 16)] }
            let lines = bytes.split(separator: 10, omittingEmptySubsequences: false)
            var expected = lines.dropLast().map { record(escaped(Array($0)) + "\\n") }
            if let last = lines.last, !last.isEmpty { expected.append(record(escaped(Array(last)))) }
            #expect(try written(bytes, size: 1 + Int(random.next() % 97)) == expected.joined())
        }
    }

    @Test(
        "LG-2: the time has no trailing zeros, and is right across days and leap years",
        arguments: [
            0, 1, 999_999_999, 1_000_000_000, 951_782_399_999_000_000, 951_782_400_000_000_000,
            1_709_164_799_120_000_000,
            1_709_251_200_000_000_001, 4_102_444_799_999_999_990, someTime,
        ] as [UInt64]
    )
    func time(nanoseconds: UInt64) {
        var text = TimeText()
        var room = [UInt8](repeating: 0, count: TimeText.longest)
        for moment in [nanoseconds, nanoseconds + 86_400_000_000_000, nanoseconds] {
            let count = room.withUnsafeMutableBufferPointer { $0.baseAddress.map { text.write(moment, to: $0) } ?? 0 }
            #expect(String(decoding: room.prefix(count), as: UTF8.self) == Timestamp(nanoseconds: moment).rfc3339Nano)
            #expect(Array(room.prefix(count)).span.rfc3339 == moment)
        }
    }

    @Test(
        "LG-3: 16 KiB without a newline are a piece, and the rest of the line is a record of its own",
        arguments: [
            16383, 16384, 16385, 32767, 32768, 32769, 65535, 65536, 65537, 200_000,
        ]
    )
    func pieces(length: Int) throws {
        let line = [UInt8](repeating: 0x78, count: length)
        for size in [Int.max, 1000, 65536] {
            let lines = try written(line + Array("\nnext\n".utf8), size: size).split(separator: "\n").map { "\($0)\n" }
            var expected = (0..<length / 16384).map { _ in record(String(repeating: "x", count: 16384)) }
            expected += [record(String(repeating: "x", count: length % 16384) + "\\n"), record("next\\n")]
            #expect(lines == expected)
        }
    }

    @Test("LG-3: pieces have the time of the first, the next line its own")
    func pieceTimes() throws {
        let folder = try LogFolder()
        var writer = try LogWriter(path: folder.log, options: .with())
        var buffer = try StreamBuffer()
        let half = String(repeating: "x", count: 16384)
        buffer.feed(half, to: &writer, time: 1_000_000_000)
        buffer.feed(half, to: &writer, time: 2_000_000_000)
        buffer.feed("end\nnext\n", to: &writer, time: 3_000_000_000)
        let times = try read(folder.log).map { $0.time.nanoseconds / 1_000_000_000 }
        #expect(times == [1, 1, 1, 3])
    }

    @Test("LG-3: no read and no piece breaks a UTF-8 sequence", arguments: ["é", "€", "😀"])
    func straddling(character: String) throws {
        for offset in 16380...16385 {
            let line = [UInt8](repeating: 0x78, count: offset) + Array((character + "tail").utf8)
            for size in [Int.max, 1, 16381, 16383] where size > 1 || offset == 16383 {
                let text = try written(line + [10], size: size)
                #expect(!text.contains("fffd"), "offset \(offset), size \(size)")
                let folder = try LogFolder()
                try folder.write(text)
                #expect(try read(folder.log).flatMap(\.bytes) == line + [10])
            }
        }
    }

    @Test("LG-3: a line is split at every offset of two reads")
    func everySplit() throws {
        let line = Array("one € \"two\" 😀\nthree\n".utf8)
        let expected = try written(line)
        for split in 1..<line.count {
            let folder = try LogFolder()
            var writer = try LogWriter(path: folder.log, options: .with())
            var buffer = try StreamBuffer()
            buffer.feed(line[..<split], to: &writer)
            buffer.feed(line[split...], to: &writer)
            #expect(try folder.text() == expected)
        }
    }

    @Test("LG-4: without an end a line is logged at the end of the stream, as it is")
    func noNewline() throws {
        #expect(try written(Array("a\nb".utf8)) == record("a\\n") + record("b"))
        #expect(try written(Array("a\nb".utf8), ending: false) == record("a\\n"))
        #expect(try written([]).isEmpty)
    }

    @Test("SM-24: what a read brought stays in reach before and after it is logged")
    func fresh() throws {
        var writer = LogWriter()
        var buffer = try StreamBuffer()
        for text in ["abc", "def\nxyz", "\n"] {
            _ = buffer.append(Array(text.utf8).span.bytes)
            #expect(fresh(of: buffer) == text)
            writer.consume(&buffer, .stdout, at: .now())
            #expect(fresh(of: buffer) == text)
        }
        let folder = try LogFolder()
        var second = try LogWriter(path: folder.log, options: .with())
        for text in ["abc", "def\nxyz", "\n"] {
            _ = buffer.append(Array(text.utf8).span.bytes)
            second.consume(&buffer, .stdout, at: .now())
            #expect(fresh(of: buffer) == text)
        }
        #expect(texts(try read(folder.log)) == ["abcdef\n", "xyz\n"])
    }

    private func fresh(of buffer: borrowing StreamBuffer) -> String {
        buffer.withFresh { span in
            String(
                decoding: (0..<span.byteCount).map { span.unsafeLoad(fromByteOffset: $0, as: UInt8.self) },
                as: UTF8.self
            )
        }
    }

    @Test("LG-5: memory that is given back in the middle of a line costs nothing of it")
    func givenBack() throws {
        let folder = try LogFolder()
        var writer = try LogWriter(path: folder.log, options: .with())
        var buffer = try StreamBuffer()
        buffer.feed("one\ntwo", to: &writer)
        buffer.giveBack()
        writer.giveBack()
        buffer.feed("three\n", to: &writer)
        #expect(try folder.text() == record("one\\n") + record("twothree\\n"))
    }
}
