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
        let (year, month, day) = civil(days: Int(seconds / 86400))
        let rest = seconds % 86400
        return "\(padded(UInt64(year), 4))-\(padded(UInt64(month), 2))-\(padded(UInt64(day), 2))"
            + "T\(padded(rest / 3600, 2)):\(padded(rest / 60 % 60, 2)):\(padded(rest % 60, 2))"
    }

    private func padded(_ value: UInt64, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    /// Days since 1970 to a date of the Gregorian calendar, counted in eras of 400 years that begin in March.
    private func civil(days: Int) -> (year: Int, month: Int, day: Int) {
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
}
