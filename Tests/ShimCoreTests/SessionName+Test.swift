import ShimProtocol

extension SessionName {
    /// A name that is known to be one.
    init(of text: String) {
        guard let name = SessionName(text) else { preconditionFailure("no name: \(text)") }
        self = name
    }
}
