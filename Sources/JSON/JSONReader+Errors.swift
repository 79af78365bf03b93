extension JSONReader {
    /// Where the reader is: `linux.seccomp.syscalls[3].names`; empty at the top.
    package var path: String {
        var path = ""
        for step in trail {
            switch step {
            case .start: break
            case .index(let index): path += "[\(index)]"
            case .key(let key): append(String(decoding: bytes[key], as: UTF8.self), to: &path)
            case .name(let name): append(name, to: &path)
            }
        }
        return path
    }

    /// A fault of the value just read.
    @usableFromInline
    package func invalid(_ message: String) -> JSONError { error(.value, path, message) }

    /// A member that the object just read should have had.
    package func missing(_ name: StaticString) -> JSONError {
        var path = path
        append("\(name)", to: &path)
        return error(.value, path, "missing")
    }

    func syntaxError(_ message: String) -> JSONError { error(.syntax, path, message) }

    /// The next token is none that may stand here.
    func unexpected(_ message: String) -> JSONError {
        guard position < bytes.count else { return syntaxError("unexpected end") }
        var end = position + 1
        // The whole character: continuation bytes are 10xxxxxx.
        while end < bytes.count, bytes[end] & 0xC0 == 0x80 { end += 1 }
        return syntaxError("\(message), not \(excerpt(position..<end))")
    }

    /// The next value is of another type than `wanted`.
    func mismatch(_ wanted: String) -> JSONError {
        guard position < bytes.count, let found = kind(of: bytes[position]) else {
            return unexpected("expected \(wanted)")
        }
        return invalid("expected \(wanted), not \(found)")
    }

    /// Part of the text for a message: short, on one line.
    func excerpt(_ range: Range<Int>) -> String {
        let text = quoted(String(decoding: bytes[range].prefix(40), as: UTF8.self))
        let bare = text.dropFirst().dropLast()
        return range.count > 40 ? "\(bare)…" : String(bare)
    }

    private func kind(of byte: UInt8) -> String? {
        switch byte {
        case UInt8(ascii: "{"): "an object"
        case UInt8(ascii: "["): "an array"
        case UInt8(ascii: "\""): "a string"
        case UInt8(ascii: "t"), UInt8(ascii: "f"): "a boolean"
        case UInt8(ascii: "n"): "null"
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): "a number"
        default: nil
        }
    }

    /// Keys that are not plain words are quoted, and cut where they are long: they come from outside and end up in logs.
    private func append(_ key: String, to path: inout String) {
        let isWord = !key.isEmpty && key.utf8.count <= 64 && key.utf8.allSatisfy(isWordByte)
        if isWord {
            path += path.isEmpty ? key : ".\(key)"
        } else {
            path += "[\(quoted(key))]"
        }
    }

    private func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"): true
        default: false
        }
    }

    private func error(_ kind: JSONError.Kind, _ path: String, _ message: String) -> JSONError {
        let before = bytes.prefix(position)
        let lineStart = (before.lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1
        return JSONError(
            kind: kind,
            path: path,
            message: message,
            offset: position,
            line: before.count { $0 == UInt8(ascii: "\n") } + 1,
            column: position - lineStart + 1
        )
    }
}

/// `text` as JSON writes it, for messages: on one line, and cut where it is long.
package func quoted(_ text: String) -> String {
    var writer = JSONWriter()
    // Cut by scalars: one Character can be a megabyte of accents.
    let end = text.unicodeScalars.prefix(64).endIndex
    writer.string(end == text.endIndex ? text : "\(text[..<end])…")
    return String(decoding: writer.bytes, as: UTF8.self)
}
