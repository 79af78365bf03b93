/// Splits arguments into flags and operands: `--name value`, `--name=value`, with one dash or two; `--` ends the flags.
package struct Parser {
    package let flags: [Flag]
    /// True where everything from the first operand on belongs to somebody else.
    package let stopsAtFirstOperand: Bool

    package init(flags: [Flag], stopsAtFirstOperand: Bool = false) {
        self.flags = flags
        self.stopsAtFirstOperand = stopsAtFirstOperand
    }

    package struct Result: Equatable {
        package var values = Values()
        package var operands: [String] = []
    }

    package func parse(_ arguments: some Sequence<String>) throws(UsageError) -> Result {
        var result = Result()
        var rest = arguments.makeIterator()
        while let argument = rest.next() {
            if argument == "--" { break }
            guard isFlag(argument) else {
                result.operands.append(argument)
                if stopsAtFirstOperand { break }
                continue
            }
            let (flag, inline) = try read(argument)
            let value = if let inline { inline } else { try next(&rest, for: flag) }
            try check(value, of: flag)
            result.values.set(flag, value)
        }
        while let argument = rest.next() { result.operands.append(argument) }
        return result
    }

    /// A lone dash is an operand: it names a stream.
    private func isFlag(_ argument: String) -> Bool { argument.utf8.first == 0x2d && argument != "-" }

    private func read(_ argument: String) throws(UsageError) -> (flag: Flag, value: String?) {
        let body = argument.drop { $0 == "-" }
        let dashes = argument.utf8.count - body.utf8.count
        let parts = body.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard dashes <= 2, let name = parts.first, !name.isEmpty else {
            throw UsageError("bad flag syntax: \(argument)")
        }
        guard let flag = flags.first(where: { $0.name == name || $0.alias.map { $0 == name } == true }) else {
            throw UsageError("flag provided but not defined: -\(name)")
        }
        return (flag, parts.count == 2 ? String(parts[1]) : nil)
    }

    private func next(_ rest: inout some IteratorProtocol<String>, for flag: Flag) throws(UsageError) -> String {
        if flag.kind == .toggle { return "true" }
        guard let value = rest.next() else { throw UsageError("flag needs an argument: --\(flag.name)") }
        return value
    }

    private func check(_ value: String, of flag: Flag) throws(UsageError) {
        let fault: String? =
            switch flag.kind {
            case .text, .list: nil
            case .toggle: Values.boolean(value) == nil ? "want true or false" : nil
            case .integer, .integers: Int(value) == nil ? "want a number" : nil
            case .duration: GoDuration(value) == nil ? "want a duration such as 1s or 100ms" : nil
            }
        if let fault {
            throw UsageError("invalid value \"\(value)\" for flag --\(flag.name): \(fault)")
        }
    }
}
