internal import Linux

/// A program of the host, by name.
package enum HostProgram {
    /// Its path by `$PATH`. Executing it tells whether it may be run.
    package static func find(_ name: String) -> String? {
        let folders = (HostEnvironment.value("PATH") ?? "/usr/bin:/bin").split(separator: ":")
        return folders.map { "\($0)/\(name)" }.first(where: HostFile.exists)
    }
}
