/// A strict pull reader for RFC 8259: no tree is built, values go straight to where they belong.
///
/// Where the RFC leaves a choice: text is UTF-8 without a byte order mark, lone surrogates are errors, containers nest
/// to `maximumDepth`, integers are exact, the last of several equal keys wins. Once a call has thrown, the reader is done.
@usableFromInline
package struct JSONReader {
    /// Containers inside each other. A config needs 7; the limit bounds the stack.
    package static let maximumDepth = 100

    /// Where the reader is inside one open container.
    enum Step {
        case start
        /// The key's bytes, between its quotes.
        case key(Range<Int>)
        case name(String)
        case index(Int)
    }

    let bytes: [UInt8]
    var position = 0
    /// One entry an open container, outermost first.
    var trail: [Step] = []

    /// The current member's key, until its value has been taken.
    private var key = 0..<0
    /// The key's text, where escapes make it differ from its bytes.
    private var unescapedKey: [UInt8]?
    private var isPending = false
    private var isFolding = false

    /// Paths of the members that `flag(_:)` found set, in the order of the text.
    package private(set) var flagged: [String] = []

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
        trail.reserveCapacity(16)
    }

    /// Checks that nothing but blanks follows.
    package mutating func finish() throws(JSONError) {
        _ = peek()
        if position < bytes.count { throw syntaxError("unexpected text after the end") }
    }
}

// MARK: - Containers

extension JSONReader {
    /// Reads an object: `members` runs for each member and lists, as `member("name", &value)`, all that are known.
    ///
    /// A key that no name equals is offered again without regard to ASCII case, as Go decodes; what then is still
    /// unknown is checked and skipped.
    @usableFromInline
    package mutating func object(_ members: (inout JSONReader) throws(JSONError) -> Void) throws(JSONError) {
        try open(UInt8(ascii: "{"), "an object")
        var goesOn = try !closes(UInt8(ascii: "}"))
        while goesOn {
            try readKey()
            isPending = true
            try members(&self)
            if isPending {
                isFolding = true
                try members(&self)
                isFolding = false
            }
            if isPending { try skip() }
            isPending = false
            goesOn = try continues(UInt8(ascii: "}"))
        }
        trail.removeLast()
    }

    /// Reads an object whose keys are data; `entry` has to read each value.
    @usableFromInline
    package mutating func entries(_ entry: (inout JSONReader, String) throws(JSONError) -> Void) throws(JSONError) {
        try open(UInt8(ascii: "{"), "an object")
        var goesOn = try !closes(UInt8(ascii: "}"))
        while goesOn {
            try readKey()
            let name = String(decoding: unescapedKey ?? Array(bytes[key]), as: UTF8.self)
            try entry(&self, name)
            goesOn = try continues(UInt8(ascii: "}"))
        }
        trail.removeLast()
    }

    /// Reads an array; `element` has to read each value.
    @usableFromInline
    package mutating func array(_ element: (inout JSONReader) throws(JSONError) -> Void) throws(JSONError) {
        try open(UInt8(ascii: "["), "an array")
        var goesOn = try !closes(UInt8(ascii: "]"))
        var index = 0
        while goesOn {
            trail[trail.count - 1] = .index(index)
            try element(&self)
            index += 1
            goesOn = try continues(UInt8(ascii: "]"))
        }
        trail.removeLast()
    }

    private mutating func open(_ bracket: UInt8, _ wanted: StaticString) throws(JSONError) {
        guard peek() == bracket else { throw mismatch("\(wanted)") }
        guard trail.count < JSONReader.maximumDepth else {
            throw syntaxError("nested more than \(JSONReader.maximumDepth) deep")
        }
        position += 1
        trail.append(.start)
    }

    /// True if the container that was just opened is empty.
    private mutating func closes(_ bracket: UInt8) throws(JSONError) -> Bool {
        guard peek() == bracket else { return false }
        position += 1
        return true
    }

    /// After a value: true at a comma, false at the closing bracket.
    private mutating func continues(_ bracket: UInt8) throws(JSONError) -> Bool {
        let byte = peek()
        guard byte == UInt8(ascii: ",") || byte == bracket else {
            throw unexpected("expected , or \(Character(Unicode.Scalar(bracket)))")
        }
        position += 1
        return byte == UInt8(ascii: ",")
    }
}

// MARK: - Members

extension JSONReader {
    /// True if the current member has this name and its value is still to be read, which the caller then has to do.
    @usableFromInline
    package mutating func takes(_ name: StaticString) -> Bool {
        guard isPending, name.utf8CodeUnitCount == unescapedKey?.count ?? key.count, keyEquals(name) else {
            return false
        }
        isPending = false
        if isFolding {
            isFolding = false
            trail[trail.count - 1] = .name("\(name)")
        }
        return true
    }

    /// Reads past member `name` and keeps its path in `flagged` if it is set to anything but null, `""`, `[]` or `{}`.
    package mutating func flag(_ name: StaticString) throws(JSONError) {
        guard takes(name) else { return }
        _ = peek()
        let start = position
        try skip()
        if !isEmpty(start..<position) { flagged.append(path) }
    }

    /// Keeps `path` in `flagged`.
    package mutating func flag(path: String) { flagged.append(path) }

    private func isEmpty(_ value: Range<Int>) -> Bool {
        switch bytes[value.lowerBound] {
        case UInt8(ascii: "n"): true
        case UInt8(ascii: "\""): value.count == 2
        case UInt8(ascii: "["), UInt8(ascii: "{"):
            bytes[value].dropFirst().dropLast().allSatisfy(isBlank)
        default: false
        }
    }

    private mutating func readKey() throws(JSONError) {
        trail[trail.count - 1] = .start
        guard peek() == UInt8(ascii: "\"") else { throw unexpected("expected a key") }
        let start = position + 1
        unescapedKey = try scanString()
        key = start..<position - 1
        trail[trail.count - 1] = unescapedKey.map { .name(String(decoding: $0, as: UTF8.self)) } ?? .key(key)
        guard peek() == UInt8(ascii: ":") else { throw unexpected("expected : after the key") }
        position += 1
    }

    /// Expects equal lengths.
    private func keyEquals(_ name: StaticString) -> Bool {
        name.withUTF8Buffer { utf8 in
            for index in utf8.indices {
                let byte = unescapedKey?[index] ?? bytes[key.lowerBound + index]
                if byte == utf8[index] { continue }
                guard isFolding, lowercased(byte) == lowercased(utf8[index]) else { return false }
            }
            return true
        }
    }

    private func lowercased(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}

// MARK: - Bytes

extension JSONReader {
    /// The first byte of the next token, without taking it; 0 at the end (a NUL byte starts no token either).
    @inline(__always)
    mutating func peek() -> UInt8 {
        while position < bytes.count {
            let byte = bytes[position]
            if !isBlank(byte) { return byte }
            position += 1
        }
        return 0
    }

    @inline(__always)
    private func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\t")
            || byte == UInt8(ascii: "\r")
    }
}
