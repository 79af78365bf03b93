internal import CSeccomp

/// The libseccomp that this program was linked with.
package enum LibraryVersion {
    /// `2.5.4`; nil where the library does not say.
    package static var text: String? {
        guard let version = seccomp_version() else { return nil }
        return "\(version.pointee.major).\(version.pointee.minor).\(version.pointee.micro)"
    }
}
