import Linux
import OCI
import RuntimeCore
import Testing

@Suite("A container's console")
struct ConsoleTests {
    private func root() throws -> FileDescriptor {
        try BorrowedDescriptor.currentDirectory.open("/", [.path, .directory])
    }

    @Test("PR-10: a pty of the root's devpts, in the size that was asked for")
    func opens() throws {
        let console = try Console.open(in: try root(), size: Process.ConsoleSize(height: 10, width: 110))
        #expect(try console.peer.windowSize() == WindowSize(rows: 10, columns: 110))
        try console.peer.writeAll([0x61])
        #expect(try console.master.read(upTo: 10) == [0x61])
        #expect(try console.master.isCloseOnExec())
        #expect(try console.peer.isCloseOnExec())
    }

    @Test("PR-10: what only looks like a devpts is refused")
    func fake() throws {
        let here = BorrowedDescriptor.currentDirectory
        let path = "/tmp/console-\(ThisProcess.pid)"
        try here.makeDirectory(path, mode: 0o700)
        try here.makeDirectory("\(path)/dev", mode: 0o700)
        try here.makeDirectory("\(path)/dev/pts", mode: 0o700)
        defer {
            for part in ["/dev/pts", "/dev", ""] {
                #expect(throws: Never.self) { try here.removeDirectory("\(path)\(part)") }
            }
        }
        let fake = try here.open(path, [.path, .directory])
        do {
            _ = try Console.open(in: fake)
            Issue.record("accepted")
        } catch {
            #expect(error.description == "verify ptmx handle: /dev/pts is not on a real devpts mount")
        }
    }

    @Test("PR-11: the receiver gets the master and a name")
    func sends() throws {
        let console = try Console.open(in: try root())
        let pair = try UnixSocket.Pair()
        try console.sendMaster(to: pair.first)
        var message = try UnixSocket.receive(from: pair.second)
        guard let master = message.descriptor.take() else {
            Issue.record("no descriptor came")
            return
        }
        #expect(message.bytes == Array("/dev/pts/ptmx".utf8))
        try console.peer.writeAll([0x62])
        #expect(try master.read(upTo: 10) == [0x62])
    }
}
