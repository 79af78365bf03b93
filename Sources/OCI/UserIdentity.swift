/// `UID[:GID]` of `exec --user`: numbers, since names would have to be looked up in the container's own files.
package struct UserIdentity: Equatable, Sendable {
    package var uid: UInt32
    /// nil: the group that config.json names.
    package var gid: UInt32?

    package init(uid: UInt32, gid: UInt32? = nil) {
        self.uid = uid
        self.gid = gid
    }

    /// Reads the whole text or fails: a half-read user is root (CVE-2026-30892), and so is one that wraps around
    /// (CVE-2024-40635).
    ///
    /// - Throws: `.usage` that names the half that is wrong.
    package init(parsing text: String) throws(RuntimeError) {
        let halves = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        uid = try Self.number(halves[0], "uid", of: text)
        gid = halves.count == 2 ? try Self.number(halves[1], "gid", of: text) : nil
    }

    private static func number(_ digits: Substring, _ what: String, of text: String) throws(RuntimeError) -> UInt32 {
        guard let number = identifier(digits) else {
            throw RuntimeError(.usage, "bad \(what) in \"\(text)\": want a number from 0 to 4294967294")
        }
        return number
    }

    /// A user or group number: decimal digits only. 4294967295 is (uid_t)-1, which chown(2) and setresuid(2) read as
    /// "no change".
    package static func identifier(_ digits: some StringProtocol) -> UInt32? {
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        guard let number = UInt32(digits), number != .max else { return nil }
        return number
    }
}
