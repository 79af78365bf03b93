internal import CLinux

/// A file's name as the kernel has it, with its NUL: not every name is UTF-8, and a repaired one names nothing.
package struct FileName: Sendable {
    private let bytes: [UInt8]

    fileprivate init(_ bytes: ArraySlice<UInt8>) { self.bytes = bytes + [0] }

    fileprivate func withPointer(_ body: (UnsafePointer<CChar>) -> CInt) throws(Errno) -> CInt {
        try check {
            unsafe bytes.withUnsafeBytes { (buffer) in
                guard let start = buffer.baseAddress else { return -Errno.invalid.rawValue }
                return unsafe body(start.assumingMemoryBound(to: CChar.self))
            }
        }
    }
}

extension Descriptor where Self: ~Copyable {
    /// Visits this folder and every folder below it, and says of each but this one when it is left, with the folder that
    /// holds it. One descriptor does for any depth, and no path is put together, which could be too long to be opened.
    /// What is removed meanwhile is passed over; another file system is not entered.
    package borrowing func walk(
        visit: (BorrowedDescriptor) throws(Errno) -> Void = { _ in },
        leave: (BorrowedDescriptor, FileName) throws(Errno) -> Void = { _, _ in }
    ) throws(Errno) {
        var folder: FileDescriptor
        do { folder = try open(".", .listing) } catch {
            if error == .noEntry { return }
            throw error
        }
        try visit(folder.borrowed)
        var pending = [try folder.folderNames()]
        var entered: [FileName] = []
        while var names = pending.popLast() {
            if let name = names.popLast() {
                pending.append(names)
                guard let child = try folder.enter(name) else { continue }
                folder = child
                try visit(folder.borrowed)
                pending.append(try folder.folderNames())
                entered.append(name)
            } else if let name = entered.popLast() {
                folder = try folder.open("..", .listing)
                try leave(folder.borrowed, name)
            }
        }
    }

    /// rmdir(2) of a folder in this one.
    package borrowing func removeDirectory(_ name: FileName) throws(Errno) {
        let number = rawValue
        _ = unsafe try name.withPointer { unsafe clinux_unlinkat(number, $0, 0x200) }
    }

    /// nil where it has gone.
    private borrowing func enter(_ name: FileName) throws(Errno) -> FileDescriptor? {
        let resolve: Resolve = [.beneath, .noSymlinks, .noMountCrossing]
        let (number, flags) = (rawValue, UInt64(OpenFlags.listing.rawValue))
        do {
            return FileDescriptor(
                owning: unsafe try name.withPointer { unsafe clinux_openat2(number, $0, flags, 0, resolve.rawValue) }
            )
        } catch {
            if error == .noEntry || error == .noDevice || error == .crossDevice { return nil }
            throw error
        }
    }

    /// The folders in this one, told from files by getdents64(2)'s kind, without a `stat` of each.
    private borrowing func folderNames() throws(Errno) -> [FileName] {
        var names: [FileName] = []
        while true {
            let batch: [UInt8]
            do {
                batch = unsafe try withBuffer(32768) { (buffer) throws(Errno) in
                    try checkSize { unsafe clinux_getdents(rawValue, buffer.baseAddress, buffer.count) }
                }
            } catch {
                // Removed since it was opened.
                if error == .noEntry || error == .noDevice { return names }
                throw error
            }
            if batch.isEmpty { return names }
            appendFolders(of: batch, to: &names)
        }
    }
}

/// `struct linux_dirent64`: inode (8), offset (8), record length (2), kind (1; 4 is a folder), name with its NUL.
private func appendFolders(of batch: [UInt8], to names: inout [FileName]) {
    var start = 0
    while start + 19 <= batch.count {
        let length = Int(batch[start + 16]) | Int(batch[start + 17]) << 8
        let name = batch[(start + 19)..<(start + length)].prefix { $0 != 0 }
        if batch[start + 18] == 4, !name.elementsEqual([0x2e]), !name.elementsEqual([0x2e, 0x2e]) {
            names.append(FileName(name))
        }
        start += length
    }
}
