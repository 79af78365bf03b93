/// Splits arguments into flags and operands: `--name value`, `--name=value`, with one dash or two; `--` ends the flags.
package struct Parser {
    package let flags: [Flag]
    /// True where everything from the first operand on belongs to somebody else.
    package let stopsAtFirstOperand: Bool
    /// `-it` for `-i -t`, as Docker reads it. For runc that is a flag called `it`.
    package var joinsShortFlags = false

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
            for (flag, inline) in try read(argument) {
                let value = if let inline { inline } else { try next(&rest, for: flag) }
                try check(value, of: flag)
                result.values.set(flag, value)
            }
        }
        while let argument = rest.next() { result.operands.append(argument) }
        return result
    }

    /// A lone dash is an operand: it names a stream.
    private func isFlag(_ argument: String) -> Bool { argument.utf8.first == 0x2d && argument != "-" }

    /// A flag with the value that is part of the same argument.
    private typealias Given = (flag: Flag, value: String?)

    private func read(_ argument: String) throws(UsageError) -> [Given] {
        let body = argument.drop { $0 == "-" }
        let dashes = argument.utf8.count - body.utf8.count
        let parts = body.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard dashes <= 2, let name = parts.first, !name.isEmpty else {
            throw UsageError("bad flag syntax: \(argument)")
        }
        if let flag = flags.first(where: { $0.name == name || $0.alias.map { $0 == name } == true }) {
            return [(flag, parts.count == 2 ? String(parts[1]) : nil)]
        }
        if joinsShortFlags, dashes == 1, let given = joined(body) { return given }
        throw UsageError("flag provided but not defined: -\(name)")
    }

    /// Letters one after another, of which the last may have a value behind it: `-it`, `-n5`, `-tn=5`. nil where one of
    /// them is no flag.
    private func joined(_ body: Substring) -> [Given]? {
        var result: [Given] = []
        var rest = body
        while let letter = rest.first {
            guard let flag = flags.first(where: { $0.alias.map { $0 == String(letter) } == true }) else { return nil }
            rest = rest.dropFirst()
            let hasSign = rest.first == "="
            if flag.kind == .toggle && !hasSign {
                result.append((flag, nil))
                continue
            }
            let value = hasSign ? rest.dropFirst() : rest
            result.append((flag, rest.isEmpty ? nil : String(value)))
            break
        }
        return result
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
