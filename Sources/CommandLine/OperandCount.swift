/// How many operands a verb takes.
package enum OperandCount: Equatable, Sendable {
    case exactly(Int)
    case atLeast(Int)
    case between(Int, Int)

    /// The end of runc's sentence; nil: the count is right.
    package func fault(_ count: Int) -> String? {
        switch self {
        case .exactly(let wanted) where count != wanted: "exactly \(wanted)"
        case .atLeast(let least) where count < least: "a minimum of \(least)"
        case .between(let least, _) where count < least: "a minimum of \(least)"
        case .between(_, let most) where count > most: "a maximum of \(most)"
        default: nil
        }
    }
}

/// What a shell offers for the operands of a verb.
package enum OperandWords: Equatable, Sendable {
    case none
    /// What the program lists (`Program.listing`).
    case listed
    case words(String, [String])
}
