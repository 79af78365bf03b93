import Linux
import OCI
import Testing

@testable import RuntimeCore

@Suite("Words of a mount")
struct MountOptionTests {
    /// The table of runtime-spec 1.3's config.md, "Linux mount options", without idmap and ridmap; rnodev is left out
    /// there, and is what `rdev` is the opposite of.
    private static let ofSpec = """
        async atime bind defaults dev diratime dirsync exec iversion lazytime loud mand noatime nodev nodiratime noexec \
        noiversion nolazytime nomand norelatime nostrictatime nosuid nosymfollow private ratime rbind rdev rdiratime \
        relatime remount rexec rnoatime rnodev rnodiratime rnoexec rnorelatime rnostrictatime rnosuid rnosymfollow ro \
        rprivate rrelatime rro rrw rshared rslave rstrictatime rsuid rsymfollow runbindable rw shared silent slave \
        strictatime suid symfollow sync tmpcopyup unbindable
        """

    @Test("MT-7: features names every word of the specification but the refused ones, sorted")
    func names() {
        #expect(MountOption.names() == Self.ofSpec.split(separator: " ").map(String.init))
    }

    @Test("MT-7: every word of the table is found, and its neighbours are not")
    func lookup() {
        for index in MountOption.table.indices {
            let option = MountOption.table[index]
            #expect(MountOption.effect(of: option.word) == option.effect)
            #expect(MountOption.effect(of: option.word + "x") == nil)
        }
        #expect(MountOption.effect(of: "") == nil)
        #expect(MountOption.effect(of: "RO") == nil)
    }

    @Test("MT-7: a word and its opposite cancel: the last one counts")
    func lastWordCounts() throws {
        let off = try MountOptions(["ro", "nodev", "rw", "dev"])
        #expect(off.flags == .none)
        #expect(off.cleared == .readOnly | .noDevices)
        let on = try MountOptions(["rw", "dev", "ro", "nodev"])
        #expect(on.flags == .readOnly | .noDevices)
        #expect(on.cleared == .none)
    }

    @Test("MT-7: pairs of words set and clear the same flag, each pair another")
    func pairs() throws {
        let pairs = [
            ("ro", "rw"), ("nosuid", "suid"), ("nodev", "dev"), ("noexec", "exec"), ("sync", "async"),
            ("noatime", "atime"), ("nodiratime", "diratime"), ("relatime", "norelatime"),
            ("strictatime", "nostrictatime"), ("mand", "nomand"), ("iversion", "noiversion"),
            ("lazytime", "nolazytime"), ("silent", "loud"), ("nosymfollow", "symfollow"),
        ]
        var seen = MountFlags.none
        for (set, clear) in pairs {
            let flag = try MountOptions([set]).flags
            #expect(try MountOptions([clear]).cleared == flag, "\(set)")
            #expect(!flag.isEmpty && !seen.intersects(flag), "\(set)")
            seen.insert(flag)
        }
    }

    @Test("MT-7: what is no word is for the file system, in the order given")
    func data() throws {
        let options = try MountOptions(["size=64k", "nosuid", "newinstance", "mode=755", "defaults"])
        #expect(options.data == ["size=64k", "newinstance", "mode=755"])
        #expect(options.flags == .noSetID)
    }

    @Test("MT-11: propagation words are kept in order")
    func propagation() throws {
        let options = try MountOptions(["rslave", "bind", "shared"])
        #expect(options.propagation == [.slave | .recursive, .shared])
    }

    @Test("MT-11: recursive words become one change of the whole tree")
    func below() throws {
        let change = try #require(try MountOptions(["rro", "rnosuid", "rexec"]).below)
        #expect(change.set == .readOnly | .noSetID)
        #expect(change.clear == .noExecute)
        #expect(change.recursive)
        #expect(try MountOptions(["ro"]).below == nil)
    }

    @Test(
        "MT-11: a recursive word about access times clears the whole field",
        arguments: [
            ("rnoatime", MountAttributes.noAccessTimes), ("rstrictatime", .strictAccessTimes), ("rrelatime", .none),
            ("ratime", .none), ("rnorelatime", .none), ("rnostrictatime", .none),
        ]
    )
    func accessTimesBelow(word: String, set: MountAttributes) throws {
        let change = try #require(try MountOptions([word]).below)
        #expect(change.set == set)
        #expect(change.clear.contains(.accessTimeField))
        #expect(try MountOptions(["rstrictatime", word]).below?.set == set)
    }

    @Test("MT-11: the last of two contrary recursive words counts")
    func lastBelow() throws {
        #expect(try MountOptions(["rro", "rrw"]).below == MountChange(clear: .readOnly, recursive: true))
        #expect(try MountOptions(["rrw", "rro"]).below == MountChange(set: .readOnly, recursive: true))
    }

    @Test("MT-7: id-mapped mounts are refused by name", arguments: ["idmap", "ridmap"])
    func idmap(word: String) {
        let error = #expect(throws: RuntimeError.self) { try MountOptions(["bind", word]) }
        #expect(error == RuntimeError(.unsupported, "mount option \"\(word)\" is not supported"))
    }

    @Test("MT-8: a word may hold several options, as mount(8)'s -o does")
    func commas() throws {
        let options = MountOptions(.none, data: ["size=1m,mode=700", "", "huge=never"])
        let request = MountRequest(source: "t", destination: "/t", type: "tmpfs", options: options)
        #expect(request.dataWords == ["size=1m", "mode=700", "huge=never"])
    }

    @Test("MT-8: the flags of a superblock are words of fsconfig(2)")
    func superblock() throws {
        let options = try MountOptions(["ro", "sync", "dirsync", "lazytime", "mand", "nosuid", "noatime"])
        let request = MountRequest(source: "", destination: "/t", type: "tmpfs", options: options)
        #expect(request.superblockWords(options.flags) == ["ro", "sync", "dirsync", "lazytime", "mand"])
    }

    @Test(
        "MT-8: mount(2) is used for what fsconfig(2) cannot say, and only for that",
        arguments: [
            (["silent"], true), (["iversion"], true), (["remount"], true), (["context=\"a,b\""], true),
            (["lowerdir=a\\:b"], true), (["ro", "size=1m", "mode=755"], false),
        ]
    )
    func classic(words: [String], needed: Bool) throws {
        let request = MountRequest(source: "", destination: "/t", type: "x", options: try MountOptions(words))
        #expect(ClassicMount.isNeeded(for: request) == needed)
    }

    @Test("MT-8: fsconfig(2) takes 255 bytes", arguments: [255, 256])
    func longData(count: Int) {
        let options = MountOptions(.none, data: [String(repeating: "x", count: count)])
        let request = MountRequest(source: "", destination: "/t", type: "overlay", options: options)
        #expect(ClassicMount.isNeeded(for: request) == (count > 255))
    }
}

@Suite("Flags of a bind")
struct BindFlagTests {
    @Test("MT-10: other flags than the wanted ones go, but access times stay unless spoken of")
    func replacing() {
        let change = MountChange.replacing(with: .readOnly)
        #expect(change.set == .readOnly)
        #expect(change.clear.contains(.noSetID | .noDevices | .noExecute | .noSymlinkFollowing))
        #expect(!change.clear.intersects(.accessTimeField | .noDirectoryAccessTimes))
    }

    @Test(
        "MT-10: access times as mount(2) combines them",
        arguments: [
            (MountFlags.noAccessTimes, MountAttributes.noAccessTimes), (.relativeAccessTimes, .none),
            (.strictAccessTimes, .strictAccessTimes), (.noDirectoryAccessTimes, .noDirectoryAccessTimes),
            (.noAccessTimes | .strictAccessTimes, .strictAccessTimes),
            (.noAccessTimes | .relativeAccessTimes, .noAccessTimes),
        ]
    )
    func accessTimes(flags: MountFlags, set: MountAttributes) {
        let change = MountChange.replacing(with: flags)
        #expect(change.set == set)
        #expect(change.clear.contains(.accessTimeField | .noDirectoryAccessTimes))
    }

    @Test("MT-10: locked flags are added to what is wanted")
    func locked() {
        let present: MountFlags = .noSetID | .noDevices | .relativeAccessTimes | .noSymlinkFollowing
        let outcome = LockedFlags.merge(wanted: .readOnly, cleared: .none, present: present)
        #expect(outcome == .flags(.readOnly | .noSetID | .noDevices | .relativeAccessTimes))
    }

    @Test("MT-10: a locked flag that is asked to be off is an error")
    func lockedCleared() {
        let outcome = LockedFlags.merge(wanted: .noSetID, cleared: .readOnly, present: .readOnly | .relativeAccessTimes)
        #expect(outcome == .refused("cannot clear locked flags MS_RDONLY"))
        let other = LockedFlags.merge(wanted: .none, cleared: .noSymlinkFollowing, present: .noSymlinkFollowing)
        #expect(other == .flags(.none))
    }

    @Test("MT-10: other access times than the locked ones are an error, the same ones are not")
    func lockedAccessTimes() {
        let other = LockedFlags.merge(wanted: .relativeAccessTimes, cleared: .none, present: .noAccessTimes)
        #expect(other == .refused("cannot change locked atime flags MS_NOATIME"))
        let same = LockedFlags.merge(wanted: .noAccessTimes, cleared: .none, present: .noAccessTimes)
        #expect(same == .flags(.noAccessTimes))
    }
}
