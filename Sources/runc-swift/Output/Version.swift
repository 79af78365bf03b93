internal import RuntimeCore
internal import Seccomp

/// What this build is.
enum Version {
    /// Of this program, not of runc.
    static let number = "0.1.0"

    /// Callers read it line by line: go-runc wants `runc version ` first, dockerd `commit: ` and `spec: `. What follows
    /// the plus sign is ours (semver.org, build metadata).
    static var text: String {
        let library = LibraryVersion.text.map { "libseccomp: \($0)\n" } ?? ""
        return "runc version \(number)+runc-swift\ncommit: \(Build.commit)\nspec: \(Features.specVersion)\n" + library
    }
}
