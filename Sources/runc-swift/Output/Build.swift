internal import CBuild

/// How this program was built.
enum Build {
    static var commit: String { String(cString: cbuild_commit()) }
}
