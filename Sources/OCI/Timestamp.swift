internal import Linux

/// A moment in UTC, to the nanosecond.
package struct Timestamp: Equatable, Sendable {
    /// Nanoseconds since 1970.
    package let nanoseconds: UInt64

    package init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

    package static func now() -> Timestamp { Timestamp(nanoseconds: Clock.realtime()) }

    /// `2026-11-24T18:25:58Z`
    package var rfc3339: String { "\(dateTime)Z" }

    /// `2026-11-24T18:25:58.123456789Z`, without trailing zeros of the fraction, as Go writes it.
    package var rfc3339Nano: String {
        var fraction = nanoseconds % 1_000_000_000
        if fraction == 0 { return rfc3339 }
        var width = 9
        while fraction % 10 == 0 {
            fraction /= 10
            width -= 1
        }
        return "\(dateTime).\(padded(fraction, width))Z"
    }

    private var dateTime: String {
        let seconds = nanoseconds / 1_000_000_000
        let (year, month, day) = Timestamp.civil(days: Int(seconds / 86400))
        let rest = seconds % 86400
        return "\(padded(UInt64(year), 4))-\(padded(UInt64(month), 2))-\(padded(UInt64(day), 2))"
            + "T\(padded(rest / 3600, 2)):\(padded(rest / 60 % 60, 2)):\(padded(rest % 60, 2))"
    }

    private func padded(_ value: UInt64, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    /// Days since 1970 to a date of the Gregorian calendar, counted in eras of 400 years that begin in March.
    private static func civil(days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    /// Days since 1970 of a date, the inverse of `civil`.
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = shiftedYear / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}

extension Timestamp {
    /// RFC 3339, section 5.6, from 1970 on: `2026-11-24T18:25:58.123456789Z`, or with an offset such as `+01:00`. nil for
    /// another text and for a day that is none.
    package init?(_ text: String) {
        var rest = Array(text.utf8)[...]
        guard let year = Timestamp.number(&rest, 4, "-"), let month = Timestamp.number(&rest, 2, "-"),
            let day = Timestamp.number(&rest, 2, "T"), let hour = Timestamp.number(&rest, 2, ":"),
            let minute = Timestamp.number(&rest, 2, ":"), let second = Timestamp.number(&rest, 2, nil)
        else { return nil }
        guard (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second < 61 else { return nil }
        guard let fraction = Timestamp.fraction(&rest), let offset = Timestamp.offset(rest) else { return nil }
        let days = Timestamp.days(year, month, day)
        guard Timestamp.civil(days: days) == (year, month, day) else { return nil }
        let minutes = (days * 24 + hour) * 60 + minute - offset
        let seconds = minutes * 60 + second
        // 2554 is where 64 bits of nanoseconds end.
        guard seconds >= 0, year < 2554 else { return nil }
        nanoseconds = UInt64(seconds) * 1_000_000_000 + fraction
    }

    /// `digits` decimal digits, and `end` behind them.
    private static func number(_ rest: inout ArraySlice<UInt8>, _ digits: Int, _ end: Unicode.Scalar?) -> Int? {
        let part = rest.prefix(digits)
        guard part.count == digits, part.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        rest = rest.dropFirst(digits)
        if let end {
            guard rest.first == UInt8(ascii: end) else { return nil }
            rest = rest.dropFirst()
        }
        return part.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    /// Nanoseconds of `.123456789`; digits beyond the ninth do not count.
    private static func fraction(_ rest: inout ArraySlice<UInt8>) -> UInt64? {
        guard rest.first == 0x2e else { return 0 }
        let digits = rest.dropFirst().prefix { (0x30...0x39).contains($0) }
        rest = rest[digits.endIndex...]
        if digits.isEmpty { return nil }
        let padded = Array(digits.prefix(9)) + [UInt8](repeating: 0x30, count: max(0, 9 - digits.count))
        return padded.reduce(0) { $0 * 10 + UInt64($1 - 0x30) }
    }

    /// Minutes east of UTC: `Z` or `+01:00`.
    private static func offset(_ text: ArraySlice<UInt8>) -> Int? {
        if text.elementsEqual([UInt8(ascii: "Z")]) { return 0 }
        var rest = text.dropFirst()
        guard let sign = text.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"),
            let hours = number(&rest, 2, ":"), let minutes = number(&rest, 2, nil), rest.isEmpty, hours < 24,
            minutes < 60
        else { return nil }
        return (sign == UInt8(ascii: "+") ? 1 : -1) * (hours * 60 + minutes)
    }
}
