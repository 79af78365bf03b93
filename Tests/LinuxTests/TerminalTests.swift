import Linux
import Testing

@Suite("Terminals")
struct TerminalTests {
    @Test("PR-10: a pty has two ends that hear each other")
    func pair() throws {
        let pty = try PseudoTerminal()
        try pty.peer.writeAll(Array("hello\n".utf8))
        #expect(try pty.master.read(upTo: 100) == Array("hello\r\n".utf8))
        #expect(try pty.number >= 0)
        let status = try pty.peer.status()
        #expect(status.kind == .character)
        #expect(status.major == 136)
    }

    @Test("PR-12: the size of one end is that of the other")
    func size() throws {
        let pty = try PseudoTerminal()
        try pty.master.setWindowSize(WindowSize(rows: 10, columns: 110))
        #expect(try pty.peer.windowSize() == WindowSize(rows: 10, columns: 110))
    }

    @Test("PR-22: raw mode echoes nothing, waits for no line, and still processes output")
    func raw() throws {
        let pty = try PseudoTerminal()
        let settings = try TerminalSettings(of: pty.peer)
        #expect(settings.echoes && settings.isCanonical)
        try settings.raw(processingOutput: true).apply(to: pty.peer)
        let raw = try TerminalSettings(of: pty.peer)
        #expect(!raw.echoes && !raw.isCanonical && raw.processesOutput)
        try pty.master.writeAll(Array("x".utf8))
        #expect(try pty.peer.read(upTo: 10) == Array("x".utf8))
        try settings.apply(to: pty.peer)
        #expect(try TerminalSettings(of: pty.peer).echoes)
    }

    @Test("PR-22: without ONLCR a newline stays a newline")
    func newline() throws {
        let pty = try PseudoTerminal()
        var settings = try TerminalSettings(of: pty.master)
        settings.addsCarriageReturn = false
        try settings.apply(to: pty.master)
        try pty.peer.writeAll(Array("a\nb".utf8))
        #expect(try pty.master.read(upTo: 10) == Array("a\nb".utf8))
    }

    @Test("what is no terminal is none")
    func notATerminal() throws {
        let file = try BorrowedDescriptor.currentDirectory.open("/dev/null", .read)
        #expect(throws: Errno.notTerminal) { _ = try TerminalSettings(of: file) }
        #expect(throws: Errno.notTerminal) { _ = try file.windowSize() }
    }
}
