import Linux
import OCI
import Testing

@testable import RuntimeCore

@Suite("Paths in a rootfs")
struct RootfsPathTests {
    /// The identity of a file.
    private func file(_ descriptor: borrowing some Descriptor & ~Copyable) throws -> [UInt64] {
        let status = try descriptor.status()
        return [status.device, status.inode]
    }

    @Test(
        "MT-6: no path leads out of the root",
        arguments: ["..", "../../..", "/", "/../..", "a/../../..", "up", "top"]
    )
    func confined(path: String) throws {
        let scratch = try Scratch()
        try scratch.make("a")
        try scratch.folder.makeSymlink("up", to: "../../../../..")
        try scratch.folder.makeSymlink("top", to: "/")
        let found = try scratch.folder.find(inRoot: path)
        #expect(try file(found) == file(scratch.folder))
        let made = try scratch.folder.makeDirectories(inRoot: path)
        #expect(try file(made) == file(scratch.folder))
    }

    @Test("MT-6: magic links are not followed")
    func magicLinks() throws {
        let root = try BorrowedDescriptor.currentDirectory.open("/", .folder)
        #expect(throws: Errno.loop) { _ = try root.find(inRoot: "/proc/self/root") }
    }

    @Test("MT-6: without links allowed, a link on the way is an error")
    func noLinks() throws {
        let scratch = try Scratch()
        try scratch.make("a")
        try scratch.folder.makeSymlink("l", to: "a")
        #expect(throws: Errno.loop) { _ = try scratch.folder.find(inRoot: "l", links: false) }
        #expect(try scratch.folder.find(inRoot: "l", .named, links: false).status().kind == .symlink)
    }

    @Test(
        "MT-6: a link that leads to nothing leads to a place in the root",
        arguments: [
            ("/etc/hosts", "tmp/foo/bar/baz/hosts"), ("/etc/file", "tmp/hosts"), ("etc/out", "tmp/out"),
            ("/etc/../etc/./rel/x", "etc/new/x"), ("/etc/..//none/y", "none/y"),
        ]
    )
    func dangling(path: String, place: String) throws {
        let scratch = try Scratch()
        try scratch.make("etc")
        try scratch.folder.makeSymlink("jump", to: "/tmp/foo/bar")
        try scratch.folder.makeSymlink("etc/hosts", to: "/jump/baz/hosts")
        try scratch.folder.makeSymlink("etc/file", to: "/tmp/hosts")
        try scratch.folder.makeSymlink("etc/out", to: "../../../../../../tmp/out")
        try scratch.folder.makeSymlink("etc/rel", to: "new")
        #expect(try scratch.folder.resolve(inRoot: path).joined(separator: "/") == place)
        let made = try scratch.folder.makeFile(inRoot: path)
        let found = try scratch.folder.find(inRoot: place, links: false)
        #expect(try file(made) == file(found))
        #expect(try found.status().kind == .regular)
    }

    @Test("MT-6: folders are made through a link to nothing, too")
    func danglingFolder() throws {
        let scratch = try Scratch()
        try scratch.folder.makeSymlink("l", to: "/a/b")
        let made = try scratch.folder.makeDirectories(inRoot: "/l/c")
        #expect(try file(made) == file(scratch.folder.open("a/b/c", .folder)))
    }

    @Test("MT-6: links in a circle are an error")
    func circle() throws {
        let scratch = try Scratch()
        try scratch.folder.makeSymlink("a", to: "b")
        try scratch.folder.makeSymlink("b", to: "a")
        #expect(throws: Errno.loop) { _ = try scratch.folder.makeDirectories(inRoot: "/a/x") }
        #expect(throws: Errno.loop) { _ = try scratch.folder.resolve(inRoot: "/a") }
    }

    @Test("MT-6: a file on the way is an error")
    func fileOnTheWay() throws {
        let scratch = try Scratch()
        try scratch.write("f", "x")
        #expect(throws: Errno.notDirectory) { _ = try scratch.folder.makeDirectories(inRoot: "/f/x") }
    }

    @Test("MT-6: what is made gets mode 755, and the set-group-id bit of the folder it is in")
    func setGroup() throws {
        let scratch = try Scratch()
        try scratch.make("s", mode: 0o7755)
        _ = try scratch.folder.makeDirectories(inRoot: "/s/a/b/c")
        for path in ["s/a", "s/a/b", "s/a/b/c"] {
            let status = try scratch.folder.open(path, .folder).status()
            // The test's own umask takes part; the runtime's is 0.
            #expect(status.permissions & 0o7700 == 0o2700, "\(path)")
        }
    }

    @Test("MT-6: only the last part is made at once, and only where no link is on the way")
    func last() throws {
        let scratch = try Scratch()
        try scratch.make("d")
        try scratch.folder.makeSymlink("l", to: "d")
        try scratch.folder.makeSymlink("d/gone", to: "/nowhere")
        #expect(try scratch.folder.makeLast(inRoot: "/d/x", mode: 0o755)?.status().kind == .directory)
        #expect(try scratch.folder.makeLast(inRoot: "/d/f", asFile: true, mode: 0o644)?.status().kind == .regular)
        for path in ["/l/x", "/d/gone", "/e/x", "/d/..", "x", "/x", "/d/"] {
            let made = try scratch.folder.makeLast(inRoot: path, mode: 0o755)
            let nothing = if case nil = made { true } else { false }
            #expect(nothing, "\(path)")
        }
    }

    @Test(
        "MT-5: paths are cleaned as text",
        arguments: [
            ("/", "/"), ("", "/"), (".", "/"), ("/a", "/a"), ("a/b", "/a/b"), ("//a///b/", "/a/b"), ("/a/./b", "/a/b"),
            ("/a/../b", "/b"), ("/../../a", "/a"), ("/a/..", "/"), ("/a/b/..", "/a"), ("/...", "/..."),
            ("/.a/..b/c.", "/.a/..b/c."), ("/a/.", "/a"),
        ]
    )
    func clean(path: String, cleaned: String) {
        #expect(ContainerPath.clean(path) == cleaned)
        #expect(ContainerPath.clean(cleaned) == cleaned)
    }

    @Test(
        "MT-5: the root in front of a path is taken off at a slash only",
        arguments: [
            ("/r/a", "/a"), ("/r", "/"), ("/r/", "/"), ("/rx/a", "/rx/a"), ("/a", "/a"), ("r/a", "r/a"),
        ]
    )
    func strip(path: String, stripped: String) {
        #expect(ContainerPath.strip(path, root: "/r") == stripped)
        #expect(ContainerPath.strip(path, root: "/") == path)
    }

    @Test("MT-14: a path falls into folder and name", arguments: [("/dev/null", "/dev", "null"), ("/x", "/", "x")])
    func split(path: String, folder: String, name: String) {
        #expect(ContainerPath.parent(of: path) == folder)
        #expect(ContainerPath.name(of: path) == name)
    }

    @Test("MT-13: tmpcopyup copies modes, links and what is below")
    func copy() throws {
        let scratch = try Scratch()
        try scratch.make("from")
        try scratch.make("to")
        try scratch.make("from/d", mode: 0o1777)
        try scratch.write("from/d/f", "text")
        try scratch.folder.open("from/d/f", .read).changeMode(0o4751)
        try scratch.folder.makeSymlink("from/l", to: "/nowhere")
        try scratch.folder.makeNode("from/p", mode: 0o010640)
        let target = try scratch.folder.open("to", .folder)
        try scratch.folder.open("from", .listing).copyContents(to: target)
        #expect(try scratch.folder.status(of: "to/d").permissions == 0o1777)
        #expect(try scratch.folder.status(of: "to/d/f").permissions == 0o4751)
        #expect(try scratch.folder.open("to/d/f", .read).readAll() == Array("text".utf8))
        #expect(try scratch.folder.readLink("to/l") == "/nowhere")
        #expect(try scratch.folder.status(of: "to/p").kind == .fifo)
        #expect(try scratch.folder.open("to", .listing).entries().sorted() == ["d", "l", "p"])
    }

    @Test("MT-6: the path of an open file is asked of a procfs")
    func pathOfFile() throws {
        let scratch = try Scratch()
        try scratch.make("d")
        #expect(try ProcFS.path(of: scratch.folder.open("d", .folder)) == "\(scratch.path)/d")
    }
}
