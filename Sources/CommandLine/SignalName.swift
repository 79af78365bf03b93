internal import Linux

/// What `kill` takes for a signal: a number, or a name with or without SIG in any case (signal(7)).
package enum SignalName {
    /// 0 asks only whether the process is there. nil: no signal of Linux.
    package static func number(_ text: String) -> Int32? {
        if let signal = Signal(parsing: text) { return signal.number }
        let upper = text.uppercased()
        return realTime(upper.hasPrefix("SIG") ? upper.dropFirst(3) : Substring(upper))
    }

    /// The C library keeps 32 and 33 for its threads.
    private static let lowest: Int32 = 34
    private static let highest: Int32 = 64

    /// `RTMIN`, `RTMIN+n`, `RTMAX`, `RTMAX-n`.
    private static func realTime(_ name: Substring) -> Int32? {
        if name == "RTMIN" { return lowest }
        if name == "RTMAX" { return highest }
        let digits = name.dropFirst(6)
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let offset = Int32(digits) else { return nil }
        guard offset <= highest - lowest else { return nil }
        switch name.prefix(6) {
        case "RTMIN+": return lowest + offset
        case "RTMAX-": return highest - offset
        default: return nil
        }
    }
}
