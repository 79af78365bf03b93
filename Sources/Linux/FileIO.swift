internal import CLinux

extension Descriptor where Self: ~Copyable {
    /// One `read(2)` of at most `count` bytes; empty at the end of the file.
    package borrowing func read(upTo count: Int) throws(Errno) -> [UInt8] {
        unsafe try withBuffer(count) { (buffer) throws(Errno) in
            try checkSize { unsafe clinux_read(rawValue, buffer.baseAddress, count) }
        }
    }

    /// Everything up to the end of the file; `EFBIG` beyond `limit` bytes.
    package borrowing func readAll(limit: Int = 16 << 20) throws(Errno) -> [UInt8] {
        var result: [UInt8] = []
        while true {
            let chunk = try read(upTo: 65536)
            if chunk.isEmpty { return result }
            if result.count + chunk.count > limit { throw Errno(27) }
            if result.isEmpty { result = chunk } else { result += chunk }
        }
    }

    /// Writes every byte.
    package borrowing func writeAll(_ bytes: [UInt8]) throws(Errno) {
        var done = 0
        while done < bytes.count {
            let start = done
            done += try checkSize {
                unsafe bytes.withUnsafeBytes { (buffer) in
                    let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[start...])
                    return unsafe clinux_write(rawValue, rest.baseAddress, rest.count)
                }
            }
        }
    }

    /// Cuts the file to `size` bytes where it is longer (`ftruncate(2)`).
    package borrowing func cut(to size: Int) throws(Errno) {
        if try status().size <= size { return }
        _ = try check { clinux_ftruncate(rawValue, Int64(size)) }
    }

    /// Writes the UTF-8 of `text` in one system call: files of /proc and /sys take a value so.
    package borrowing func write(_ text: String) throws(Errno) {
        var text = text
        let count = text.utf8.count
        let written = try checkSize {
            text.withUTF8 { (buffer) in unsafe clinux_write(rawValue, buffer.baseAddress, buffer.count) }
        }
        if written != count { throw .inputOutput }
    }

    /// The names in an open folder, without `.` and `..`.
    package borrowing func entries() throws(Errno) -> [String] {
        _ = try checkSize { clinux_lseek(rawValue, 0, 0) }
        var names: [String] = []
        while true {
            let batch = unsafe try withBuffer(32768) { (buffer) throws(Errno) in
                try checkSize { unsafe clinux_getdents(rawValue, buffer.baseAddress, buffer.count) }
            }
            if batch.isEmpty { return names }
            appendNames(of: batch, to: &names)
        }
    }
}

/// `struct linux_dirent64`: inode (8), offset (8), record length (2), kind (1), name with its NUL.
private func appendNames(of batch: [UInt8], to names: inout [String]) {
    var start = 0
    while start + 19 <= batch.count {
        let length = Int(batch[start + 16]) | Int(batch[start + 17]) << 8
        let name = batch[(start + 19)..<(start + length)].prefix { $0 != 0 }
        let text = String(decoding: name, as: UTF8.self)
        if text != "." && text != ".." { names.append(text) }
        start += length
    }
}

/// Files of the host by path: configuration, /proc, /sys/fs/cgroup. Not for anything inside a rootfs.
package enum HostFile {
    package static func read(_ path: String, limit: Int = 16 << 20) throws(Errno) -> [UInt8] {
        try BorrowedDescriptor.currentDirectory.open(path, .read).readAll(limit: limit)
    }

    package static func readText(_ path: String) throws(Errno) -> String {
        String(decoding: try read(path), as: UTF8.self)
    }

    /// Writes an existing file in one system call.
    package static func write(_ path: String, _ text: String) throws(Errno) {
        try BorrowedDescriptor.currentDirectory.open(path, .write).write(text)
    }

    package static func exists(_ path: String) -> Bool {
        unsafe clinux_faccessat(-100, path, 0, 0) == 0
    }

    package static func makeDirectory(_ path: String, mode: UInt32) throws(Errno) {
        try BorrowedDescriptor.currentDirectory.makeDirectory(path, mode: mode)
    }

    package static func removeDirectory(_ path: String) throws(Errno) {
        try BorrowedDescriptor.currentDirectory.removeDirectory(path)
    }

    package static func fileSystemType(_ path: String) throws(Errno) -> UInt32 {
        UInt32(truncatingIfNeeded: try checkSize { unsafe Int(clinux_statfs(path, nil)) })
    }

    /// `getcwd(2)`: absolute, or `(unreachable)…` when the folder is outside this process's root.
    package static func workingDirectory() throws(Errno) -> String {
        let bytes = unsafe try withBuffer(4096) { (buffer) throws(Errno) in
            try checkSize { unsafe clinux_getcwd(buffer.baseAddress, buffer.count) }
        }
        return String(decoding: bytes.dropLast(), as: UTF8.self)
    }
}

extension Descriptor where Self: ~Copyable {
    /// fsync(2): returns when the file, or the names in the folder, are on the disk.
    package borrowing func synchronize() throws(Errno) {
        _ = try check { clinux_fsync(rawValue) }
    }
}
