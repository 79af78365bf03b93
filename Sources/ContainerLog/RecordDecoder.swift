internal import JSON
internal import OCI

/// Reads one line of a log. The usual form, with the three members in their order and no blanks, takes a short way; what
/// else may be JSON goes to the JSON reader, which is as strict.
enum RecordDecoder {
    /// `line` without its newline. False: it is no record; then what is in `record` means nothing.
    static func decode(_ line: Span<UInt8>, into record: inout LogRecord) -> Bool {
        usual(line, into: &record) || general(line, into: &record)
    }

    /// `{"log":"…","stream":"stdout","time":"…"}`
    static func usual(_ line: Span<UInt8>, into record: inout LogRecord) -> Bool {
        var cursor = Cursor(position: 0)
        record.bytes.removeAll(keepingCapacity: true)
        guard cursor.takes("{\"log\":\"", of: line), cursor.text(of: line, into: &record.bytes),
            cursor.takes(",\"stream\":\"std", of: line)
        else { return false }
        if cursor.takes("out\"", of: line) {
            record.stream = .stdout
        } else if cursor.takes("err\"", of: line) {
            record.stream = .stderr
        } else {
            return false
        }
        guard cursor.takes(",\"time\":\"", of: line), line.count - cursor.position >= 2,
            line[line.count - 2] == UInt8(ascii: "\""), line[line.count - 1] == UInt8(ascii: "}"),
            let time = line.extracting(cursor.position..<line.count - 2).rfc3339
        else { return false }
        record.time = Timestamp(nanoseconds: time)
        return true
    }

    /// Any order, blanks, members that are unknown here (`attrs`); `log` may be missing, as Docker leaves an empty one
    /// out.
    static func general(_ line: Span<UInt8>, into record: inout LogRecord) -> Bool {
        var log = ""
        var stream = ""
        var time = ""
        do throws(JSONError) {
            var json = JSONReader(unsafe line.withUnsafeBufferPointer { unsafe Array($0) })
            try json.object { (json) throws(JSONError) in
                if json.takes("log") { log = try json.string() }
                if json.takes("stream") { stream = try json.string() }
                if json.takes("time") { time = try json.string() }
            }
            try json.finish()
        } catch { return false }
        guard let which = LogStream.allCases.first(where: { stream == "\($0.name)" }),
            let moment = Array(time.utf8).span.rfc3339
        else { return false }
        record.bytes.removeAll(keepingCapacity: true)
        record.bytes.append(contentsOf: log.utf8)
        record.stream = which
        record.time = Timestamp(nanoseconds: moment)
        return true
    }
}

/// A place in a line. Nothing is read but by a Span, which checks its bounds.
private struct Cursor {
    var position: Int

    mutating func takes(_ text: StaticString, of line: Span<UInt8>) -> Bool {
        let count = text.utf8CodeUnitCount
        guard line.count - position >= count else { return false }
        for index in 0..<count where unsafe line[position + index] != text.utf8Start[index] { return false }
        position += count
        return true
    }

    /// The rest of a string and its quote, with the escapes undone. False for what is no JSON, and for surrogates.
    mutating func text(of line: Span<UInt8>, into bytes: inout [UInt8]) -> Bool {
        let start = position
        var all: UInt8 = 0
        while position < line.count {
            let run = position
            while position < line.count, isPlain(line[position]) {
                all |= line[position]
                position += 1
            }
            unsafe line.extracting(run..<position).withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
            guard position < line.count else { return false }
            if line[position] == UInt8(ascii: "\"") {
                position += 1
                return all < 0x80 || isUTF8(line.extracting(start..<position))
            }
            guard line[position] == UInt8(ascii: "\\"), escape(of: line, into: &bytes) else { return false }
        }
        return false
    }

    private func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    private func isUTF8(_ bytes: Span<UInt8>) -> Bool {
        do { _ = try UTF8Span(validating: bytes) } catch { return false }
        return true
    }

    private mutating func escape(of line: Span<UInt8>, into bytes: inout [UInt8]) -> Bool {
        guard line.count - position >= 2 else { return false }
        let letter = line[position + 1]
        position += 2
        switch letter {
        case UInt8(ascii: "n"): bytes.append(UInt8(ascii: "\n"))
        case UInt8(ascii: "r"): bytes.append(UInt8(ascii: "\r"))
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(letter)
        case UInt8(ascii: "u"): return unicode(of: line, into: &bytes)
        default: return false
        }
        return true
    }

    private mutating func unicode(of line: Span<UInt8>, into bytes: inout [UInt8]) -> Bool {
        guard line.count - position >= 4 else { return false }
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = hex(line[position]) else { return false }
            value = value << 4 | digit
            position += 1
        }
        guard let scalar = Unicode.Scalar(value), let encoded = Unicode.UTF8.encode(scalar) else { return false }
        bytes.append(contentsOf: encoded)
        return true
    }

    private func hex(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }
}
