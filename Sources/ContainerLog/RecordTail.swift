internal import Linux

/// The end of a record, `\n","stream":"stdout","time":"…"}` and a newline: made once a batch, copied for each record.
@safe struct RecordTail {
    private static let longest = 72
    private var stream: LogStream?
    private var time: UInt64 = 0
    private var length = 0
    private var text = TimeText()

    /// Prepares the end at the start of `memory`.
    mutating func set(_ stream: LogStream, _ time: UInt64, at memory: UnsafeMutableRawBufferPointer) {
        if stream == self.stream && time == self.time { return }
        guard let start = unsafe memory.assumingMemoryBound(to: UInt8.self).baseAddress else { return }
        (self.stream, self.time) = (stream, time)
        var end = unsafe put("\\n\",\"stream\":\"", at: start)
        end += unsafe put(stream.name, at: start + end)
        end += unsafe put("\",\"time\":\"", at: start + end)
        end += unsafe self.text.write(time, to: start + end)
        end += unsafe put("\"}\n", at: start + end)
        length = end
    }

    private func put(_ text: StaticString, at out: UnsafeMutablePointer<UInt8>) -> Int {
        for index in 0..<text.utf8CodeUnitCount { unsafe out[index] = text.utf8Start[index] }
        return text.utf8CodeUnitCount
    }

    /// Copies it from where `set` made it; without the newline's escape for a piece. Writes some bytes beyond, too.
    @inline(__always)
    func copy(from start: UnsafeRawPointer, to out: UnsafeMutableRawPointer, newline: Bool) -> Int {
        let skipped = newline ? 0 : 2
        // A copy of a fixed size is a few instructions.
        for offset in stride(from: 0, to: RecordTail.longest, by: 8) {
            let word = unsafe start.loadUnaligned(fromByteOffset: skipped + offset, as: UInt64.self)
            unsafe out.storeBytes(of: word, toByteOffset: offset, as: UInt64.self)
        }
        return length - skipped
    }

    /// Behind the last newline: a record holds none but its own end.
    static func lastEnd(in bytes: UnsafeRawBufferPointer) -> Int {
        unsafe (bytes.lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1
    }

    /// How many records there are, and how many of the container's bytes in them.
    static func measure(_ bytes: UnsafeRawBufferPointer) -> (records: UInt64, bytes: UInt64) {
        var records: UInt64 = 0
        var total: UInt64 = 0
        var start = 0
        while start < bytes.count {
            let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[start...])
            total += unsafe textLength(rest)
            records += 1
            start += unsafe (findByte(UInt8(ascii: "\n"), in: rest) ?? rest.count) + 1
        }
        return (records, total)
    }

    /// The container's bytes in the record's text, escapes undone.
    private static func textLength(_ record: UnsafeRawBufferPointer) -> UInt64 {
        var count: UInt64 = 0
        var index = 8
        while unsafe index < record.count && record[index] != UInt8(ascii: "\"") {
            let escaped = unsafe record[index] == UInt8(ascii: "\\") && index + 5 < record.count
            if unsafe escaped && record[index + 1] == UInt8(ascii: "u") {
                // `\u2028` stands for three bytes, `\ufffd` for one that is no UTF-8.
                count += unsafe record[index + 2] == UInt8(ascii: "2") ? 3 : 1
                index += 6
            } else {
                count += 1
                index += escaped ? 2 : 1
            }
        }
        return count
    }
}
