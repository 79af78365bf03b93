extension JSONReader {
    /// Reads a string with its quotes. nil: its text is the bytes between them; else the text, freed of escapes.
    mutating func scanString() throws(JSONError) -> [UInt8]? {
        position += 1
        let start = position
        var text: [UInt8]?
        var isASCII = true
        while true {
            let run = position
            let plain = endOfPlain()
            position = plain.end
            isASCII = isASCII && plain.isASCII
            if text != nil { text?.append(contentsOf: bytes[run..<position]) }
            guard position < bytes.count else { throw syntaxError("unterminated string") }
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") { break }
            guard byte == UInt8(ascii: "\\") else { throw syntaxError("control character in a string") }
            var unescaped = text ?? Array(bytes[start..<position])
            text = nil
            try scanEscape(into: &unescaped)
            text = unescaped
        }
        if !isASCII { try checkUTF8(start..<position) }
        position += 1
        return text
    }

    /// The next quote, backslash or control character, and whether all before it is ASCII.
    @inline(__always)
    private func endOfPlain() -> (end: Int, isASCII: Bool) {
        let span = bytes.span
        var index = position
        var bits: UInt8 = 0
        while index < span.count {
            let byte = span[index]
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte < 0x20 { break }
            bits |= byte
            index += 1
        }
        return (index, bits < 0x80)
    }

    /// The raw bytes of a string are UTF-8 exactly if its text is: escapes are ASCII and stand for whole characters.
    private mutating func checkUTF8(_ range: Range<Int>) throws(JSONError) {
        do { _ = try UTF8Span(validating: bytes.span.extracting(range)) } catch {
            position = range.lowerBound + error.byteOffsets.lowerBound
            throw syntaxError("invalid UTF-8")
        }
    }

    private mutating func scanEscape(into text: inout [UInt8]) throws(JSONError) {
        let start = position
        let letter = position + 1 < bytes.count ? bytes[position + 1] : 0
        position += 2
        if letter == UInt8(ascii: "u") {
            let scalar = try scanUnicodeEscape(start)
            text.append(contentsOf: Unicode.UTF8.encode(scalar) ?? Unicode.UTF8.encodedReplacementCharacter)
            return
        }
        guard let byte = unescaped(letter) else {
            position = start
            throw syntaxError("invalid escape in a string")
        }
        text.append(byte)
    }

    private func unescaped(_ letter: UInt8) -> UInt8? {
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): letter
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        default: nil
        }
    }

    /// The four digits after `\u`, and the second half of a surrogate pair where the first calls for it.
    private mutating func scanUnicodeEscape(_ start: Int) throws(JSONError) -> Unicode.Scalar {
        let first = try scanHex4(start)
        if let scalar = Unicode.Scalar(first) { return scalar }
        let isPair =
            first < 0xDC00 && position + 1 < bytes.count
            && bytes[position] == UInt8(ascii: "\\") && bytes[position + 1] == UInt8(ascii: "u")
        if isPair {
            position += 2
            let second = try scanHex4(position - 2)
            let low = second &- 0xDC00
            if low < 0x400, let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + low) { return scalar }
        }
        position = start
        throw syntaxError("lone surrogate in a string")
    }

    private mutating func scanHex4(_ start: Int) throws(JSONError) -> UInt32 {
        var value: UInt32 = 0
        for index in position..<position + 4 {
            guard index < bytes.count, let digit = hexDigit(bytes[index]) else {
                position = start
                throw syntaxError("invalid escape in a string")
            }
            value = value << 4 | UInt32(digit)
        }
        position += 4
        return value
    }

    private func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
