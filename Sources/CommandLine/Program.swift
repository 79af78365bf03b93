/// A program of verbs: what its pages and completions are made of, and where its verbs are found.
package protocol Program: SendableMetatype {
    associatedtype Call: VerbCall

    static var name: String { get }
    /// Below NAME in the help.
    static var title: String { get }
    /// Behind the name in the man page.
    static var purpose: String { get }
    static var introduction: String { get }
    /// What follows the name, one line for each way to call it.
    static var synopses: [String] { get }
    /// What stands before the verb.
    static var flags: [Flag] { get }
    static var flagsTitle: String { get }
    /// The verbs that the help lists. They are built when they are asked for: to perform one takes that one only.
    static var commands: [Subcommand<Call>] { get }
    static func command(_ name: String) -> Subcommand<Call>?
    /// Whether `-it` is `-i -t`.
    static var joinsShortFlags: Bool { get }
    /// nil: no verb has operands that the program could list.
    static var listing: Listing? { get }
    /// What the man page has after the verbs.
    static func finish(_ page: inout Roff)
}

/// A verb as it was called.
package protocol VerbCall: Sendable {
    var operands: [String] { get }
}

/// How a shell asks the program for operands.
package struct Listing: Sendable {
    /// Whose value is passed on.
    let flag: String
    let arguments: String

    package init(passing flag: String, arguments: String) {
        self.flag = flag
        self.arguments = arguments
    }
}

/// What the words from the verb on ask for.
package enum Invocation<Call> {
    /// Text for standard output.
    case page(String)
    case perform(Subcommand<Call>, Parser.Result)
    /// `page`: what runc prints on standard output, too.
    case wrong(String, page: String)
    /// The count of operands is wrong.
    case miscounted(String, page: String)
    case unknown(String)
}

extension Program {
    package static var joinsShortFlags: Bool { false }

    /// Reads `words`; `program` is argv[0] as given.
    package static func invocation(_ words: [String], calledAs program: String) -> Invocation<Call> {
        let pages = HelpPage<Self>(program: program)
        guard let name = words.first else { return .page(pages.text) }
        if name == "help" || name == "h" { return help(words.dropFirst().first, pages) }
        guard let command = command(name) else { return .unknown(name) }
        var parser = command.parser
        parser.joinsShortFlags = joinsShortFlags
        let line: Parser.Result
        do {
            line = try parser.parse(words.dropFirst())
        } catch {
            return .wrong(error.message, page: "Incorrect Usage: \(error.message)\n\n" + pages.text(of: command))
        }
        if line.values.isOn(.help) { return .page(pages.text(of: command)) }
        if let fault = command.operands.fault(line.operands.count) {
            let message = "\"\(name)\" requires \(fault) argument(s)"
            return .miscounted(message, page: "Incorrect Usage.\n\n" + pages.text(of: command))
        }
        return .perform(command, line)
    }

    private static func help(_ name: String?, _ pages: HelpPage<Self>) -> Invocation<Call> {
        guard let name else { return .page(pages.text) }
        guard let command = command(name) else { return .unknown(name) }
        return .page(pages.text(of: command))
    }
}
