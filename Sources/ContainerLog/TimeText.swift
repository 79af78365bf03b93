/// Writes RFC 3339 with nanoseconds as Go does: without trailing zeros of the fraction. Allocates nothing, and works the
/// date out once a second.
@safe struct TimeText {
    /// `2026-11-24T18:25:58.123456789Z`
    static let longest = 30

    private var second = UInt64.max
    private var year: UInt64 = 0
    private var month: UInt64 = 0
    private var day: UInt64 = 0
    private var today = UInt64.max

    /// Writes at `out`, which has room for `longest` bytes. How many were written.
    mutating func write(_ nanoseconds: UInt64, to out: UnsafeMutablePointer<UInt8>) -> Int {
        let seconds = nanoseconds / 1_000_000_000
        setDate(days: seconds / 86400)
        let rest = seconds % 86400
        unsafe digits(year, 4, to: out)
        unsafe out[4] = UInt8(ascii: "-")
        unsafe digits(month, 2, to: out + 5)
        unsafe out[7] = UInt8(ascii: "-")
        unsafe digits(day, 2, to: out + 8)
        unsafe out[10] = UInt8(ascii: "T")
        unsafe digits(rest / 3600, 2, to: out + 11)
        unsafe out[13] = UInt8(ascii: ":")
        unsafe digits(rest / 60 % 60, 2, to: out + 14)
        unsafe out[16] = UInt8(ascii: ":")
        unsafe digits(rest % 60, 2, to: out + 17)
        return unsafe writeFraction(nanoseconds % 1_000_000_000, to: out + 19) + 19
    }

    private func writeFraction(_ nanoseconds: UInt64, to out: UnsafeMutablePointer<UInt8>) -> Int {
        var length = 0
        if nanoseconds > 0 {
            unsafe out[0] = UInt8(ascii: ".")
            unsafe digits(nanoseconds, 9, to: out + 1)
            length = 10
            while unsafe out[length - 1] == UInt8(ascii: "0") { length -= 1 }
        }
        unsafe out[length] = UInt8(ascii: "Z")
        return length + 1
    }

    private func digits(_ value: UInt64, _ width: Int, to out: UnsafeMutablePointer<UInt8>) {
        var value = value
        for place in stride(from: width - 1, through: 0, by: -1) {
            unsafe out[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value % 10)
            value /= 10
        }
    }

    /// Days since 1970 to a date of the Gregorian calendar, counted in eras of 400 years that begin in March.
    private mutating func setDate(days: UInt64) {
        guard days != today else { return }
        today = days
        let shifted = days + 719_468
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + shifted / 146_097 * 400 + (month <= 2 ? 1 : 0)
    }
}

/// Reads RFC 3339 with any number of digits in the fraction, and any offset.
struct TimeReader {
    /// Nanoseconds since 1970; nil for what is no such text, and for moments outside 1970 to 2500.
    static func nanoseconds(of text: Span<UInt8>) -> UInt64? {
        guard text.count >= 20, text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-"),
            text[10] == UInt8(ascii: "T"), text[13] == UInt8(ascii: ":"), text[16] == UInt8(ascii: ":")
        else { return nil }
        guard let date = days(of: text), let seconds = secondOfDay(text),
            let (fraction, end) = fraction(of: text), let offset = offset(of: text, at: end)
        else { return nil }
        let moment = date * 86400 + seconds - offset
        return moment < 0 ? nil : UInt64(moment) * 1_000_000_000 + fraction
    }

    private static func number(_ text: Span<UInt8>, _ range: Range<Int>, _ allowed: ClosedRange<Int>) -> Int? {
        var result = 0
        for index in range {
            let digit = text[index]
            guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") else { return nil }
            result = result * 10 + Int(digit - UInt8(ascii: "0"))
        }
        return allowed.contains(result) ? result : nil
    }

    private static func days(of text: Span<UInt8>) -> Int? {
        guard let year = number(text, 0..<4, 1969...2500), let month = number(text, 5..<7, 1...12),
            let day = number(text, 8..<10, 1...31)
        else { return nil }
        if day > length(of: month, year) { return nil }
        let shifted = month <= 2 ? year - 1 : year
        let yearOfEra = shifted % 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return shifted / 400 * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func length(of month: Int, _ year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private static func secondOfDay(_ text: Span<UInt8>) -> Int? {
        // A leap second reads as the next minute's first.
        guard let hour = number(text, 11..<13, 0...23), let minute = number(text, 14..<16, 0...59),
            let second = number(text, 17..<19, 0...60)
        else { return nil }
        return hour * 3600 + minute * 60 + second
    }

    /// The nanoseconds, and where the offset begins.
    private static func fraction(of text: Span<UInt8>) -> (UInt64, Int)? {
        guard text[19] == UInt8(ascii: ".") else { return (0, 19) }
        var index = 20
        var value: UInt64 = 0
        var unit: UInt64 = 100_000_000
        while index < text.count, text[index] >= UInt8(ascii: "0"), text[index] <= UInt8(ascii: "9") {
            value += UInt64(text[index] - UInt8(ascii: "0")) * unit
            unit /= 10
            index += 1
        }
        return index == 20 ? nil : (value, index)
    }

    /// Seconds east of UTC.
    private static func offset(of text: Span<UInt8>, at start: Int) -> Int? {
        guard start < text.count else { return nil }
        if text[start] == UInt8(ascii: "Z") { return start + 1 == text.count ? 0 : nil }
        guard text.count == start + 6, text[start + 3] == UInt8(ascii: ":"),
            let hours = number(text, (start + 1)..<(start + 3), 0...23),
            let minutes = number(text, (start + 4)..<(start + 6), 0...59)
        else { return nil }
        switch text[start] {
        case UInt8(ascii: "+"): return hours * 3600 + minutes * 60
        case UInt8(ascii: "-"): return -(hours * 3600 + minutes * 60)
        default: return nil
        }
    }
}

extension Span where Element == UInt8 {
    /// Nanoseconds since 1970 of the RFC 3339 text that these bytes are.
    var rfc3339: UInt64? { TimeReader.nanoseconds(of: self) }
}
