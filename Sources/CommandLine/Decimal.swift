/// An unsigned decimal number with a fraction, kept exact.
package struct Decimal: Equatable {
    private let whole: Int64
    private let fraction: Int64
    /// 10 to the number of digits in `fraction`.
    private let scale: Int64

    /// Takes digits with at most one point from the front of `text`; nil where there is no digit or the number is too
    /// big. Digits of the fraction after the 17th change nothing that a unit here could show.
    package init?(prefixOf text: inout Substring) {
        let digits = text.prefix(while: Decimal.isDigit)
        var rest = text.dropFirst(digits.count)
        var decimals: Substring = ""
        if rest.first == "." {
            rest = rest.dropFirst()
            decimals = rest.prefix(while: Decimal.isDigit)
            rest = rest.dropFirst(decimals.count)
        }
        if digits.isEmpty && decimals.isEmpty { return nil }
        guard let whole = digits.isEmpty ? 0 : Int64(digits) else { return nil }
        let kept = decimals.prefix(17)
        self.whole = whole
        fraction = Int64(kept) ?? 0
        scale = kept.reduce(1) { (power, _) in power * 10 }
        text = rest
    }

    /// The product, cut to a whole number; nil where it does not fit.
    package func scaled(by unit: Int64) -> Int64? {
        let (product, overflow) = whole.multipliedReportingOverflow(by: unit)
        let part = scale.dividingFullWidth(fraction.multipliedFullWidth(by: unit)).quotient
        let (sum, carried) = product.addingReportingOverflow(part)
        return overflow || carried ? nil : sum
    }

    private static func isDigit(_ character: Character) -> Bool { ("0"..."9").contains(character) }
}
