package import OCI

/// One verb: what it takes, what it says of itself, and what it does. Parser, help, man page and completions read it.
/// `Call` is the verb as it was called.
package struct Subcommand<Call>: Sendable {
    package let name: String
    package let summary: String
    /// What follows the name and the flags.
    package let synopsis: String
    package let description: String
    package let operands: OperandCount
    package let flags: [Flag]
    /// The rest belongs to a program of the container, to ps(1), or is a signal.
    package let stopsAtFirstOperand: Bool
    package let completes: OperandWords
    package let hidden: Bool
    /// Stands before the error of a verb that failed: callers match it.
    package let failure: String?
    /// The exit status of a verb that failed.
    package let failureStatus: Int32
    /// Returns the exit status.
    package let perform: @Sendable (Call) throws(RuntimeError) -> Int32

    package init(
        name: String,
        summary: String,
        synopsis: String = "",
        description: String = "",
        operands: OperandCount = .exactly(1),
        flags: [Flag] = [],
        stopsAtFirstOperand: Bool = false,
        completes: OperandWords = .none,
        hidden: Bool = false,
        failure: String? = nil,
        failureStatus: Int32 = 1,
        perform: @escaping @Sendable (Call) throws(RuntimeError) -> Int32
    ) {
        self.name = name
        self.summary = summary
        self.synopsis = synopsis
        self.description = description
        self.operands = operands
        self.flags = flags
        self.stopsAtFirstOperand = stopsAtFirstOperand
        self.completes = completes
        self.hidden = hidden
        self.failure = failure
        self.failureStatus = failureStatus
        self.perform = perform
    }

    /// What is told of a failure. Where the words are those of a program below, it may have begun with the same.
    package func report(of error: RuntimeError) -> String {
        let text = error.description
        guard let failure, !text.hasPrefix("\(failure): ") else { return text }
        return "\(failure): \(text)"
    }

    package var parser: Parser { Parser(flags: flags + [.help], stopsAtFirstOperand: stopsAtFirstOperand) }
    package var visibleFlags: [Flag] { (flags + [.help]).filter { !$0.hidden } }
    /// What has to be given, behind the name of the verb.
    var needs: String { flags.filter { $0.isNeeded }.map { " \($0.spellings[0])" }.joined() }
    var takesOptions: Bool { flags.contains { !$0.hidden && !$0.isNeeded } }
}
