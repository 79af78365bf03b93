internal import CommandLine
internal import OCI
internal import ShimProtocol

/// A client verb as it was called.
struct Call: VerbCall {
    let values: Values
    let operands: [String]

    /// The state folder, absolute.
    func state() throws(RuntimeError) -> String {
        guard let path = values.text(.state) else { throw RuntimeError(.usage, "--state is needed: the shim's folder") }
        return try HostPath.absolute(path)
    }

    /// nil: the container.
    func session() throws(RuntimeError) -> SessionName? {
        guard values.has(.exec) else { return nil }
        return try Call.name(values.text(.exec) ?? "")
    }

    static func name(_ text: String) throws(RuntimeError) -> SessionName {
        if let name = SessionName(text) { return name }
        throw RuntimeError(
            .usage,
            "\"\(text)\" is no name of an exec session: [A-Za-z0-9_.-], up to \(SessionName.longest), no dot in front"
        )
    }
}
