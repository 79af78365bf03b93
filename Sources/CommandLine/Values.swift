/// The flags of a command line with their values, in order.
package struct Values: Equatable, Sendable {
    private var entries: [(name: String, value: String)] = []

    package init() {}

    package mutating func set(_ flag: Flag, _ value: String) { entries.append((flag.name, value)) }

    package func has(_ flag: Flag) -> Bool { last(flag) != nil }

    /// A toggle that was given, and not as `=false`.
    package func isOn(_ flag: Flag) -> Bool { last(flag).flatMap(Values.boolean) ?? false }

    /// nil: absent or empty, which callers treat alike.
    package func text(_ flag: Flag) -> String? { last(flag).flatMap { $0.isEmpty ? nil : $0 } }

    package func list(_ flag: Flag) -> [String] { entries.filter { $0.name == flag.name }.map { $0.value } }

    /// The parser has checked that it is a number.
    package func integer(_ flag: Flag) -> Int? { last(flag).flatMap { Int($0) } }

    package func integers(_ flag: Flag) -> [Int] { list(flag).compactMap { Int($0) } }

    private func last(_ flag: Flag) -> String? { entries.last { $0.name == flag.name }?.value }

    /// The words that Go's strconv.ParseBool takes.
    package static func boolean(_ text: String) -> Bool? {
        switch text {
        case "1", "t", "T", "true", "TRUE", "True": true
        case "0", "f", "F", "false", "FALSE", "False": false
        default: nil
        }
    }

    package static func == (left: Values, right: Values) -> Bool {
        left.entries.elementsEqual(right.entries) { $0 == $1 }
    }
}
