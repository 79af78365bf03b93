import Linux
import Testing

@Suite("Sockets and polling")
struct SocketTests {
    @Test("PR-11: a descriptor and a name arrive together")
    func descriptor() throws {
        let pair = try UnixSocket.Pair()
        let file = try BorrowedDescriptor.currentDirectory.open("/dev/null", .read)
        try UnixSocket.send(Array("/dev/pts/ptmx".utf8), file, to: pair.first)
        var message = try UnixSocket.receive(from: pair.second)
        guard let received = message.descriptor.take() else {
            Issue.record("no descriptor came")
            return
        }
        #expect(message.bytes == Array("/dev/pts/ptmx".utf8))
        #expect(try received.status().inode == file.status().inode)
        #expect(try received.isCloseOnExec())
    }

    @Test(
        "a path that no socket is at",
        arguments: ["/nonexistent", "/nonexistent/" + String(repeating: "x", count: 200)]
    )
    func noSocket(path: String) {
        #expect(throws: Errno.noEntry) { _ = try UnixSocket.connect(path) }
    }

    @Test("a long path is reached through a descriptor")
    func longPath() throws {
        // A folder stands where the socket would: found, and refused as none.
        let folder = "/tmp/" + String(repeating: "d", count: 120)
        try HostFile.makeDirectory(folder, mode: 0o700)
        defer { #expect(throws: Never.self) { try HostFile.removeDirectory(folder) } }
        #expect(throws: Errno(111)) { _ = try UnixSocket.connect(folder) }
    }

    @Test("poll tells what is ready, and passes over negative numbers")
    func poll() throws {
        let pipe = try Pipe()
        var entries = [PollEntry(BorrowedDescriptor(-1), .input), PollEntry(pipe.readEnd.borrowed, .input)]
        #expect(try PollEntry.wait(&entries, milliseconds: 0) == 0)
        try pipe.writeEnd.writeAll([1])
        #expect(try PollEntry.wait(&entries, milliseconds: 1000) == 1)
        #expect(entries[0].returned.isEmpty)
        #expect(entries[1].returned == .input)
    }

    @Test("a filled pipe holds its bytes and then ends")
    func filled() throws {
        let reader = try Pipe.filled(with: [1, 2, 3])
        #expect(try reader.readAll() == [1, 2, 3])
    }
}
