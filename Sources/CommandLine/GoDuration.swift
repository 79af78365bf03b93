/// A span of time in Go's notation, as `events --interval` takes it: `300ms`, `-1.5h`, `2h45m`.
package struct GoDuration: Equatable, Sendable {
    package let nanoseconds: Int64

    package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// nil: not of that notation, or more than 292 years.
    package init?(_ text: String) {
        let body = text.drop { $0 == "+" || $0 == "-" }
        guard text.utf8.count - body.utf8.count <= 1, !body.isEmpty else { return nil }
        guard let magnitude = body == "0" ? 0 : GoDuration.sum(body) else { return nil }
        nanoseconds = text.utf8.first == 0x2d ? -magnitude : magnitude
    }

    private static func sum(_ text: Substring) -> Int64? {
        var total: Int64 = 0
        var rest = text
        while !rest.isEmpty {
            guard let decimal = Decimal(prefixOf: &rest) else { return nil }
            let name = rest.prefix { !$0.isASCII || $0.isLetter }
            rest = rest.dropFirst(name.count)
            guard let scale = scale(name), let part = decimal.scaled(by: scale) else { return nil }
            let (next, overflow) = total.addingReportingOverflow(part)
            if overflow { return nil }
            total = next
        }
        return total
    }

    private static func scale(_ unit: Substring) -> Int64? {
        switch unit {
        case "ns": 1
        // The micro sign (U+00B5) and the Greek letter (U+03BC).
        case "us", "\u{b5}s", "\u{3bc}s": 1_000
        case "ms": 1_000_000
        case "s": 1_000_000_000
        case "m": 60_000_000_000
        case "h": 3_600_000_000_000
        default: nil
        }
    }
}
