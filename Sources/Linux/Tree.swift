internal import CLinux

// The mount API by descriptors: a mount is made detached, set up whole, and put in place last, so no path is resolved
// twice and nothing half-made is ever visible (Linux 5.2 open_tree(2), fsopen(2), move_mount(2); 5.12 mount_setattr(2)).

/// `AT_EMPTY_PATH`: the descriptor itself.
private let emptyPath: UInt32 = 0x1000
private let recursively: UInt32 = 0x8000
private let closeOnExec: UInt32 = 0o2_000_000

extension Descriptor where Self: ~Copyable {
    /// `open_tree(2)` `OPEN_TREE_CLONE`: a detached copy of the mount at `path`, from there down; with `recursive` of the
    /// mounts below, too. An empty path means the file of the descriptor. Follows links: for `path` see `openat(2)`.
    package borrowing func cloneTree(_ path: String = "", recursive: Bool) throws(Errno) -> FileDescriptor {
        var flags = 1 | closeOnExec
        if path.isEmpty { flags |= emptyPath }
        if recursive { flags |= recursively }
        return FileDescriptor(owning: try check { unsafe clinux_open_tree(rawValue, path, flags) })
    }

    /// `move_mount(2)`: puts this mount over the file of `target`.
    package borrowing func attach(over target: borrowing some Descriptor & ~Copyable) throws(Errno) {
        _ = try check { unsafe clinux_move_mount(rawValue, "", target.rawValue, "", 0x04 | 0x40) }
    }

    /// `mount_setattr(2)`; `EINVAL` where the file is not the root of a mount.
    package borrowing func change(_ change: MountChange) throws(Errno) {
        let flags = change.recursive ? emptyPath | recursively : emptyPath
        let propagation = change.propagation.rawValue
        _ = try check {
            unsafe clinux_mount_setattr(
                rawValue,
                "",
                flags,
                change.set.rawValue,
                change.clear.rawValue,
                propagation,
                -1
            )
        }
    }

    /// The flags of the file's mount in the words of `mount(2)` (`fstatfs(2)`, which has no bit for strict access times).
    package borrowing func mountedWith() throws(Errno) -> MountFlags {
        let bits = try mountFlags()
        // ST_RDONLY … ST_MANDLOCK equal MS_*; the others have bits of their own (linux/statfs.h).
        var flags = MountFlags(rawValue: bits & 0x5f)
        if bits & 0x400 != 0 { flags.insert(.noAccessTimes) }
        if bits & 0x800 != 0 { flags.insert(.noDirectoryAccessTimes) }
        if bits & 0x1000 != 0 { flags.insert(.relativeAccessTimes) }
        if bits & 0x2000 != 0 { flags.insert(.noSymlinkFollowing) }
        if !flags.intersects(.noAccessTimes | .relativeAccessTimes) { flags.insert(.strictAccessTimes) }
        return flags
    }
}

/// A file system being configured (`fsopen(2)`, `fsconfig(2)`).
package struct FileSystemContext: ~Copyable {
    private let descriptor: FileDescriptor

    /// `ENODEV` where the kernel knows no such type.
    package init(type: String) throws(Errno) {
        descriptor = FileDescriptor(owning: try check { unsafe clinux_fsopen(type, 1) })
    }

    /// `FSCONFIG_SET_FLAG`.
    package borrowing func set(_ key: String) throws(Errno) {
        _ = try check { unsafe clinux_fsconfig(descriptor.rawValue, 0, key, nil, 0) }
    }

    /// `FSCONFIG_SET_STRING`.
    package borrowing func set(_ key: String, _ value: String) throws(Errno) {
        _ = try check { unsafe clinux_fsconfig(descriptor.rawValue, 1, key, value, 0) }
    }

    /// `FSCONFIG_SET_STRING` for `key=value`, else `FSCONFIG_SET_FLAG`.
    package borrowing func set(word: String) throws(Errno) {
        _ = try check { unsafe clinux_fsconfig_word(descriptor.rawValue, word) }
    }

    /// `FSCONFIG_CMD_CREATE` and `fsmount(2)`: a detached mount.
    package borrowing func mount(_ attributes: MountAttributes) throws(Errno) -> FileDescriptor {
        _ = try check { clinux_fsconfig(descriptor.rawValue, 6, nil, nil, 0) }
        let bits = UInt32(truncatingIfNeeded: attributes.rawValue)
        return FileDescriptor(owning: try check { clinux_fsmount(descriptor.rawValue, 1, bits) })
    }

    /// What the file system had to say about a failure, for instance `tmpfs: Bad value for 'size'`; empty if nothing.
    package borrowing func complaint() -> String {
        var lines: [String] = []
        // One message a read; the kernel keeps eight.
        for _ in 0..<8 {
            guard let line = readMessage() else { break }
            lines.append(line)
        }
        return lines.joined(separator: "; ")
    }

    private borrowing func readMessage() -> String? {
        do {
            let bytes = try descriptor.read(upTo: 4096)
            let text = String(decoding: bytes, as: UTF8.self)
            // "e " is an error, "w " a warning, "i " information.
            return text.isEmpty ? nil : String(text.dropFirst(2).prefix { $0 != "\n" })
        } catch {
            return nil
        }
    }
}

/// The mount namespace of this process.
package enum MountNamespace {
    /// `mount(2)` on the working directory, for what `fsopen(2)` has no word for.
    package static func mountHere(
        source: String,
        type: String,
        flags: MountFlags,
        data: String
    ) throws(Errno) {
        _ = try check { unsafe clinux_mount(source, ".", type, flags.rawValue, data.isEmpty ? nil : data) }
    }

    /// `mount(2)` with propagation flags only, on `/`, the working directory or another mount's root.
    package static func setPropagation(_ flags: MountFlags, of path: String) throws(Errno) {
        _ = try check { unsafe clinux_mount(nil, path, nil, flags.rawValue, nil) }
    }

    /// `umount2(2)` with `MNT_DETACH`.
    package static func detach(_ path: String) throws(Errno) {
        _ = try check { unsafe clinux_umount(path, 2) }
    }

    /// An empty tmpfs over `path`.
    package static func cover(_ path: String) throws(Errno) {
        _ = try check { unsafe clinux_mount("tmpfs", path, "tmpfs", 0, nil) }
    }

    /// `pivot_root(".", ".")`: the working directory becomes `/`, with the old root stacked on it.
    package static func pivotHere() throws(Errno) {
        _ = try check { unsafe clinux_pivot_root(".", ".") }
    }

    /// `chroot(".")`.
    package static func chrootHere() throws(Errno) {
        _ = try check { unsafe clinux_chroot(".") }
    }

    /// `umask(0)`: modes given are modes made.
    package static func clearUmask() { _ = clinux_umask(0) }
}

/// Descriptors that live and end together.
@frozen public struct DescriptorList: ~Copyable {
    @usableFromInline var numbers: [CInt] = []

    package init() {}

    @inlinable deinit { for number in numbers { closeNumber(number) } }

    /// Keeps `descriptor` open for as long as the list lives.
    package mutating func keep(_ descriptor: consuming FileDescriptor) -> BorrowedDescriptor {
        let view = descriptor.borrowed
        numbers.append(descriptor.release())
        return view
    }
}

extension Descriptor where Self: ~Copyable {
    /// Whether this is `/dev/null`: character device 1:3.
    package borrowing func isNullDevice() throws(Errno) -> Bool {
        let status = try status()
        return status.kind == .character && status.major == 1 && status.minor == 3
    }

    /// `dup3(2)` over descriptor `number`, which the next program inherits.
    package borrowing func replace(_ number: CInt) throws(Errno) {
        _ = try check { clinux_dup3(rawValue, number, 0) }
    }

    package borrowing func isFolder() throws(Errno) -> Bool { try status().kind == .directory }
}

extension BorrowedDescriptor {
    /// A view of what an owner may hold.
    package init?(optional owner: borrowing FileDescriptor?) {
        switch owner {
        case .some(let file): self.init(file.rawValue)
        case .none: return nil
        }
    }
}
