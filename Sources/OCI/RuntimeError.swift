package import Linux

/// What went wrong, and what was being tried, outermost first.
package struct RuntimeError: Error, Equatable, Sendable {
    /// What a caller can act on; text never decides.
    package enum Kind: UInt8, Sendable {
        /// config.json or another input breaks a rule.
        case invalidSpec = 1
        /// No container of that id.
        case notFound
        /// The id is taken.
        case exists
        /// The container is in a state that does not allow it.
        case wrongState
        /// Known, but not done by this version: a row of spec/unsupported.md.
        case unsupported
        /// The kernel refused.
        case kernel
        /// The command line is wrong.
        case usage
    }

    package let kind: Kind
    /// Outermost first; the last entry is the fault itself.
    package private(set) var trail: [String]
    package let errno: Errno?

    package init(_ kind: Kind, _ message: String, errno: Errno? = nil) {
        self.kind = kind
        self.trail = [RuntimeError.bounded(message)]
        self.errno = errno
    }

    /// An error whose trail comes from elsewhere: a child's, by the handshake.
    package init(_ kind: Kind, trail: [String], errno: Errno?) {
        self.kind = kind
        self.trail = trail
        self.errno = errno
    }

    /// Room for a path (PATH_MAX) and words around it: what a configuration says at length is not repeated.
    private static let longest = 4500

    private static func bounded(_ text: String) -> String {
        text.utf8.count <= longest ? text : String(decoding: text.utf8.prefix(longest), as: UTF8.self) + "…"
    }

    /// The same error, met while doing `step`.
    package func during(_ step: String) -> RuntimeError {
        var error = self
        error.trail.insert(RuntimeError.bounded(step), at: 0)
        return error
    }
}

extension RuntimeError: CustomStringConvertible {
    /// `step: inner step: fault: no such file or directory`
    package var description: String {
        let text = trail.joined(separator: ": ")
        guard let errno else { return text }
        return "\(text): \(errno)"
    }
}

/// Names the step in front of a failure's trail.
@inline(__always)
package func during<Result: ~Copyable>(
    _ step: @autoclosure () -> String,
    _ body: () throws(RuntimeError) -> Result
) throws(RuntimeError) -> Result {
    do { return try body() } catch { throw error.during(step()) }
}

/// Makes a system call part of a trail: its step is what the user reads before the errno.
@inline(__always)
package func attempt<Result: ~Copyable>(
    _ step: @autoclosure () -> String,
    _ body: () throws(Errno) -> Result
) throws(RuntimeError) -> Result {
    do { return try body() } catch { throw RuntimeError(.kernel, step(), errno: error) }
}
