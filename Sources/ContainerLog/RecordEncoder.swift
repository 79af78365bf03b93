/// Writes one record's text: Docker's escaping, byte for byte (moby, daemon/logger/jsonfilelog/jsonlog).
struct RecordEncoder {
    /// The longest escape is `\u003c`.
    static let growth = 6
    /// What surrounds the text: `{"log":"\n","stream":"stdout","time":"…"}` and a newline.
    static let frame = 128

    /// `{"log":"` as it lies in memory on a little-endian machine.
    static let opening: UInt64 = 0x223A_2267_6F6C_227B

    /// Escapes up to the first newline (which is left), or all `count` bytes. Reads up to 7 bytes beyond `count` and
    /// writes up to 7 beyond what it reports.
    @inline(__always)
    static func escape(
        _ source: UnsafePointer<UInt8>,
        _ count: Int,
        to out: UnsafeMutablePointer<UInt8>
    ) -> (read: Int, written: Int) {
        var read = 0
        var written = 0
        while read < count {
            var found = unsafe copyWord(source + read, to: out + written)
            while found == 0 && count &- read > 8 {
                read &+= 8
                written &+= 8
                found = unsafe copyWord(source + read, to: out + written)
            }
            let plain = min(found == 0 ? 8 : found.trailingZeroBitCount &>> 3, count &- read)
            read &+= plain
            written &+= plain
            if found == 0 || read == count { continue }
            if unsafe source[read] == UInt8(ascii: "\n") { break }
            let (taken, made) = unsafe escapeOne(source + read, count - read, to: out + written)
            read &+= taken
            written &+= made
        }
        return (read, written)
    }

    /// Copies 8 bytes, and tells which of them are special.
    @inline(__always)
    private static func copyWord(_ source: UnsafePointer<UInt8>, to out: UnsafeMutablePointer<UInt8>) -> UInt64 {
        let word = unsafe UnsafeRawPointer(source).loadUnaligned(as: UInt64.self)
        unsafe UnsafeMutableRawPointer(out).storeBytes(of: word, as: UInt64.self)
        return special(UInt64(littleEndian: word))
    }

    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highs: UInt64 = 0x8080_8080_8080_8080

    /// The high bit of each byte that can't be copied as it is: below 0x20, 0x80 and above, `"`, `\`, `<`, `>`, `&`. The
    /// lowest bit is exact; a carry may set more above it.
    @inline(__always)
    private static func special(_ word: UInt64) -> UInt64 {
        // `"` and `&` differ in bit 2, `<` and `>` in bit 1.
        let quotes = (word & ~(ones &* 0x04)) ^ (ones &* 0x22)
        let brackets = (word & ~(ones &* 0x02)) ^ (ones &* 0x3c)
        let backslashes = word ^ (ones &* 0x5c)
        let zeros =
            ((quotes &- ones) & ~quotes) | ((brackets &- ones) & ~brackets)
            | ((backslashes &- ones) & ~backslashes)
        return (zeros | ((word &- (ones &* 0x20)) & ~word) | word) & highs
    }

    /// One byte or one UTF-8 sequence that can't be copied as it is.
    @inline(never)
    private static func escapeOne(
        _ source: UnsafePointer<UInt8>,
        _ count: Int,
        to out: UnsafeMutablePointer<UInt8>
    ) -> (Int, Int) {
        let byte = unsafe source[0]
        if byte >= 0x80 { return unsafe sequence(source, count, to: out) }
        unsafe out[0] = UInt8(ascii: "\\")
        switch byte {
        case UInt8(ascii: "\\"), UInt8(ascii: "\""): unsafe out[1] = byte
        case UInt8(ascii: "\r"): unsafe out[1] = UInt8(ascii: "r")
        default:
            unsafe unicode(0, to: out)
            unsafe out[4] = hex(byte >> 4)
            unsafe out[5] = hex(byte & 15)
            return (1, 6)
        }
        return (1, 2)
    }

    /// A run of UTF-8 sequences, copied; or one that has to be escaped.
    private static func sequence(
        _ source: UnsafePointer<UInt8>,
        _ count: Int,
        to out: UnsafeMutablePointer<UInt8>
    ) -> (Int, Int) {
        var done = 0
        while unsafe done < count && source[done] >= 0x80 {
            let length = unsafe UTF8Sequence.length(source + done, count - done)
            let separator = unsafe length == 3 && isSeparator(source + done)
            if length == 0 || separator {
                if done > 0 { break }
                unsafe unicode(0xfffd, to: out)
                // U+2028 and U+2029 end a line in JavaScript.
                if separator { unsafe separatorDigits(source[2], to: out) }
                return (max(length, 1), 6)
            }
            for index in 0..<length { unsafe out[done + index] = source[done + index] }
            done += length
        }
        return (done, done)
    }

    private static func isSeparator(_ source: UnsafePointer<UInt8>) -> Bool {
        unsafe source[0] == 0xe2 && source[1] == 0x80 && source[2] & 0xfe == 0xa8
    }

    private static func separatorDigits(_ last: UInt8, to out: UnsafeMutablePointer<UInt8>) {
        unsafe unicode(0x2020, to: out)
        unsafe out[5] = hex(last & 15)
    }

    private static func unicode(_ value: UInt32, to out: UnsafeMutablePointer<UInt8>) {
        unsafe out[0] = UInt8(ascii: "\\")
        unsafe out[1] = UInt8(ascii: "u")
        for place in 0..<4 {
            unsafe out[2 + place] = hex(UInt8(truncatingIfNeeded: value >> UInt32(12 - 4 * place)) & 15)
        }
    }

    private static func hex(_ digit: UInt8) -> UInt8 {
        digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
    }
}

/// UTF-8 as Unicode's table 3-7 has it: no surrogates, nothing longer than need be, nothing above U+10FFFF.
enum UTF8Sequence {
    /// Bytes of the well-formed sequence that begins here; 0: there is none.
    static func length(_ source: UnsafePointer<UInt8>, _ count: Int) -> Int {
        let lead = unsafe source[0]
        let length = expected(lead)
        guard length > 1, count >= length else { return length == 1 ? 1 : 0 }
        guard unsafe secondByte(lead).contains(source[1]) else { return 0 }
        for index in 2..<max(2, length) where unsafe source[index] & 0xc0 != 0x80 { return 0 }
        return length
    }

    /// What the first byte says; 0 for one that begins nothing.
    static func expected(_ lead: UInt8) -> Int {
        switch lead {
        case 0..<0x80: 1
        case 0xc2...0xdf: 2
        case 0xe0...0xef: 3
        case 0xf0...0xf4: 4
        default: 0
        }
    }

    private static func secondByte(_ lead: UInt8) -> ClosedRange<UInt8> {
        switch lead {
        case 0xe0: 0xa0...0xbf
        case 0xed: 0x80...0x9f
        case 0xf0: 0x90...0xbf
        case 0xf4: 0x80...0x8f
        default: 0x80...0xbf
        }
    }

    /// Where to cut `count` bytes so that no sequence is broken: there, or up to three bytes before.
    static func cut(_ source: UnsafePointer<UInt8>, at count: Int) -> Int {
        for back in 1...min(3, count) {
            let byte = unsafe source[count - back]
            if byte & 0xc0 == 0x80 { continue }
            return expected(byte) > back ? count - back : count
        }
        return count
    }
}
