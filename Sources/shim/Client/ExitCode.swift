internal import Linux
internal import OCI
internal import ShimProtocol

/// What `attach` and `exec` return, and what is said beside it.
enum ExitCode {
    /// Where nobody knows how the process ended.
    static let unknown: Int32 = 255
    /// What a shell and Docker return for a program that is there and can't be executed, and for one that is not there.
    static let notExecutable: Int32 = 126
    static let notFound: Int32 = 127

    static func of(_ end: Streams.End) -> Int32 {
        switch end {
        case .detached: return 0
        case .signal(let signal): return 128 + signal.number
        case .exit(let record):
            if let error = record.error { Complaint.write(error) }
            return record.shellCode
        }
    }

    /// Of a directory crun says that the operation is not permitted.
    private static let refusals = [
        "permission denied", "is a directory", "operation not permitted", "exec format error",
    ]

    /// The code of an exec session that the runtime did not start, nil where nothing is known but that. Only the words
    /// of its message tell, and every runtime quotes the program's name in it: a working directory that is missing is
    /// something else.
    static func of(_ error: RuntimeError, running program: String) -> Int32? {
        // An errno is of this side of the connection.
        guard error.kind == .kernel, error.errno == nil else { return nil }
        let message = Message(error.description)
        guard message.quotes(program) || message.says("executable") else { return nil }
        if refusals.contains(where: { message.says($0) }) { return notExecutable }
        if message.says("executable file not found") || message.says("no such file or directory") { return notFound }
        return nil
    }
}

/// A text to be searched without regard to capitals.
private struct Message {
    private let bytes: [UInt8]

    init(_ text: String) { bytes = Array(text.lowercased().utf8) }

    func says(_ words: String) -> Bool {
        let part = Array(words.lowercased().utf8)
        return bytes.indices.contains { bytes[$0...].starts(with: part) }
    }

    func quotes(_ name: String) -> Bool {
        says("\"\(name)\"") || says("'\(name)'") || says("`\(name)`") || says(": exec \(name): ")
    }
}
