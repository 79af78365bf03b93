/// A command line that cannot be read: it is answered with the help.
package struct UsageError: Error, Equatable {
    package let message: String

    package init(_ message: String) { self.message = message }
}
