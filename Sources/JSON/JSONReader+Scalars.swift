extension JSONReader {
    /// True, and read, if the next value is null.
    @usableFromInline
    package mutating func null() throws(JSONError) -> Bool {
        guard peek() == UInt8(ascii: "n") else { return false }
        try literal("null")
        return true
    }

    @usableFromInline
    package mutating func bool() throws(JSONError) -> Bool {
        switch peek() {
        case UInt8(ascii: "t"):
            try literal("true")
            return true
        case UInt8(ascii: "f"):
            try literal("false")
            return false
        default: throw mismatch("true or false")
        }
    }

    package mutating func string() throws(JSONError) -> String { try string(allowingNUL: true) }

    /// A string that a system call can take: without NUL.
    @usableFromInline
    package mutating func text() throws(JSONError) -> String { try string(allowingNUL: false) }

    private mutating func string(allowingNUL: Bool) throws(JSONError) -> String {
        guard peek() == UInt8(ascii: "\"") else { throw mismatch("a string") }
        let start = position + 1
        guard let unescaped = try scanString() else {
            return String(decoding: bytes[start..<position - 1], as: UTF8.self)
        }
        // Only an escape can bring a NUL in: as a byte it is a control character.
        if !allowingNUL, unescaped.contains(0) { throw invalid("must not contain a NUL character") }
        return String(decoding: unescaped, as: UTF8.self)
    }

    /// An integer, exactly: `1.0` and `1e3` are not, as in Go.
    @inlinable
    package mutating func integer<T: FixedWidthInteger>(_ type: T.Type = T.self) throws(JSONError) -> T {
        T(truncatingIfNeeded: try integer(from: Int64(T.min), to: UInt64(T.max)))
    }

    /// Its bits, as two's complement where it is negative.
    @usableFromInline
    mutating func integer(from least: Int64, to greatest: UInt64) throws(JSONError) -> UInt64 {
        guard let start = peekNumber() else { throw mismatch("a number") }
        let number = try scanNumber()
        guard number.isInteger else { throw invalid("expected an integer, not \(excerpt(start..<position))") }
        // "-0" is no unsigned number in Go.
        let isWithin =
            number.isNegative ? least < 0 && number.magnitude <= least.magnitude : number.magnitude <= greatest
        guard isWithin, !number.overflows else {
            throw invalid("\(excerpt(start..<position)) is out of range (\(least) to \(greatest))")
        }
        return number.isNegative ? 0 &- number.magnitude : number.magnitude
    }

    /// Reads past any value, and checks it.
    package mutating func skip() throws(JSONError) {
        switch peek() {
        case UInt8(ascii: "{"): try entries { (json, _) throws(JSONError) in try json.skip() }
        case UInt8(ascii: "["): try array { (json) throws(JSONError) in try json.skip() }
        case UInt8(ascii: "\""): _ = try scanString()
        case UInt8(ascii: "t"): try literal("true")
        case UInt8(ascii: "f"): try literal("false")
        case UInt8(ascii: "n"): try literal("null")
        default:
            if peekNumber() == nil { throw unexpected("expected a value") }
            _ = try scanNumber()
        }
    }

    /// Reads past any value, checks it, and gives its text: for whom it is meant to be read.
    package mutating func raw() throws(JSONError) -> [UInt8] {
        _ = peek()
        let start = position
        try skip()
        return Array(bytes[start..<position])
    }

    private mutating func literal(_ word: StaticString) throws(JSONError) {
        let end = position + word.utf8CodeUnitCount
        let isThere = end <= bytes.count && word.withUTF8Buffer { bytes[position..<end].elementsEqual($0) }
        guard isThere else { throw syntaxError("expected \(word)") }
        position = end
    }
}

// MARK: - Numbers

extension JSONReader {
    private struct Number {
        var isNegative = false
        var magnitude: UInt64 = 0
        var overflows = false
        var isInteger = true
    }

    /// Where the next token starts, if it is a number.
    private mutating func peekNumber() -> Int? {
        let byte = peek()
        return byte == UInt8(ascii: "-") || isDigit(byte) ? position : nil
    }

    private mutating func scanNumber() throws(JSONError) -> Number {
        var number = Number()
        number.isNegative = take(UInt8(ascii: "-"))
        try scanMagnitude(of: &number)
        if take(UInt8(ascii: ".")) {
            number.isInteger = false
            try digits()
        }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            number.isInteger = false
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try digits()
        }
        return number
    }

    private mutating func scanMagnitude(of number: inout Number) throws(JSONError) {
        let start = position
        while position < bytes.count, isDigit(bytes[position]) {
            let (product, overflow) = number.magnitude.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(UInt64(bytes[position] - UInt8(ascii: "0")))
            number.magnitude = sum
            number.overflows = number.overflows || overflow || carry
            position += 1
        }
        if position == start { throw syntaxError("expected a digit") }
        if bytes[start] == UInt8(ascii: "0"), position > start + 1 {
            throw syntaxError("a number must not start with 0")
        }
    }

    private mutating func digits() throws(JSONError) {
        let start = position
        while position < bytes.count, isDigit(bytes[position]) { position += 1 }
        if position == start { throw syntaxError("expected a digit") }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    private func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }
}
