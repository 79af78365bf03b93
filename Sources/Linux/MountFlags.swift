/// Flags of `mount(2)`.
///
/// No `OptionSet`: to users in another module its operations are generic calls, and the metadata that they ask the Swift
/// runtime for costs tens of microseconds at the first use; these are plain functions.
package struct MountFlags: Hashable, Sendable {
    package private(set) var rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }

    package static func | (left: MountFlags, right: MountFlags) -> MountFlags {
        MountFlags(rawValue: left.rawValue | right.rawValue)
    }

    package static let none = MountFlags(rawValue: 0)
    package var isEmpty: Bool { rawValue == 0 }
    package func contains(_ other: MountFlags) -> Bool { rawValue & other.rawValue == other.rawValue }
    package func intersects(_ other: MountFlags) -> Bool { rawValue & other.rawValue != 0 }
    package func intersection(_ other: MountFlags) -> MountFlags {
        MountFlags(rawValue: rawValue & other.rawValue)
    }
    package func subtracting(_ other: MountFlags) -> MountFlags { MountFlags(rawValue: rawValue & ~other.rawValue) }
    package mutating func insert(_ other: MountFlags) { rawValue |= other.rawValue }
    package mutating func remove(_ other: MountFlags) { rawValue &= ~other.rawValue }

    package static let readOnly = MountFlags(rawValue: 1)
    package static let noSetID = MountFlags(rawValue: 1 << 1)
    package static let noDevices = MountFlags(rawValue: 1 << 2)
    package static let noExecute = MountFlags(rawValue: 1 << 3)
    package static let synchronous = MountFlags(rawValue: 1 << 4)
    package static let remount = MountFlags(rawValue: 1 << 5)
    package static let mandatoryLocks = MountFlags(rawValue: 1 << 6)
    package static let synchronousDirectories = MountFlags(rawValue: 1 << 7)
    /// Linux 5.10.
    package static let noSymlinkFollowing = MountFlags(rawValue: 1 << 8)
    package static let noAccessTimes = MountFlags(rawValue: 1 << 10)
    package static let noDirectoryAccessTimes = MountFlags(rawValue: 1 << 11)
    package static let bind = MountFlags(rawValue: 1 << 12)
    package static let recursive = MountFlags(rawValue: 1 << 14)
    package static let silent = MountFlags(rawValue: 1 << 15)
    package static let unbindable = MountFlags(rawValue: 1 << 17)
    package static let `private` = MountFlags(rawValue: 1 << 18)
    package static let slave = MountFlags(rawValue: 1 << 19)
    package static let shared = MountFlags(rawValue: 1 << 20)
    package static let relativeAccessTimes = MountFlags(rawValue: 1 << 21)
    package static let inodeVersions = MountFlags(rawValue: 1 << 23)
    package static let strictAccessTimes = MountFlags(rawValue: 1 << 24)
    package static let lazyTimes = MountFlags(rawValue: 1 << 25)

    /// Everything that speaks of access times.
    package static let accessTimes =
        noAccessTimes | noDirectoryAccessTimes | relativeAccessTimes | strictAccessTimes
    /// What a mount inherited from another user namespace cannot lose (`MNT_LOCK_*`).
    package static let lockable = readOnly | noDevices | noExecute | noSetID | accessTimes

    /// The kernel's names, by bit.
    package static let names: [(name: String, flag: MountFlags)] = [
        ("MS_RDONLY", .readOnly),
        ("MS_NOSUID", .noSetID),
        ("MS_NODEV", .noDevices),
        ("MS_NOEXEC", .noExecute),
        ("MS_SYNCHRONOUS", .synchronous),
        ("MS_REMOUNT", .remount),
        ("MS_MANDLOCK", .mandatoryLocks),
        ("MS_DIRSYNC", .synchronousDirectories),
        ("MS_NOSYMFOLLOW", .noSymlinkFollowing),
        ("MS_NOATIME", .noAccessTimes),
        ("MS_NODIRATIME", .noDirectoryAccessTimes),
        ("MS_BIND", .bind),
        ("MS_REC", .recursive),
        ("MS_SILENT", .silent),
        ("MS_UNBINDABLE", .unbindable),
        ("MS_PRIVATE", .private),
        ("MS_SLAVE", .slave),
        ("MS_SHARED", .shared),
        ("MS_RELATIME", .relativeAccessTimes),
        ("MS_I_VERSION", .inodeVersions),
        ("MS_STRICTATIME", .strictAccessTimes),
        ("MS_LAZYTIME", .lazyTimes),
    ]
}

extension MountFlags: CustomStringConvertible {
    /// `MS_NOSUID|MS_NODEV`; `0` where nothing is set.
    package var description: String {
        let words = Self.names.filter { contains($0.flag) }.map { $0.name }
        return words.isEmpty ? "0" : words.joined(separator: "|")
    }
}

/// `MOUNT_ATTR_*` of `fsmount(2)` and `mount_setattr(2)`.
package struct MountAttributes: Hashable, Sendable {
    package private(set) var rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }

    package static func | (left: MountAttributes, right: MountAttributes) -> MountAttributes {
        MountAttributes(rawValue: left.rawValue | right.rawValue)
    }

    package static let none = MountAttributes(rawValue: 0)
    package var isEmpty: Bool { rawValue == 0 }
    package func contains(_ other: MountAttributes) -> Bool { rawValue & other.rawValue == other.rawValue }
    package func intersects(_ other: MountAttributes) -> Bool { rawValue & other.rawValue != 0 }
    package mutating func insert(_ other: MountAttributes) { rawValue |= other.rawValue }
    package mutating func remove(_ other: MountAttributes) { rawValue &= ~other.rawValue }

    package static let readOnly = MountAttributes(rawValue: 0x01)
    package static let noSetID = MountAttributes(rawValue: 0x02)
    package static let noDevices = MountAttributes(rawValue: 0x04)
    package static let noExecute = MountAttributes(rawValue: 0x08)
    /// Together with `strictAccessTimes` a field of two bits, of which 0 means relative access times.
    package static let noAccessTimes = MountAttributes(rawValue: 0x10)
    package static let strictAccessTimes = MountAttributes(rawValue: 0x20)
    /// The field itself (`MOUNT_ATTR__ATIME`): must be cleared whole, whichever value is set.
    package static let accessTimeField = MountAttributes(rawValue: 0x70)
    package static let noDirectoryAccessTimes = MountAttributes(rawValue: 0x80)
    /// Linux 5.14.
    package static let noSymlinkFollowing = MountAttributes(rawValue: 0x20_0000)

    private static let names: [(name: String, attribute: MountAttributes)] = [
        ("MOUNT_ATTR_RDONLY", .readOnly),
        ("MOUNT_ATTR_NOSUID", .noSetID),
        ("MOUNT_ATTR_NODEV", .noDevices),
        ("MOUNT_ATTR_NOEXEC", .noExecute),
        ("MOUNT_ATTR_NOATIME", .noAccessTimes),
        ("MOUNT_ATTR_STRICTATIME", .strictAccessTimes),
        ("MOUNT_ATTR_NODIRATIME", .noDirectoryAccessTimes),
        ("MOUNT_ATTR_NOSYMFOLLOW", .noSymlinkFollowing),
    ]

    /// What `mount(2)` makes of `flags` on one mount: strict beats "no", and "no" beats relative.
    package init(_ flags: MountFlags) {
        var result = MountAttributes.none
        if flags.contains(.readOnly) { result.insert(.readOnly) }
        if flags.contains(.noSetID) { result.insert(.noSetID) }
        if flags.contains(.noDevices) { result.insert(.noDevices) }
        if flags.contains(.noExecute) { result.insert(.noExecute) }
        if flags.contains(.noDirectoryAccessTimes) { result.insert(.noDirectoryAccessTimes) }
        if flags.contains(.noSymlinkFollowing) { result.insert(.noSymlinkFollowing) }
        if flags.contains(.strictAccessTimes) {
            result.insert(.strictAccessTimes)
        } else if flags.contains(.noAccessTimes) {
            result.insert(.noAccessTimes)
        }
        self = result
    }
}

extension MountAttributes: CustomStringConvertible {
    package var description: String {
        let words = Self.names.filter { contains($0.attribute) }.map { $0.name }
        return words.isEmpty ? "0" : words.joined(separator: "|")
    }
}

/// What to change of a mount, as `mount_setattr(2)` takes it.
package struct MountChange: Equatable, Sendable {
    package var set: MountAttributes
    package var clear: MountAttributes
    /// One of shared, slave, private, unbindable; empty: left alone.
    package var propagation: MountFlags
    /// `AT_RECURSIVE`: every mount below, too.
    package var recursive: Bool

    package init(
        set: MountAttributes = .none,
        clear: MountAttributes = .none,
        propagation: MountFlags = .none,
        recursive: Bool = false
    ) {
        self.set = set
        self.clear = clear
        self.propagation = propagation
        self.recursive = recursive
    }

    /// What `mount(2)` with `MS_REMOUNT|MS_BIND` does: the mount gets exactly `flags`, but keeps its access time
    /// setting where `flags` say nothing about it.
    package static func replacing(with flags: MountFlags) -> MountChange {
        var clear: MountAttributes = .readOnly | .noSetID | .noDevices | .noExecute | .noSymlinkFollowing
        if flags.intersects(.accessTimes) { clear.insert(.accessTimeField | .noDirectoryAccessTimes) }
        return MountChange(set: MountAttributes(flags), clear: clear)
    }
}
