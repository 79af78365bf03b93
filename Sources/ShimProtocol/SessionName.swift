/// The name of an exec session, SM-44: it becomes a file name.
package struct SessionName: Hashable, Sendable, CustomStringConvertible {
    package let description: String

    package static let longest = 128

    /// nil where it is none: [A-Za-z0-9_.-], not empty, not beginning with a dot.
    package init?(_ text: String) {
        let bytes = text.utf8
        guard !bytes.isEmpty, bytes.count <= SessionName.longest, bytes.first != 0x2e else { return nil }
        guard bytes.allSatisfy(SessionName.allows) else { return nil }
        description = text
    }

    private static func allows(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x5f: true
        default: false
        }
    }
}
