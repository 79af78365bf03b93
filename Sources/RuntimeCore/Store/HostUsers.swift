internal import Linux

/// The users of the host, as far as a static program can know them: no NSS module is loaded (CVE-2019-14271).
package enum HostUsers {
    /// The name in /etc/passwd, else `#1000`.
    package static func name(of user: UInt32) -> String {
        let text: String
        do { text = try HostFile.readText("/etc/passwd") } catch { return "#\(user)" }
        return name(of: user, in: text) ?? "#\(user)"
    }

    /// The first entry with that number (passwd(5)).
    static func name(of user: UInt32, in passwd: String) -> String? {
        for line in passwd.utf8.split(separator: UInt8(ascii: "\n")) {
            let fields = line.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
            guard fields.count > 2, UInt32(Substring(fields[2])) == user else { continue }
            return String(Substring(fields[0]))
        }
        return nil
    }
}
