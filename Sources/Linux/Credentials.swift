internal import CLinux

/// credentials(7) of the calling process. The raw system calls: there is one thread.
package enum Credentials {
    /// setgroups(2).
    package static func setGroups(_ groups: [UInt32]) throws(Errno) {
        _ = try check {
            unsafe groups.withUnsafeBufferPointer { unsafe clinux_setgroups($0.count, $0.baseAddress) }
        }
    }

    /// setresgid(2) of all three; `EINVAL` for an id that the user namespace does not map.
    package static func setGroup(_ group: UInt32) throws(Errno) {
        _ = try check { clinux_setresgid(group) }
    }

    /// setresuid(2) of all three; `EINVAL` for an id that the user namespace does not map.
    package static func setUser(_ user: UInt32) throws(Errno) {
        _ = try check { clinux_setresuid(user) }
    }

    /// umask(2); returns the one before.
    @discardableResult
    package static func setUmask(_ mask: UInt32) -> UInt32 { clinux_umask(mask) }

    /// `PR_SET_NO_NEW_PRIVS`: execve(2) grants nothing any more, to this process and its descendants.
    package static func forbidNewPrivileges() throws(Errno) {
        _ = try check { clinux_prctl(38, 1, 0, 0, 0) }
    }

    /// faccessat(2) with `AT_EACCESS`: may this process, as it is now, execute the file?
    package static func checkExecutable(_ path: String) throws(Errno) {
        _ = try check { unsafe clinux_faccessat(-100, path, 1, 0x200) }
    }
}

extension HostFile {
    /// `stat(2)`: of what a last symlink leads to.
    package static func status(_ path: String) throws(Errno) -> FileStatus {
        var status = clinux_stat()
        _ = try check { unsafe clinux_fstatat(-100, path, 0, &status) }
        return FileStatus(status)
    }
}

extension ThisProcess {
    /// What this program was called with, its own name first.
    package static var arguments: [String] {
        var result: [String] = []
        while let argument = unsafe clinux_argument(CInt(result.count)) {
            unsafe result.append(String(cString: argument))
        }
        return result
    }

    /// environ(7): `NAME=VALUE`.
    package static var environment: [String] {
        var result: [String] = []
        guard let entries = unsafe clinux_environment() else { return [] }
        var index = 0
        while let entry = unsafe entries[index] {
            unsafe result.append(String(cString: entry))
            index += 1
        }
        return result
    }
}

/// session-keyring(7).
package enum Keyring {
    /// Joins the session keyring of that name, which is made if there is none; its serial number.
    package static func joinSession(named name: String) throws(Errno) -> Int32 {
        try check { unsafe clinux_join_session_keyring(name) }
    }

    /// The permission mask of a key (keyctl_describe(3), fourth field).
    package static func permissions(of key: Int32) throws(Errno) -> UInt32 {
        let bytes = unsafe try withBuffer(4096) { (buffer) throws(Errno) in
            let size = Int(try check { unsafe clinux_describe_key(key, buffer.baseAddress, UInt64(buffer.count)) })
            return min(size, buffer.count)
        }
        let fields = bytes.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
        guard fields.count > 4, let mask = UInt32(String(decoding: fields[3], as: UTF8.self), radix: 16) else {
            throw .invalid
        }
        return mask
    }

    package static func setPermissions(_ mask: UInt32, of key: Int32) throws(Errno) {
        _ = try check { clinux_set_key_permissions(key, mask) }
    }
}

/// sched_setaffinity(2).
package enum Affinity {
    /// Lets this process run on every CPU that its cpuset has, whatever the caller was pinned to.
    package static func reset() throws(Errno) {
        do { _ = try check { clinux_reset_affinity() } } catch {
            if error != .invalid { throw error }
        }
    }
}

/// The numbers of this process's descriptors.
package enum DescriptorTable {
    /// Closes every descriptor from `first` on but those in `kept` (close_range(2)).
    package static func close(from first: CInt, keeping kept: [BorrowedDescriptor]) throws(Errno) {
        var start = first
        for number in kept.map({ $0.rawValue }).filter({ $0 >= first }).sorted() {
            try closeRange(from: start, below: number)
            start = max(start, number + 1)
        }
        _ = try check { clinux_close_from(CUnsignedInt(start), 0) }
    }

    private static func closeRange(from start: CInt, below end: CInt) throws(Errno) {
        guard start < end else { return }
        _ = try check { clinux_close_range(CUnsignedInt(start), CUnsignedInt(end - 1)) }
    }

    /// Closes a number whose owner never gets to run again, right before execve(2).
    package static func close(_ descriptor: BorrowedDescriptor) { _ = clinux_close(descriptor.rawValue) }
}
