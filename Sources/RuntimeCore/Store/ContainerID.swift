package import OCI

/// The names that containers may have: runc's grammar, so that an id is never a path.
package enum ContainerID {
    /// Bytes; a file name's limit.
    private static let longest = 255

    /// Throws unless `id` is made of letters, digits, `_`, `+`, `-` and `.`, and is neither `.` nor `..`.
    package static func validate(_ id: String) throws(RuntimeError) {
        if id.isEmpty { throw RuntimeError(.invalidSpec, "container id cannot be empty") }
        let bytes = id.utf8
        guard bytes.count <= longest, id != ".", id != "..", bytes.allSatisfy(isAllowed) else {
            throw RuntimeError(.invalidSpec, "invalid container ID format: \(id)")
        }
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "_"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."): true
        default: false
        }
    }
}
