internal import JSON
internal import Linux
internal import OCI

/// What the header of a compressed log tells without its content: when its last record was made, as dockerd writes it,
/// and which file it was made of, so that a reader who holds that file finds its place.
struct LogMetadata: Equatable {
    var lastTime: UInt64?
    var inode: UInt64?

    /// Of a file that is to be compressed.
    init(of file: borrowing FileDescriptor) throws(Errno) {
        let status = try file.status()
        inode = status.inode
        var tail: [UInt8] = []
        let start = max(0, status.size - 131_072)
        _ = try file.read(at: start, upTo: 131_072, into: &tail)
        guard let end = tail.lastIndex(of: UInt8(ascii: "\n")) else { return }
        let begin = (tail[..<end].lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1
        var record = LogRecord()
        if RecordDecoder.decode(tail.span.extracting(begin..<end), into: &record) {
            lastTime = record.time.nanoseconds
        }
    }

    /// From the header; a header without it tells nothing.
    init(json: [UInt8]) {
        var time = ""
        var number: UInt64?
        do throws(JSONError) {
            var reader = JSONReader(json)
            try reader.object { (reader) throws(JSONError) in
                if reader.takes("lastTime") { time = try reader.string() }
                if reader.takes("inode") { number = try reader.integer(UInt64.self) }
            }
            try reader.finish()
        } catch { return }
        lastTime = Array(time.utf8).span.rfc3339
        inode = number
    }

    var json: [UInt8] {
        var text = "{"
        if let lastTime { text += "\"lastTime\":\"\(Timestamp(nanoseconds: lastTime).rfc3339Nano)\"," }
        return Array("\(text)\"inode\":\(inode ?? 0)}".utf8)
    }
}
