internal import CCap
internal import CLinux

/// A set of capabilities(7): bit N is capability N.
package struct CapabilitySet: OptionSet, Equatable, Sendable {
    package let rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }

    package static let setPCap = CapabilitySet(rawValue: 1 << 8)

    /// The set that holds one capability.
    package init(number: Int) { rawValue = 1 << UInt64(number) }

    /// The numbers in the set, in order.
    package var numbers: [Int] { (0..<64).filter { rawValue & 1 << UInt64($0) != 0 } }
}

/// The capabilities of the calling process, and their names.
package enum Capability {
    /// Every name that libcap knows, in the kernel's order: the index is the number.
    package static var names: [String] { (0...Int(CAP_LAST_CAP)).map(name) }

    /// The number of a name as linux/capability.h writes it; nil for any other spelling, of which `cap_from_name(3)`
    /// takes several.
    package static func number(_ name: String) -> Int? {
        let letters = UInt8(ascii: "A")...UInt8(ascii: "Z")
        guard name.hasPrefix("CAP_"), name.utf8.allSatisfy({ letters.contains($0) || $0 == UInt8(ascii: "_") }) else {
            return nil
        }
        var value: cap_value_t = 0
        return unsafe cap_from_name(name, &value) == 0 ? Int(value) : nil
    }

    /// `CAP_KILL`, or the number of one that has no name here (`cap_to_name(3)`).
    package static func name(_ number: Int) -> String {
        guard number <= CAP_LAST_CAP, let text = unsafe cap_to_name(cap_value_t(number)) else { return "CAP_\(number)" }
        defer { unsafe cap_free(text) }
        return unsafe String(cString: text).uppercased()
    }

    /// Whether this kernel has capability `number` (`PR_CAPBSET_READ`).
    package static func isSupported(_ number: Int) -> Bool { clinux_prctl(23, UInt(number), 0, 0, 0) >= 0 }

    /// The three sets of capset(2).
    package struct Sets: Equatable, Sendable {
        package var effective: CapabilitySet
        package var permitted: CapabilitySet
        package var inheritable: CapabilitySet

        package init(effective: CapabilitySet, permitted: CapabilitySet, inheritable: CapabilitySet) {
            self.effective = effective
            self.permitted = permitted
            self.inheritable = inheritable
        }
    }

    /// capget(2) of the caller.
    package static func current() throws(Errno) -> Sets {
        var value = clinux_capabilities()
        _ = try check { unsafe clinux_capget(&value) }
        return Sets(
            effective: CapabilitySet(rawValue: value.effective),
            permitted: CapabilitySet(rawValue: value.permitted),
            inheritable: CapabilitySet(rawValue: value.inheritable)
        )
    }

    /// capset(2): `EPERM` where `sets` has what the caller's permitted set lacks.
    package static func set(_ sets: Sets) throws(Errno) {
        var value = clinux_capabilities(
            effective: sets.effective.rawValue,
            permitted: sets.permitted.rawValue,
            inheritable: sets.inheritable.rawValue
        )
        _ = try check { unsafe clinux_capset(&value) }
    }

    /// Drops from the bounding set everything but `kept` (`PR_CAPBSET_DROP`), those without a name here too.
    package static func limitBounding(to kept: CapabilitySet) throws(Errno) {
        for number in 0..<64 where !kept.contains(CapabilitySet(number: number)) {
            do { _ = try check { clinux_prctl(24, UInt(number), 0, 0, 0) } } catch {
                // Beyond the last one that this kernel has.
                if error == .invalid { return }
                throw error
            }
        }
    }

    /// `PR_CAP_AMBIENT_CLEAR_ALL`.
    package static func clearAmbient() throws(Errno) {
        _ = try check { clinux_prctl(47, 4, 0, 0, 0) }
    }

    /// `PR_CAP_AMBIENT_RAISE`: `EPERM` unless the capability is permitted and inheritable.
    package static func raiseAmbient(_ number: Int) throws(Errno) {
        _ = try check { clinux_prctl(47, 2, UInt(number), 0, 0) }
    }

    /// `PR_SET_KEEPCAPS`: whether the permitted set survives a change from uid 0.
    package static func setKeep(_ on: Bool) throws(Errno) {
        _ = try check { clinux_prctl(8, on ? 1 : 0, 0, 0, 0) }
    }
}
