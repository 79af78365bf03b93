package import OCI

/// The environment that a process starts with (spec/process.md PR-5).
package struct Environment: Equatable, Sendable {
    /// `NAME=VALUE`, each name once.
    package private(set) var entries: [String] = []
    /// The value of `PATH`; nil where it is not set.
    package private(set) var searchPath: String?
    /// False until `HOME` has a value.
    package private(set) var hasHome = false

    /// Of a name that is listed several times the last value counts. An empty `HOME` is left out, to be found later.
    package init(_ list: [String]) throws(RuntimeError) {
        var seen = Set<[UInt8]>()
        entries.reserveCapacity(list.count + 1)
        for entry in list.reversed() {
            let (name, start) = try Environment.split(entry)
            if !seen.insert(name).inserted { continue }
            if name == Environment.home {
                if start == entry.utf8.endIndex { continue }
                hasHome = true
            }
            if name == Environment.path { searchPath = String(entry[start...]) }
            entries.append(entry)
        }
        entries.reverse()
    }

    /// Adds `HOME`, which must not be there yet.
    package mutating func setHome(_ directory: String) {
        entries.append("HOME=\(directory)")
        hasHome = true
    }

    private static let home = Array("HOME".utf8)
    private static let path = Array("PATH".utf8)

    /// The bytes of the name (two names that only look the same are two), and where the value begins.
    private static func split(_ entry: String) throws(RuntimeError) -> (name: [UInt8], value: String.Index) {
        guard let sign = entry.utf8.firstIndex(of: UInt8(ascii: "=")) else {
            throw RuntimeError(.invalidSpec, "invalid environment variable: missing '='")
        }
        if sign == entry.utf8.startIndex {
            throw RuntimeError(.invalidSpec, "invalid environment variable: name cannot be empty")
        }
        if entry.utf8.contains(0) {
            let name = entry[..<sign]
            throw RuntimeError(.invalidSpec, "invalid environment variable \"\(name)\": contains nul byte (\\x00)")
        }
        return (Array(entry.utf8[..<sign]), entry.utf8.index(after: sign))
    }
}
