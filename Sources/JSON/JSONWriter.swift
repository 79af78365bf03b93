/// Writes JSON text as Go's encoding/json lays it out, since readers of runc's output compare it so.
///
/// Unlike Go's default, `<`, `>` and `&` are written as they are: the output never ends up in HTML.
/// Calls are trusted to nest properly; keys come out in the order in which they are written.
package struct JSONWriter {
    /// What has been written so far: UTF-8, without a final newline.
    package var bytes: [UInt8] = []
    /// Spaces a level; nil: compact.
    private let indent: Int?
    private var depth = 0
    /// True right after an opening bracket, where neither comma nor line break is due.
    private var isFirst = true
    private var isAfterKey = false

    /// - Parameter indent: spaces a level, one member a line; nil: compact.
    package init(indent: Int? = nil) { self.indent = indent }

    package mutating func beginObject() { begin(UInt8(ascii: "{")) }
    package mutating func endObject() { end(UInt8(ascii: "}")) }
    package mutating func beginArray() { begin(UInt8(ascii: "[")) }
    package mutating func endArray() { end(UInt8(ascii: "]")) }

    package mutating func key(_ name: String) {
        separate()
        quote(name)
        bytes.append(UInt8(ascii: ":"))
        if indent != nil { bytes.append(UInt8(ascii: " ")) }
        isAfterKey = true
    }

    package mutating func string(_ value: String) {
        separate()
        quote(value)
    }

    package mutating func integer<T: BinaryInteger>(_ value: T) { literal(String(value)) }

    /// Shortest digits that read back as `value`, in Go's notation. JSON has no infinity or NaN: those become null.
    package mutating func number(_ value: Double) { literal(value.isFinite ? goNotation(value) : "null") }

    package mutating func bool(_ value: Bool) { literal(value ? "true" : "false") }

    package mutating func null() { literal("null") }

    /// A value that is JSON already.
    package mutating func raw(_ text: [UInt8]) {
        separate()
        bytes.append(contentsOf: text)
    }
}

extension JSONWriter {
    private mutating func begin(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        depth += 1
        isFirst = true
    }

    private mutating func end(_ bracket: UInt8) {
        depth -= 1
        if !isFirst { breakLine() }
        bytes.append(bracket)
        isFirst = false
    }

    private mutating func literal(_ text: String) {
        separate()
        bytes.append(contentsOf: text.utf8)
    }

    /// Whatever stands between the last thing written and the next.
    private mutating func separate() {
        if isAfterKey {
            isAfterKey = false
            return
        }
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        if depth > 0 { breakLine() }
        isFirst = false
    }

    private mutating func breakLine() {
        guard let indent else { return }
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: indent * depth))
    }

    private mutating func quote(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { utf8 in
            var start = utf8.startIndex
            for index in utf8.indices where needsEscape(utf8, index) {
                bytes.append(contentsOf: utf8[start..<index])
                start = index + escape(utf8[index], utf8, index)
            }
            bytes.append(contentsOf: utf8[start...])
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// U+2028 and U+2029 (E2 80 A8, E2 80 A9) are legal in JSON; Go escapes them for JavaScript's sake.
    private func needsEscape(_ utf8: UnsafeBufferPointer<UInt8>, _ index: Int) -> Bool {
        let byte = utf8[index]
        if byte == 0xE2 { return utf8[index + 1] == 0x80 && utf8[index + 2] & 0xFE == 0xA8 }
        return byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    /// Writes the escape of the character at `index` and returns its length in UTF-8.
    private mutating func escape(_ byte: UInt8, _ utf8: UnsafeBufferPointer<UInt8>, _ index: Int) -> Int {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(byte)
        case 0x08: bytes.append(UInt8(ascii: "b"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0C: bytes.append(UInt8(ascii: "f"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        case 0xE2:
            bytes.append(contentsOf: (utf8[index + 2] == 0xA8 ? "u2028" : "u2029").utf8)
            return 3
        default:
            bytes.append(contentsOf: (byte < 0x10 ? "u000" : "u00").utf8)
            bytes.append(contentsOf: String(byte, radix: 16).utf8)
        }
        return 1
    }
}

/// Go's encoding/json: plain digits from 1e-6 up to 1e21, else `d.ddde-7`.
private func goNotation(_ value: Double) -> String {
    if value == 0 { return value.sign == .minus ? "-0" : "0" }
    let (digits, exponent) = decimal(value.magnitude)
    let sign = value < 0 ? "-" : ""
    guard (-6..<21).contains(exponent) else {
        let fraction = digits.dropFirst()
        let mantissa = fraction.isEmpty ? digits : "\(digits.prefix(1)).\(fraction)"
        return "\(sign)\(mantissa)e\(exponent < 0 ? "-" : "+")\(exponent.magnitude)"
    }
    if exponent < 0 { return "\(sign)0.\(zeros(-exponent - 1))\(digits)" }
    let missing = exponent + 1 - digits.count
    if missing >= 0 { return "\(sign)\(digits)\(zeros(missing))" }
    return "\(sign)\(digits.prefix(exponent + 1)).\(digits.dropFirst(exponent + 1))"
}

private func zeros(_ count: Int) -> String { String(repeating: "0", count: count) }

/// The shortest significant digits of a positive number, and the power of ten of the first one.
/// Swift writes those digits itself (`5e-324`, `0.001`, `120.0`): only the notation differs from Go's.
private func decimal(_ value: Double) -> (digits: String, exponent: Int) {
    let parts = value.description.split(separator: "e")
    let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
    let whole = mantissa[0]
    let all = mantissa.joined()
    let leading = all.prefix { $0 == "0" }.count
    let shift = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
    var digits = all.dropFirst(leading)
    while digits.count > 1, digits.last == "0" { digits.removeLast() }
    return (String(digits), whole.count - 1 - leading + shift)
}
