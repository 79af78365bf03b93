internal import OCI

/// One verb: what it takes, what it says of itself, and what it does. Parser, help, man page and completions read it.
struct Command: Sendable {
    /// How many operands a verb takes.
    enum Operands: Equatable, Sendable {
        case exactly(Int)
        case atLeast(Int)
        case between(Int, Int)

        /// The end of runc's sentence; nil: the count is right.
        func fault(_ count: Int) -> String? {
            switch self {
            case .exactly(let wanted) where count != wanted: "exactly \(wanted)"
            case .atLeast(let least) where count < least: "a minimum of \(least)"
            case .between(let least, _) where count < least: "a minimum of \(least)"
            case .between(_, let most) where count > most: "a maximum of \(most)"
            default: nil
            }
        }
    }

    let name: String
    let summary: String
    /// What follows the name and the flags.
    var synopsis = ""
    var description = ""
    var operands = Operands.exactly(1)
    var flags: [Flag] = []
    /// The rest belongs to a program of the container, to ps(1), or is a signal.
    var stopsAtFirstOperand = false
    var hidden = false
    /// Stands before the error of a verb that failed: callers match it.
    var failure: String?
    /// The exit status of a verb that failed.
    var failureStatus: Int32 = 1
    /// Returns the exit status.
    let perform: @Sendable (Call) throws(RuntimeError) -> Int32

    var parser: Parser { Parser(flags: flags + [.help], stopsAtFirstOperand: stopsAtFirstOperand) }
}
