package import Linux
package import OCI

/// One word of config.json's `mounts[].options` (config.md, "Linux mount options") that is not left to the file system.
package struct MountOption: Sendable {
    package enum Effect: Equatable, Sendable {
        /// Sets flags of mount(2); `defaults` sets none.
        case set(MountFlags)
        case clear(MountFlags)
        case propagation(MountFlags)
        /// mount_setattr(2) with `AT_RECURSIVE`.
        case setBelow(MountAttributes)
        case clearBelow(MountAttributes)
        /// Copies what the tmpfs would hide into it.
        case copyUp
        /// Known, and refused by this version.
        case refused
    }

    package let word: String
    package let effect: Effect

    private init(_ word: String, _ effect: Effect) {
        self.word = word
        self.effect = effect
    }

    /// Sorted by word: it is searched by halves, and `features` prints it.
    package static let table: InlineArray<62, MountOption> = [
        MountOption("async", .clear(.synchronous)),
        MountOption("atime", .clear(.noAccessTimes)),
        MountOption("bind", .set(.bind)),
        MountOption("defaults", .set(.none)),
        MountOption("dev", .clear(.noDevices)),
        MountOption("diratime", .clear(.noDirectoryAccessTimes)),
        MountOption("dirsync", .set(.synchronousDirectories)),
        MountOption("exec", .clear(.noExecute)),
        MountOption("idmap", .refused),
        MountOption("iversion", .set(.inodeVersions)),
        MountOption("lazytime", .set(.lazyTimes)),
        MountOption("loud", .clear(.silent)),
        MountOption("mand", .set(.mandatoryLocks)),
        MountOption("noatime", .set(.noAccessTimes)),
        MountOption("nodev", .set(.noDevices)),
        MountOption("nodiratime", .set(.noDirectoryAccessTimes)),
        MountOption("noexec", .set(.noExecute)),
        MountOption("noiversion", .clear(.inodeVersions)),
        MountOption("nolazytime", .clear(.lazyTimes)),
        MountOption("nomand", .clear(.mandatoryLocks)),
        MountOption("norelatime", .clear(.relativeAccessTimes)),
        MountOption("nostrictatime", .clear(.strictAccessTimes)),
        MountOption("nosuid", .set(.noSetID)),
        MountOption("nosymfollow", .set(.noSymlinkFollowing)),
        MountOption("private", .propagation(.private)),
        MountOption("ratime", .clearBelow(.noAccessTimes)),
        MountOption("rbind", .set(.bind | .recursive)),
        MountOption("rdev", .clearBelow(.noDevices)),
        MountOption("rdiratime", .clearBelow(.noDirectoryAccessTimes)),
        MountOption("relatime", .set(.relativeAccessTimes)),
        MountOption("remount", .set(.remount)),
        MountOption("rexec", .clearBelow(.noExecute)),
        MountOption("ridmap", .refused),
        MountOption("rnoatime", .setBelow(.noAccessTimes)),
        MountOption("rnodev", .setBelow(.noDevices)),
        MountOption("rnodiratime", .setBelow(.noDirectoryAccessTimes)),
        MountOption("rnoexec", .setBelow(.noExecute)),
        // Relative access times are the field's zero: to clear them, and to set them, is the same.
        MountOption("rnorelatime", .clearBelow(.none)),
        MountOption("rnostrictatime", .clearBelow(.strictAccessTimes)),
        MountOption("rnosuid", .setBelow(.noSetID)),
        MountOption("rnosymfollow", .setBelow(.noSymlinkFollowing)),
        MountOption("ro", .set(.readOnly)),
        MountOption("rprivate", .propagation(.private | .recursive)),
        MountOption("rrelatime", .setBelow(.none)),
        MountOption("rro", .setBelow(.readOnly)),
        MountOption("rrw", .clearBelow(.readOnly)),
        MountOption("rshared", .propagation(.shared | .recursive)),
        MountOption("rslave", .propagation(.slave | .recursive)),
        MountOption("rstrictatime", .setBelow(.strictAccessTimes)),
        MountOption("rsuid", .clearBelow(.noSetID)),
        MountOption("rsymfollow", .clearBelow(.noSymlinkFollowing)),
        MountOption("runbindable", .propagation(.unbindable | .recursive)),
        MountOption("rw", .clear(.readOnly)),
        MountOption("shared", .propagation(.shared)),
        MountOption("silent", .set(.silent)),
        MountOption("slave", .propagation(.slave)),
        MountOption("strictatime", .set(.strictAccessTimes)),
        MountOption("suid", .clear(.noSetID)),
        MountOption("symfollow", .clear(.noSymlinkFollowing)),
        MountOption("sync", .set(.synchronous)),
        MountOption("tmpcopyup", .copyUp),
        MountOption("unbindable", .propagation(.unbindable)),
    ]

    /// What `features` prints: the words that this version acts on, sorted.
    package static func names() -> [String] {
        table.indices.filter { table[$0].effect != .refused }.map { table[$0].word }
    }

    /// nil: a word for the file system.
    package static func effect(of word: String) -> Effect? {
        var low = 0
        var high = table.count
        while low < high {
            let middle = (low + high) / 2
            if table[middle].word < word { low = middle + 1 } else { high = middle }
        }
        return low < table.count && table[low].word == word ? table[low].effect : nil
    }

    /// The flags that a propagation word (`rslave`, also of `linux.rootfsPropagation`) stands for.
    package static func propagation(_ word: String) -> MountFlags? {
        guard case .propagation(let flags)? = effect(of: word) else { return nil }
        return flags
    }
}

/// All the words of one mount, taken together.
package struct MountOptions: Equatable, Sendable {
    package private(set) var flags = MountFlags.none
    /// Flags that a word such as `rw` or `exec` asks to be off.
    package private(set) var cleared = MountFlags.none
    /// In the order given.
    package private(set) var propagation: [MountFlags] = []
    /// What words such as `rro` ask for, for the mount and all below it.
    package private(set) var below: MountChange?
    package private(set) var copyUp = false
    /// `key` or `key=value`, for the file system.
    package private(set) var data: [String] = []

    package init(_ words: [String]) throws(RuntimeError) {
        for word in words { try add(word) }
    }

    package init(_ flags: MountFlags, data: [String] = [], propagation: [MountFlags] = []) {
        self.flags = flags
        self.data = data
        self.propagation = propagation
    }

    private mutating func add(_ word: String) throws(RuntimeError) {
        switch MountOption.effect(of: word) {
        case .set(let set):
            flags.insert(set)
            cleared.remove(set)
        case .clear(let clear):
            flags.remove(clear)
            cleared.insert(clear)
        case .propagation(let flags): propagation.append(flags)
        case .setBelow(let set): addBelow(set, .none)
        case .clearBelow(let clear): addBelow(.none, clear)
        case .copyUp: copyUp = true
        case .refused: throw RuntimeError(.unsupported, "mount option \"\(word)\" is not supported")
        case nil: data.append(word)
        }
    }

    /// The access time field is changed as a whole (mount_setattr(2)); an empty attribute is its zero.
    private mutating func addBelow(_ set: MountAttributes, _ clear: MountAttributes) {
        var change = below ?? MountChange(recursive: true)
        let both = set | clear
        if both.isEmpty || both.intersects(.accessTimeField) {
            change.set.remove(.accessTimeField)
            change.clear.insert(.accessTimeField)
        } else {
            change.set.remove(clear)
            change.clear.remove(set)
            change.clear.insert(clear)
        }
        change.set.insert(set)
        below = change
    }
}
