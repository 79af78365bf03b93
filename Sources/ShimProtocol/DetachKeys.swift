/// Looks for a sequence of keys in what a client types, over any cut into reads. A part of the sequence is held back
/// until the next byte says that it is none; the whole is not passed on.
package struct DetachKeys: Equatable, Sendable {
    private let keys: [UInt8]
    /// How many of `keys` have been seen and held back.
    private var matched = 0

    package init(_ keys: [UInt8]) { self.keys = keys }

    /// What came of some input.
    package struct Outcome: Equatable, Sendable {
        /// What is to be passed on; after a match, what was before the keys.
        package var bytes: [UInt8] = []
        package var isDetached = false

        package init() {}
    }

    package mutating func scan(_ input: some Sequence<UInt8>) -> Outcome {
        var outcome = Outcome()
        if keys.isEmpty {
            outcome.bytes = Array(input)
            return outcome
        }
        for byte in input {
            advance(byte, into: &outcome.bytes)
            if matched == keys.count {
                outcome.isDetached = true
                // Nothing is held back any more: the keys are not input.
                matched = 0
                return outcome
            }
        }
        return outcome
    }

    /// Lets go of what was held back only, the longest beginning of the keys that still may be one kept.
    private mutating func advance(_ byte: UInt8, into passed: inout [UInt8]) {
        let seen = keys[..<matched] + [byte]
        var length = min(seen.count, keys.count)
        while !seen.suffix(length).elementsEqual(keys.prefix(length)) { length -= 1 }
        passed += seen.dropLast(length)
        matched = length
    }

    /// What is held back when the input ends without the rest.
    package mutating func end() -> [UInt8] {
        defer { matched = 0 }
        return Array(keys[..<matched])
    }

    /// Docker's way to write keys: `ctrl-p,ctrl-q`, single characters, and `ctrl-` with a-z, @, [, \, ], ^ or _.
    /// nil where a part is none.
    package init?(parsing text: String) {
        var keys: [UInt8] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let key = DetachKeys.key(part) else { return nil }
            keys.append(key)
        }
        if keys.count > Attachment.longestKeys { return nil }
        self.init(keys)
    }

    package var bytes: [UInt8] { keys }

    private static func key(_ part: Substring) -> UInt8? {
        let bytes = Array(part.utf8)
        if bytes.count == 1 { return bytes[0] }
        guard bytes.count == 6, part.lowercased().hasPrefix("ctrl-") else { return nil }
        switch bytes[5] {
        case UInt8(ascii: "a")...UInt8(ascii: "z"): return bytes[5] & 0x1f
        case UInt8(ascii: "@"), UInt8(ascii: "[")...UInt8(ascii: "_"): return bytes[5] & 0x1f
        default: return nil
        }
    }
}
