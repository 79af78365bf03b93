package import Linux

/// The runtime's log in the two shapes that callers of runc read: logrus text, and JSON lines of which containerd and
/// dockerd take the last with `"level":"error"` as the error they show.
package struct Log: Sendable {
    package enum Level: String, Sendable { case debug, info, warning, error }
    package enum Format: String, Sendable { case text, json }

    package let descriptor: BorrowedDescriptor
    private let format: Format
    package let debugging: Bool
    /// True where the log is not standard error, so that an error goes to both.
    package let isFile: Bool

    package init(
        to descriptor: BorrowedDescriptor = .standardError,
        format: Format = .text,
        debugging: Bool = false,
        isFile: Bool = false
    ) {
        self.descriptor = descriptor
        self.format = format
        self.debugging = debugging
        self.isFile = isFile
    }

    package func debug(_ message: @autoclosure () -> String) {
        if debugging { write(.debug, message()) }
    }

    package func info(_ message: String) { write(.info, message) }
    package func warning(_ message: String) { write(.warning, message) }
    package func error(_ message: String) { write(.error, message) }

    /// One line in one `write(2)`, so that lines of several processes do not mix.
    private func write(_ level: Level, _ message: String) {
        let time = Timestamp.now().rfc3339
        let line =
            switch format {
            case .text: "time=\(Log.quoted(time)) level=\(level.rawValue) msg=\(Log.quoted(message))\n"
            case .json:
                "{\"level\":\"\(level.rawValue)\",\"msg\":\(Log.quoted(message)),\"time\":\(Log.quoted(time))}\n"
            }
        do { try descriptor.writeAll(Array(line.utf8)) } catch { return }
    }

    /// A JSON string; logrus text quotes so, too.
    package static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "\r": result += "\\r"
            case let control where control.value < 0x20:
                let digits = String(control.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
