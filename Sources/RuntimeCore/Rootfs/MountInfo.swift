/// One line of /proc/self/mountinfo (proc_pid_mountinfo(5)).
package struct MountInfo: Equatable, Sendable {
    /// The folder of the file system that is mounted.
    package let root: String
    package let path: String
    package let type: String

    /// The file system from its top, nothing left out.
    package var isWhole: Bool { root == "/" }

    /// Lines that are not as the manual says are left out.
    package static func parse(_ text: String) -> [MountInfo] {
        text.split(separator: "\n").compactMap(MountInfo.init(line:))
    }

    private init?(line: Substring) {
        let fields = line.split(separator: " ")
        guard fields.count > 6, let dash = fields[6...].firstIndex(of: "-"), dash + 1 < fields.count else { return nil }
        root = MountInfo.plain(fields[3])
        path = MountInfo.plain(fields[4])
        type = String(fields[dash + 1])
    }

    /// Space, tab, newline and backslash are written as `\` and three octal digits.
    private static func plain(_ field: Substring) -> String {
        guard field.utf8.contains(0x5c) else { return String(field) }
        let bytes = Array(field.utf8)
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            let digits = bytes[index] == 0x5c ? bytes[(index + 1)...].prefix(3) : []
            if let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 8), digits.count == 3 {
                result.append(value)
                index += 4
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
