internal import CBuild

/// How the programs of this package were built.
package enum Build {
    /// Of these programs, not of runc.
    package static let version = "0.1.0"

    package static var commit: String { String(cString: cbuild_commit()) }
}
