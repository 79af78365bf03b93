internal import Linux
package import OCI

/// Paths as a command line gives them.
package enum HostPath {
    /// The path from `/`, cleaned by its letters as Go's filepath.Abs does.
    package static func absolute(_ path: String) throws(RuntimeError) -> String {
        if path.utf8.first == 0x2f { return clean(path) }
        return clean("\(try workingDirectory())/\(path)")
    }

    package static func workingDirectory() throws(RuntimeError) -> String {
        try attempt("get the working directory") { () throws(Errno) in try HostFile.workingDirectory() }
    }

    package static func clean(_ path: String) -> String {
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }
}
