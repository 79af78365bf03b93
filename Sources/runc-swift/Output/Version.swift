internal import CommandLine
internal import RuntimeCore
internal import Seccomp

/// What this build is.
enum Version {
    /// Callers read it line by line: go-runc wants `runc version ` first, dockerd `commit: ` and `spec: `. What follows
    /// the plus sign is ours (semver.org, build metadata).
    static var text: String {
        let library = LibraryVersion.text.map { "libseccomp: \($0)\n" } ?? ""
        return "runc version \(Build.version)+runc-swift\ncommit: \(Build.commit)\nspec: \(Features.specVersion)\n"
            + library
    }
}
