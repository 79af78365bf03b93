package import Linux
package import OCI

/// The runtime as a library: one method a verb, in Verbs/, Parent/ and Exec/.
package struct Runtime {
    let store: ContainerStore
    package let log: Log
    let trace: Trace?

    /// `root` is the folder of the states; phases of create, run and exec are written to `traceFile`.
    package init(root: String, log: Log, traceFile: BorrowedDescriptor? = nil) {
        store = ContainerStore(root: root)
        self.log = log
        trace = traceFile.flatMap { Trace($0) }
    }
}
