internal import JSON
internal import Linux

/// What the caller hears, SM-12.
enum ReadyReport {
    /// One line for `--ready-fd`.
    static func ready(shimPid: Int32, pid: Int32, socket: String) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.member("ok", true)
        json.member("shimPid", shimPid)
        json.member("pid", pid)
        json.member("socket", socket)
        json.endObject()
        return json.bytes + [UInt8(ascii: "\n")]
    }

    /// `log`: lines of the runtime's log, JSON each.
    static func failed(_ message: String, log: [[UInt8]]) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.member("ok", false)
        json.member("error", message)
        json.key("runtimeLog")
        json.beginArray()
        for line in log { json.raw(line) }
        json.endArray()
        json.endObject()
        return json.bytes + [UInt8(ascii: "\n")]
    }
}

/// The pipe between the command and the daemon that it leaves: a byte that says how it went, and words.
enum StartPipe {
    private static let success = UInt8(ascii: "0")
    private static let failure = UInt8(ascii: "1")

    static let ready: [UInt8] = [success]
    static func failed(_ message: String) -> [UInt8] { [failure] + Array(message.utf8) }

    /// nil after success, else why not. An empty text: the daemon ended without a word.
    static func failure(in bytes: [UInt8]) -> String? {
        switch bytes.first {
        case success: nil
        case failure: String(decoding: bytes.dropFirst(), as: UTF8.self)
        default: "the shim has ended before it could say why"
        }
    }
}
