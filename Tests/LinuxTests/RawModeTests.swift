import Linux
import Testing

@Suite("Raw mode")
struct RawModeTests {
    private func settings(_ pair: borrowing PseudoTerminal) throws -> [Bool] {
        let settings = try TerminalSettings(of: pair.peer)
        return [settings.echoes, settings.isCanonical, settings.processesOutput]
    }

    @Test("A terminal has its settings back when the value goes")
    func restored() throws {
        let pair = try PseudoTerminal()
        let before = try settings(pair)
        do {
            let mode = try RawMode(pair.peer.borrowed, processingOutput: false)
            #expect(try settings(pair) == [false, false, false])
            withExtendedLifetime(mode) {}
        }
        #expect(try settings(pair) == before && before == [true, true, true])
    }

    @Test("It ends earlier once, and may leave output processed")
    func ended() throws {
        let pair = try PseudoTerminal()
        let mode = try RawMode(pair.peer.borrowed, processingOutput: true)
        #expect(try settings(pair) == [false, false, true])
        mode.restore()
        let other = try RawMode(pair.peer.borrowed, processingOutput: false)
        mode.restore()
        #expect(try settings(pair) == [false, false, false])
        other.restore()
        #expect(try settings(pair) == [true, true, true])
    }

    @Test("What is no terminal is told")
    func noTerminal() throws {
        let pipe = try Pipe()
        let end = pipe.readEnd.borrowed
        #expect(throws: Errno.notTerminal) { _ = try RawMode(end, processingOutput: true) }
    }
}
