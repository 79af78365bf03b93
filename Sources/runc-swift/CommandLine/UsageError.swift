/// A command line that cannot be read: it is answered with the help.
struct UsageError: Error, Equatable {
    let message: String

    init(_ message: String) { self.message = message }
}
