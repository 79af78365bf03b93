internal import JSON
internal import OCI

/// What a request comes to when it comes to nothing, spec/shim.md SM-43.
package struct ProtocolError: Error, Equatable, Sendable {
    package enum Code: String, CaseIterable, Sendable {
        /// Not a frame of this protocol; the connection ends.
        case malformed = "protocol"
        /// A member of the request is wrong.
        case invalid
        /// Not in this phase.
        case state
        /// No exec session of that name.
        case notFound = "notfound"
        case exists
        /// The runtime refused.
        case runtime
        case kernel
        /// A limit of the shim's own.
        case busy
    }

    package let code: Code
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package static func malformed(_ message: String) -> ProtocolError { ProtocolError(.malformed, message) }

    /// The longest message that is sent.
    private static let longest = 8 << 10

    package var frame: Frame {
        var json = JSONWriter()
        json.beginObject()
        json.member("code", code.rawValue)
        json.member(
            "message",
            message.utf8.count <= Self.longest ? message : String(message.prefix(Self.longest / 4)) + "…"
        )
        json.endObject()
        return Frame(.error, json.bytes)
    }

    /// Reads what `frame` holds; an unknown code of a later version is `kernel`.
    package init(payload: [UInt8]) throws(ProtocolError) {
        var (code, message) = ("", "")
        do throws(RuntimeError) {
            try parseJSON(payload) { (json) throws(JSONError) in
                try json.object { (json) throws(JSONError) in
                    try json.member("code", &code)
                    try json.member("message", &message)
                }
            }
        } catch { throw .malformed(error.description) }
        self.init(Code(rawValue: code) ?? .kernel, message)
    }
}

extension ProtocolError: CustomStringConvertible {
    package var description: String { message }
}
