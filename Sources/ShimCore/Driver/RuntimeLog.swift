internal import JSON
internal import Linux
internal import OCI

/// What a run of the runtime has left: its JSON log and what it wrote.
enum RuntimeLog {
    /// What is read of its output.
    static let limit = 64 << 10
    /// The end of its log, which is looked through for the reason.
    static let searched = 1 << 20
    /// The end of its log that the caller gets. With the message the report fits the 64 KiB of a pipe: the caller may
    /// wait for the shim's end first, and read then.
    static let told = 32 << 10
    /// Bytes of a message. It goes into EXIT frames of 64 KiB, and JSON makes six bytes of some.
    static let longestMessage = 4 << 10

    /// The error that it ended with: the last one of its log, else the beginning of what it wrote.
    static func message(log: [UInt8], written: [UInt8]) -> String {
        for line in lines(log).reversed() {
            if let entry = entry(line), entry.isError { return cut(entry.message) }
        }
        return text(written)
    }

    /// The log's lines as JSON values, for the caller: the last ones, `told` bytes in all.
    static func values(_ log: [UInt8]) -> [[UInt8]] {
        var result: [[UInt8]] = []
        var room = told
        for line in lines(log).reversed() {
            let value = value(line)
            room -= value.count + 1
            if room < 0 { break }
            result.append(value)
        }
        return result.reversed()
    }

    /// A line that is no entry becomes a string.
    private static func value(_ line: ArraySlice<UInt8>) -> [UInt8] {
        if entry(line) != nil { return Array(line) }
        var json = JSONWriter()
        json.string(String(decoding: line, as: UTF8.self))
        return json.bytes
    }

    /// What a log ends with: `bytes` is the end of a file, and where that is not all of it the first line is broken.
    static func wholeLines(_ bytes: [UInt8], isAll: Bool) -> [UInt8] {
        if isAll { return bytes }
        guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")) else { return [] }
        return Array(bytes[(end + 1)...])
    }

    /// Without the white space around it, and not more than a message holds.
    static func text(_ bytes: [UInt8]) -> String {
        let isSpace = { (byte: UInt8) in byte <= 0x20 }
        let body = bytes.drop(while: isSpace)
        let end = body.lastIndex { !isSpace($0) }.map { $0 + 1 } ?? body.startIndex
        return cut(String(decoding: body[..<end], as: UTF8.self))
    }

    /// Ends a text that is too long at a character's boundary.
    static func cut(_ text: String) -> String {
        let bytes = text.utf8
        guard bytes.count > longestMessage else { return text }
        let mark = "…"
        var end = bytes.index(bytes.startIndex, offsetBy: longestMessage - mark.utf8.count)
        while bytes[end] & 0xc0 == 0x80 { end = bytes.index(before: end) }
        return String(decoding: bytes[..<end], as: UTF8.self) + mark
    }

    private static func lines(_ log: [UInt8]) -> [ArraySlice<UInt8>] {
        log.split(separator: UInt8(ascii: "\n"))
    }

    private struct Entry: JSONObject {
        var level = ""
        var message = ""

        var isError: Bool { level == "error" || level == "fatal" || level == "panic" }

        mutating func members(_ json: inout JSONReader) throws(JSONError) {
            try json.member("level", &level)
            try json.member("msg", &message)
        }
    }

    private static func entry(_ line: ArraySlice<UInt8>) -> Entry? {
        do throws(RuntimeError) {
            return try parseJSON(Array(line)) { (json) throws(JSONError) in try Entry(from: &json) }
        } catch { return nil }
    }
}
