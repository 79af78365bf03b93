internal import CLinux

/// What names an open file: an owner (`FileDescriptor`) or a view (`BorrowedDescriptor`).
package protocol Descriptor: ~Copyable {
    var rawValue: CInt { get }
}

/// An open file: one owner, closed once.
@frozen public struct FileDescriptor: ~Copyable, Sendable, Descriptor {
    @usableFromInline package let rawValue: CInt

    package init(owning rawValue: CInt) { self.rawValue = rawValue }

    @inlinable deinit { closeNumber(rawValue) }

    /// Closes now, and reports what `deinit` has to swallow. No retry: after `EINTR` Linux has already freed the number.
    package consuming func close() throws(Errno) {
        let result = clinux_close(rawValue)
        discard self
        if result < 0 { throw Errno(-result) }
    }

    /// Gives the number away: the caller closes it, or keeps it open on purpose.
    package consuming func release() -> CInt {
        let number = rawValue
        discard self
        return number
    }

    /// Closes the number in a cloned child that never returns to the owner.
    package borrowing func closeInClone() { _ = clinux_close(rawValue) }

    /// The same open file for a callee that does not own it.
    package var borrowed: BorrowedDescriptor { BorrowedDescriptor(rawValue) }
}

extension FileDescriptor? {
    /// The open file, if there is one, for a callee that does not own it. (`descriptor?.borrowed` would consume it.)
    package borrowing func view() -> BorrowedDescriptor? {
        switch self {
        case .some(let descriptor): return descriptor.borrowed
        case nil: return nil
        }
    }
}

/// A descriptor that somebody else owns: standard streams, the working directory, an inherited one.
package struct BorrowedDescriptor: Equatable, Sendable, Descriptor {
    @usableFromInline package let rawValue: CInt

    package init(_ rawValue: CInt) { self.rawValue = rawValue }

    package static let standardInput = BorrowedDescriptor(0)
    package static let standardOutput = BorrowedDescriptor(1)
    package static let standardError = BorrowedDescriptor(2)
    /// `AT_FDCWD`: for host paths only, never for a path inside a rootfs.
    package static let currentDirectory = BorrowedDescriptor(-100)
}

/// For the deinit, which other modules inline.
@usableFromInline
package func closeNumber(_ number: CInt) { _ = clinux_close(number) }

/// Flags of `open(2)`; `O_CLOEXEC` is always added.
package struct OpenFlags: OptionSet, Sendable {
    @usableFromInline package let rawValue: CInt
    package init(rawValue: CInt) { self.rawValue = rawValue }

    package static let read = OpenFlags([])
    package static let write = OpenFlags(rawValue: 0o1)
    package static let readWrite = OpenFlags(rawValue: 0o2)
    package static let create = OpenFlags(rawValue: 0o100)
    package static let exclusive = OpenFlags(rawValue: 0o200)
    package static let noControllingTerminal = OpenFlags(rawValue: 0o400)
    package static let truncate = OpenFlags(rawValue: 0o1000)
    package static let append = OpenFlags(rawValue: 0o2000)
    package static let nonBlocking = OpenFlags(rawValue: 0o4000)
    package static let synchronous = OpenFlags(rawValue: 0o4_010_000)
    package static let directory = OpenFlags(rawValue: 0o200_000)
    package static let noFollow = OpenFlags(rawValue: 0o400_000)
    package static let path = OpenFlags(rawValue: 0o10_000_000)
}

/// How far `openat2(2)` may walk.
package struct Resolve: OptionSet, Sendable {
    package let rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }

    package static let noMountCrossing = Resolve(rawValue: 0x01)
    package static let noMagicLinks = Resolve(rawValue: 0x02)
    package static let noSymlinks = Resolve(rawValue: 0x04)
    package static let beneath = Resolve(rawValue: 0x08)
    package static let inRoot = Resolve(rawValue: 0x10)
}

/// What `fstat(2)` tells of a file.
package struct FileStatus: Sendable {
    package let device: UInt64
    package let inode: UInt64
    package let mode: UInt32
    package let user: UInt32
    package let group: UInt32
    package let size: Int64
    /// Major and minor number of a device node.
    package let major: UInt32
    package let minor: UInt32

    package enum Kind: UInt32, Sendable {
        case fifo = 0o010000
        case character = 0o020000
        case directory = 0o040000
        case block = 0o060000
        case regular = 0o100000
        case symlink = 0o120000
        case socket = 0o140000
    }

    package var kind: Kind? { Kind(rawValue: mode & 0o170000) }
    package var permissions: UInt32 { mode & 0o7777 }

    init(_ status: clinux_stat) {
        device = status.device
        inode = status.inode
        mode = status.mode
        user = status.user
        group = status.group
        size = status.size
        major = clinux_major(status.special_device)
        minor = clinux_minor(status.special_device)
    }
}

extension Descriptor where Self: ~Copyable {
    /// `openat(2)`. Never for a path inside a rootfs: see `open(inRoot:)`.
    package borrowing func open(_ path: String, _ flags: OpenFlags, mode: UInt32 = 0) throws(Errno) -> FileDescriptor {
        FileDescriptor(owning: try check { unsafe clinux_openat(rawValue, path, flags.rawValue, mode) })
    }

    /// `openat2(2)`: the kernel confines the walk.
    package borrowing func open(
        _ path: String,
        _ flags: OpenFlags,
        mode: UInt32 = 0,
        resolve: Resolve
    ) throws(Errno) -> FileDescriptor {
        let result = try check {
            unsafe clinux_openat2(rawValue, path, UInt64(flags.rawValue), UInt64(mode), resolve.rawValue)
        }
        return FileDescriptor(owning: result)
    }

    /// Opens `path` as if `self` were `/`: no `..` or link leads out, and no magic link is followed.
    package borrowing func open(
        inRoot path: String,
        _ flags: OpenFlags,
        mode: UInt32 = 0
    ) throws(Errno) -> FileDescriptor {
        try open(path, flags, mode: mode, resolve: [.inRoot, .noMagicLinks])
    }

    /// `fstat(2)`.
    package borrowing func status() throws(Errno) -> FileStatus {
        var status = clinux_stat()
        _ = try check { unsafe clinux_fstat(rawValue, &status) }
        return FileStatus(status)
    }

    /// `fstatat(2)` without following a last symlink.
    package borrowing func status(of path: String) throws(Errno) -> FileStatus {
        var status = clinux_stat()
        _ = try check { unsafe clinux_fstatat(rawValue, path, 0x100, &status) }
        return FileStatus(status)
    }

    /// The magic number of the file system that holds the file (`fstatfs(2)`).
    package borrowing func fileSystemType() throws(Errno) -> UInt32 {
        UInt32(truncatingIfNeeded: try checkSize { Int(clinux_fstatfs(rawValue, nil)) })
    }

    /// The `ST_*` mount flags of the file's mount (`fstatfs(2)`).
    package borrowing func mountFlags() throws(Errno) -> UInt64 {
        var flags: UInt64 = 0
        _ = try checkSize { unsafe Int(clinux_fstatfs(rawValue, &flags)) }
        return flags
    }

    package borrowing func makeDirectory(_ path: String, mode: UInt32) throws(Errno) {
        _ = try check { unsafe clinux_mkdirat(rawValue, path, mode) }
    }

    /// `mknodat(2)`; `mode` holds the kind too.
    package borrowing func makeNode(
        _ path: String,
        mode: UInt32,
        major: UInt32 = 0,
        minor: UInt32 = 0
    ) throws(Errno) {
        _ = try check { unsafe clinux_mknodat(rawValue, path, mode, major, minor) }
    }

    package borrowing func makeSymlink(_ path: String, to target: String) throws(Errno) {
        _ = try check { unsafe clinux_symlinkat(target, rawValue, path) }
    }

    package borrowing func unlink(_ path: String) throws(Errno) {
        _ = try check { unsafe clinux_unlinkat(rawValue, path, 0) }
    }

    package borrowing func removeDirectory(_ path: String) throws(Errno) {
        _ = try check { unsafe clinux_unlinkat(rawValue, path, 0x200) }
    }

    package borrowing func rename(_ from: String, to: String) throws(Errno) {
        _ = try check { unsafe clinux_renameat(rawValue, from, rawValue, to) }
    }

    package borrowing func readLink(_ path: String) throws(Errno) -> String {
        let bytes = unsafe try withBuffer(4096) { (buffer) throws(Errno) in
            try checkSize { unsafe clinux_readlinkat(rawValue, path, buffer.baseAddress, buffer.count) }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    package borrowing func changeMode(_ mode: UInt32) throws(Errno) {
        _ = try check { clinux_fchmod(rawValue, mode) }
    }

    /// `fchown(2)`.
    package borrowing func changeOwner(user: UInt32, group: UInt32) throws(Errno) {
        _ = try check { clinux_fchown(rawValue, user, group) }
    }

    /// `flock(2)`, exclusive; waits unless told not to (then `EWOULDBLOCK`).
    package borrowing func lock(wait: Bool = true) throws(Errno) {
        _ = try check { clinux_flock(rawValue, wait ? 2 : 2 | 4) }
    }

    /// `flock(2)` `LOCK_UN`.
    package borrowing func unlock() throws(Errno) {
        _ = try check { clinux_flock(rawValue, 8) }
    }

    /// Makes the descriptor survive `execve(2)`, or not.
    package borrowing func setCloseOnExec(_ on: Bool) throws(Errno) {
        _ = try check { clinux_fcntl(rawValue, 2, on ? 1 : 0) }
    }

    /// `fchdir(2)`.
    package borrowing func makeWorkingDirectory() throws(Errno) {
        _ = try check { clinux_fchdir(rawValue) }
    }

    /// Where the file can be reached by path in this process, for the calls that take no descriptor.
    package var procPath: String { "/proc/self/fd/\(rawValue)" }
}

/// Reads into `size` fresh bytes; `fill` tells how many it wrote.
@inline(__always)
package func withBuffer(
    _ size: Int,
    _ fill: (UnsafeMutableBufferPointer<CChar>) throws(Errno) -> Int
) throws(Errno) -> [UInt8] {
    let buffer = UnsafeMutableBufferPointer<CChar>.allocate(capacity: size)
    defer { unsafe buffer.deallocate() }
    let count = unsafe try fill(buffer)
    return unsafe [UInt8](UnsafeRawBufferPointer(buffer)[..<count])
}
