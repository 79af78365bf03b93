import Linux
import OCI
import RuntimeCore
import Testing

@Suite("The caller's terminal")
struct HostTerminalTests {
    @Test("PR-22: it is raw while it is used, and gets its settings back")
    func rawAndBack() throws {
        let pty = try PseudoTerminal()
        do {
            var terminal = try HostTerminal(pty.peer.borrowed)
            try terminal.makeRaw()
            let raw = try TerminalSettings(of: pty.peer)
            #expect(!raw.echoes && !raw.isCanonical && raw.processesOutput)
        }
        let restored = try TerminalSettings(of: pty.peer)
        #expect(restored.echoes && restored.isCanonical)
    }

    @Test("PR-22: an error on the way restores it, too")
    func error() throws {
        let pty = try PseudoTerminal()
        #expect(throws: RuntimeError.self) { try fail(pty.peer.borrowed) }
        #expect(try TerminalSettings(of: pty.peer).echoes)
    }

    private func fail(_ descriptor: BorrowedDescriptor) throws {
        var terminal = try HostTerminal(descriptor)
        try terminal.makeRaw()
        #expect(try !TerminalSettings(of: descriptor).echoes)
        throw RuntimeError(.kernel, "anything")
    }

    @Test("PR-22: one that was never made raw is left as it is")
    func untouched() throws {
        let pty = try PseudoTerminal()
        do { _ = try HostTerminal(pty.peer.borrowed) }
        #expect(try TerminalSettings(of: pty.peer).echoes)
    }

    @Test("PR-23: the container's terminal gets its size")
    func size() throws {
        let host = try PseudoTerminal()
        let container = try PseudoTerminal()
        try host.master.setWindowSize(WindowSize(rows: 33, columns: 77))
        let terminal = try HostTerminal(host.peer.borrowed)
        #expect(terminal.size == Process.ConsoleSize(height: 33, width: 77))
        terminal.copySize(to: container.master)
        #expect(try container.peer.windowSize() == WindowSize(rows: 33, columns: 77))
    }

    @Test("PR-12: a size with a side of 0 is none, and a large one is cut")
    func consoleSize() {
        #expect(WindowSize(Process.ConsoleSize(height: 0, width: 80)) == nil)
        #expect(WindowSize(Process.ConsoleSize(height: 10, width: 0)) == nil)
        #expect(WindowSize(Process.ConsoleSize(height: 70000, width: 110)) == WindowSize(rows: 65535, columns: 110))
    }
}
