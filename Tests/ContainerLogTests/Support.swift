import Glibc
import Linux
import OCI

@testable import ContainerLog

/// A folder of its own, gone after the test.
struct LogFolder: ~Copyable {
    let path: String
    var log: String { path + "/c.log" }

    init() throws(Errno) {
        let random = try BorrowedDescriptor.currentDirectory.open("/dev/urandom", .read).read(upTo: 8)
        let name = random.map { String($0, radix: 16) }.joined()
        let path = "/tmp/container-log-\(name)"
        try HostFile.makeDirectory(path, mode: 0o700)
        try HostFile.makeDirectory(path + "/logs", mode: 0o700)
        self.path = path + "/logs"
    }

    deinit {
        for name in names { try? BorrowedDescriptor.currentDirectory.unlink("\(path)/\(name)") }
        try? HostFile.removeDirectory(path)
        try? HostFile.removeDirectory(String(path.dropLast(5)))
    }

    var names: [String] {
        let folder = try? BorrowedDescriptor.currentDirectory.open(path, [.read, .directory])
        return ((try? folder?.entries()) ?? []).sorted()
    }

    /// A pipe or a symlink to `target` under a name of the log.
    func plant(_ suffix: String, linkTo target: String? = nil) throws(Errno) {
        guard let target else {
            if mkfifo(log + suffix, 0o600) != 0 { throw Errno(errno) }
            return
        }
        if symlink(target, log + suffix) != 0 { throw Errno(errno) }
    }

    func status(_ suffix: String = "") throws(Errno) -> FileStatus {
        try BorrowedDescriptor.currentDirectory.status(of: log + suffix)
    }

    func text(_ suffix: String = "") throws(Errno) -> String { try HostFile.readText(log + suffix) }

    func write(_ text: String, _ suffix: String = "") throws(Errno) {
        let flags: OpenFlags = [.write, .create, .append]
        try BorrowedDescriptor.currentDirectory.open(log + suffix, flags, mode: 0o600).writeAll(Array(text.utf8))
    }
}

extension LogOptions {
    static func with(maxSize: Int64 = 1 << 40, maxFile: Int = 3, compress: Bool = false) -> LogOptions {
        var options = LogOptions()
        (options.maxSize, options.maxFile, options.compress) = (maxSize, maxFile, compress)
        return options
    }

    var nonBlocking: LogOptions {
        var options = self
        options.mode = .nonBlocking
        return options
    }
}

/// 2026-11-24T18:25:58.123456789Z
let someTime: UInt64 = 1_795_544_758_123_456_789
let someTimeText = "2026-11-24T18:25:58.123456789Z"

extension StreamBuffer {
    /// All of `bytes` as reads of at most `size` bytes, each consumed at once.
    mutating func feed(
        _ bytes: some Collection<UInt8>,
        to writer: inout LogWriter,
        _ stream: LogStream = .stdout,
        size: Int = .max,
        time: UInt64 = someTime
    ) {
        var rest = Array(bytes)
        while !rest.isEmpty {
            let taken = append(Array(rest.prefix(size)).span.bytes)
            rest.removeFirst(taken)
            writer.consume(&self, stream, at: Timestamp(nanoseconds: time))
        }
    }

    mutating func feed(
        _ text: String,
        to writer: inout LogWriter,
        _ stream: LogStream = .stdout,
        time: UInt64 = someTime
    ) {
        feed(text.utf8, to: &writer, stream, time: time)
    }
}

/// One record as Docker writes it, made the slow way.
func record(_ log: String, _ stream: String = "stdout", _ time: UInt64 = someTime) -> String {
    "{\"log\":\"\(log)\",\"stream\":\"\(stream)\",\"time\":\"\(Timestamp(nanoseconds: time).rfc3339Nano)\"}\n"
}

/// Everything that a reader without `follow` finds.
func read(_ path: String, _ query: LogQuery = LogQuery()) throws -> [LogRecord] {
    let reader = try LogReader(path: path, query: query)
    var records: [LogRecord] = []
    var record = LogRecord()
    while try reader.next(into: &record) == .record { records.append(record) }
    return records
}

func texts(_ records: [LogRecord]) -> [String] { records.map { String(decoding: $0.bytes, as: UTF8.self) } }

/// What encoding/json's rules make of bytes: Go's DecodeRune takes each byte that begins no sequence for U+FFFD.
func escaped(_ bytes: [UInt8]) -> String {
    var result = ""
    var index = 0
    while index < bytes.count {
        let (scalar, length) = decode(bytes[index...])
        index += length
        result += scalar.map(escaped) ?? "\\ufffd"
    }
    return result
}

private func decode(_ bytes: ArraySlice<UInt8>) -> (Unicode.Scalar?, Int) {
    for length in 1...min(4, bytes.count) {
        if let text = String(validating: bytes.prefix(length), as: UTF8.self) {
            return (text.unicodeScalars.first, length)
        }
    }
    return (nil, 1)
}

private func escaped(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\n": return "\\n"
    case "\r": return "\\r"
    case "\"", "\\": return "\\\(scalar)"
    case "<", ">", "&", "\u{2028}", "\u{2029}", "\u{0}"..<" ":
        let digits = String(scalar.value, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: return String(scalar)
    }
}

/// `#require` for what is not copyable, and in processes of their own.
func require(_ condition: Bool, _ line: Int = #line) throws {
    if !condition { throw Failed(line: line) }
}

func unwrap<Value>(_ value: Value?, _ line: Int = #line) throws -> Value {
    guard let value else { throw Failed(line: line) }
    return value
}

private struct Failed: Error { let line: Int }

func isTrue(_ value: Bool) -> Bool { value }
