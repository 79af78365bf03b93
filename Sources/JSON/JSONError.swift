/// Why a text is not JSON, or not the JSON that was wanted.
@usableFromInline
package struct JSONError: Error, Equatable, Sendable {
    package enum Kind: Equatable, Sendable {
        /// The text breaks RFC 8259 (or nests too deeply).
        case syntax
        /// Well-formed, but the wrong type, out of range, or missing.
        case value
    }

    package let kind: Kind
    /// `linux.seccomp.syscalls[3].names`; empty at the top.
    package let path: String
    package let message: String
    /// Bytes before the fault.
    package let offset: Int
    /// Counted from 1.
    package let line: Int
    /// Bytes, counted from 1.
    package let column: Int
}

extension JSONError: CustomStringConvertible {
    /// `path: message`; a broken text is easier to find by line, so syntax errors name that too.
    @usableFromInline
    package var description: String {
        let text = path.isEmpty ? message : "\(path): \(message)"
        return kind == .syntax ? "\(text) (line \(line), column \(column))" : text
    }
}
