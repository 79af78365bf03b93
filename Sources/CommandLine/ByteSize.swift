/// A memory size of `update`: bytes, or with K, M, G, T or P in steps of 1024; `-1` is "no limit".
package enum ByteSize {
    /// nil: not a size, or more than 2^63 - 1 bytes.
    package static func parse(_ text: String) -> Int64? {
        if text == "-1" { return -1 }
        var rest = Substring(text)
        guard let number = Decimal(prefixOf: &rest) else { return nil }
        if rest.first == " " { rest = rest.dropFirst() }
        guard let unit = unit(rest.lowercased()) else { return nil }
        return number.scaled(by: unit)
    }

    /// `m`, `mb` and `mib` are one unit.
    private static func unit(_ name: String) -> Int64? {
        let letters = Array("kmgtp")
        guard let first = name.first else { return 1 }
        if name == "b" { return 1 }
        guard let power = letters.firstIndex(of: first), ["", "b", "i", "ib"].contains(name.dropFirst()) else {
            return nil
        }
        return 1 << (10 * Int64(power + 1))
    }
}
