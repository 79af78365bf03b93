internal import CommandLine
internal import Linux
internal import OCI
internal import RuntimeCore

/// A verb as it was called.
struct Call: VerbCall {
    let global: GlobalOptions
    let values: Values
    let operands: [String]
    let log: Log
    /// Open until the program ends.
    let trace: BorrowedDescriptor?

    /// The container: every verb that asks for it has an operand, which the parser has counted.
    var id: String { operands.first ?? "" }

    /// The runtime that the global flags describe.
    var runtime: Runtime { Runtime(root: global.root, log: log, traceFile: trace) }
}
