internal import OCI

/// What a list of device rules comes to: a default, and the exceptions from it. The rules are those of v1's devices
/// controller, on v2 too, so that a config.json means the same on both.
struct DeviceAccess: Equatable, Sendable {
    /// Of an access, and of what an exception covers.
    struct Mode: OptionSet, Sendable, Hashable {
        let rawValue: UInt8
        static let make = Mode(rawValue: 1)
        static let read = Mode(rawValue: 2)
        static let write = Mode(rawValue: 4)
        static let all: Mode = [.make, .read, .write]
    }

    /// Devices that an exception is about; nil: every number.
    struct Target: Hashable, Sendable {
        let isBlock: Bool
        let major: UInt32?
        let minor: UInt32?
    }

    struct Exception: Equatable, Sendable {
        let target: Target
        var mode: Mode
    }

    /// What holds for devices without an exception.
    private(set) var allowsByDefault = false
    /// Allowed ones where the default is to deny, and the reverse. Ordered by major, minor, type; one a target.
    private(set) var exceptions: [Exception] = []

    var allowsAll: Bool { allowsByDefault && exceptions.isEmpty }

    /// The rules in the order of config.json; nothing is allowed before the first.
    init(_ rules: [Resources.DeviceRule]) throws(RuntimeError) {
        for rule in rules { try apply(rule) }
    }

    /// The text of v1's devices.list, which shows no exceptions where the default is to allow.
    init(list: String) throws(RuntimeError) {
        for line in list.split(separator: "\n") { try apply(try DeviceAccess.rule(line)) }
    }

    private mutating func apply(_ rule: Resources.DeviceRule) throws(RuntimeError) {
        guard let exception = try Exception(rule) else {
            // Type `a` is every device, whatever else the rule says, and begins anew.
            allowsByDefault = rule.allow
            exceptions = []
            return
        }
        if rule.allow == allowsByDefault { try remove(exception) } else { add(exception) }
    }

    private mutating func add(_ exception: Exception) {
        let index = exceptions.position(of: exception.target)
        if index < exceptions.count, exceptions[index].target == exception.target {
            exceptions[index].mode.formUnion(exception.mode)
        } else {
            exceptions.insert(exception, at: index)
        }
    }

    /// v1 ignores it in silence when a part of a wider exception is to go; who wrote the rule would believe in it.
    private mutating func remove(_ exception: Exception) throws(RuntimeError) {
        for wider in exception.target.wider {
            let other = Exception(target: wider, mode: exceptions.mode(of: wider))
            if other.mode.isDisjoint(with: exception.mode) { continue }
            throw RuntimeError(
                .invalidSpec,
                "requested device rule \"\(exception.text)\" not supported by devices cgroupv1 "
                    + "(cannot punch hole in existing wildcard rule \"\(other.text)\")"
            )
        }
        let index = exceptions.position(of: exception.target)
        guard index < exceptions.count, exceptions[index].target == exception.target else { return }
        exceptions[index].mode.subtract(exception.mode)
        if exceptions[index].mode.isEmpty { exceptions.remove(at: index) }
    }

    /// The lines for v1's devices.allow and devices.deny that make `self` out of `old`, with as little as possible
    /// changed on the way, so that a running container meets no false refusal.
    func transition(from old: DeviceAccess) -> [(isAllowed: Bool, lines: [String])] {
        var steps: [(isAllowed: Bool, lines: [String])] = []
        var before = old.exceptions
        if old.allowsByDefault || old.allowsByDefault != allowsByDefault {
            steps.append((allowsByDefault, ["a"]))
            before = []
        }
        let gone = before.compactMap { $0.without(exceptions) }
        let new = exceptions.compactMap { $0.without(before) }
        if !gone.isEmpty { steps.append((allowsByDefault, gone.map({ $0.text }))) }
        if !new.isEmpty { steps.append((!allowsByDefault, new.map({ $0.text }))) }
        return steps
    }

    /// A line of devices.list: `c 1:3 rwm`, with `*` for every number.
    private static func rule(_ line: Substring) throws(RuntimeError) -> Resources.DeviceRule {
        let fields = line.split { $0 == " " || $0 == ":" }
        guard fields.count == 4 else { throw RuntimeError(.kernel, "malformed devices.list rule \"\(line)\"") }
        var rule = Resources.DeviceRule(allow: true)
        rule.type = String(fields[0])
        rule.major = Int64(fields[1])
        rule.minor = Int64(fields[2])
        rule.access = String(fields[3])
        return rule
    }
}

extension DeviceAccess.Target: Comparable {
    /// By major, minor, type, and a wildcard first.
    static func < (a: DeviceAccess.Target, b: DeviceAccess.Target) -> Bool { a.order < b.order }

    private var order: (Int64, Int64, Int) {
        (major.map { Int64($0) } ?? -1, minor.map { Int64($0) } ?? -1, isBlock ? 0 : 1)
    }

    var isEverything: Bool { major == nil && minor == nil }

    /// The targets of which this one is a part.
    var wider: [DeviceAccess.Target] {
        let all = [(major, nil), (nil, minor), (nil, nil)].map { (major, minor) in
            DeviceAccess.Target(isBlock: isBlock, major: major, minor: minor)
        }
        return all.filter { $0 != self }
    }
}

/// Of exceptions in order.
extension [DeviceAccess.Exception] {
    /// Where the target is, or would be.
    fileprivate func position(of target: DeviceAccess.Target) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle].target < target { low = middle + 1 } else { high = middle }
        }
        return low
    }

    func mode(of target: DeviceAccess.Target) -> DeviceAccess.Mode {
        let index = position(of: target)
        return index < count && self[index].target == target ? self[index].mode : []
    }
}

extension DeviceAccess.Exception {
    /// nil for the type `a`.
    init?(_ rule: Resources.DeviceRule) throws(RuntimeError) {
        let mode = try DeviceAccess.Mode(rule.access)
        switch rule.type {
        case "", "a": return nil
        case "b", "c": break
        default: throw RuntimeError(.invalidSpec, "invalid cgroup device type \"\(rule.type)\"")
        }
        let target = DeviceAccess.Target(
            isBlock: rule.type == "b",
            major: try number(rule.major, "major"),
            minor: try number(rule.minor, "minor")
        )
        self.init(target: target, mode: mode)
    }

    /// As devices.allow and devices.deny take it.
    var text: String {
        let major = target.major.map(String.init) ?? "*"
        let minor = target.minor.map(String.init) ?? "*"
        return "\(target.isBlock ? "b" : "c") \(major):\(minor) \(mode.text)"
    }

    /// What of it the others do not have; nil if nothing.
    func without(_ others: [DeviceAccess.Exception]) -> DeviceAccess.Exception? {
        let rest = mode.subtracting(others.mode(of: target))
        return rest.isEmpty ? nil : DeviceAccess.Exception(target: target, mode: rest)
    }
}

extension DeviceAccess.Mode {
    init(_ text: String) throws(RuntimeError) {
        self = []
        for letter in text.utf8 {
            switch letter {
            case UInt8(ascii: "r"): insert(.read)
            case UInt8(ascii: "w"): insert(.write)
            case UInt8(ascii: "m"): insert(.make)
            // runc passes over letters that it does not know, and configurations in use have some.
            default: continue
            }
        }
        if isEmpty { throw RuntimeError(.invalidSpec, "device access field cannot be empty") }
    }

    var text: String {
        (contains(.read) ? "r" : "") + (contains(.write) ? "w" : "") + (contains(.make) ? "m" : "")
    }
}

/// -1 is every number, as no number at all is.
private func number(_ value: Int64?, _ name: String) throws(RuntimeError) -> UInt32? {
    guard let value, value >= 0 else { return nil }
    guard let number = UInt32(exactly: value) else {
        throw RuntimeError(.invalidSpec, "invalid device \(name) number \(value)")
    }
    return number
}
