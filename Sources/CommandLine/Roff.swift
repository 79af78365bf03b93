/// Text in the language of man(7).
package struct Roff {
    package private(set) var source = ""

    package init() {}

    package mutating func macro(_ line: String) { source += line + "\n" }
    package mutating func section(_ title: String) { macro(".SH \(title)") }
    package mutating func subsection(_ title: String) { macro(".SS \(title)") }
    package mutating func bold(_ word: String, _ rest: String) {
        macro("\\fB\(Roff.escaped(word))\\fR\(Roff.escaped(rest))")
    }

    package mutating func text(_ text: String) {
        for line in text.split(separator: "\n") { macro(Roff.line(line)) }
    }

    /// Indented lines keep their shape.
    package mutating func paragraphs(_ text: String) {
        var verbatim = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let indented = line.hasPrefix("    ")
            if indented != verbatim && !line.isEmpty {
                macro(indented ? ".nf" : ".fi")
                verbatim = indented
            }
            macro(line.isEmpty ? ".PP" : Roff.line(line))
        }
        if verbatim { macro(".fi") }
    }

    package mutating func options(_ flags: [Flag]) {
        for flag in flags where !flag.hidden { entry(flag.row.0, flag.row.1) }
    }

    package mutating func entry(_ term: String, _ explanation: String) {
        macro(".TP")
        bold(term, "")
        text(explanation)
    }

    /// A dot or quote at the start of a line would be a request.
    private static func line(_ text: Substring) -> String {
        let line = escaped(String(text))
        return line.hasPrefix(".") || line.hasPrefix("'") ? "\\&" + line : line
    }

    package static func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "\\": result += "\\e"
            case "-": result += "\\-"
            default: result.append(character)
            }
        }
        return result
    }
}
