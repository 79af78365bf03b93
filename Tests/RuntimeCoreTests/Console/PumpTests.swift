import Linux
import RuntimeCore
import Testing

@Suite("Pumps")
struct PumpTests {
    /// Polls once; false when nothing was ready.
    private func turn(_ pump: inout Pump, milliseconds: Int32 = 0) throws -> Bool {
        var entries = [pump.pollEntry]
        if try PollEntry.wait(&entries, milliseconds: milliseconds) == 0 { return false }
        pump.advance(entries[0].returned)
        return true
    }

    @Test("PR-21: a slow reader gets every byte, and holds up the writer instead of filling memory")
    func slowReader() throws {
        let (input, output) = (try Pipe.filled(with: pattern(1_000_000)).release(), try Pipe().release())
        let source = FileDescriptor(owning: input)
        let reader = FileDescriptor(owning: output.read)
        let writer = FileDescriptor(owning: output.write)
        var pump = Pump(from: source.borrowed, to: writer.borrowed)
        var received: [UInt8] = []
        while !pump.hasEnded {
            // As far as it goes without blocking; the sink holds 64 KiB.
            while try turn(&pump) {}
            if pump.hasEnded { break }
            #expect(!pump.isEmpty)
            received += try reader.read(upTo: 3000)
        }
        try writer.close()
        received += try reader.readAll()
        #expect(received == pattern(1_000_000))
    }

    private func pattern(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 / 7) } }

    @Test("PR-21: the end of the source ends it, after the last byte")
    func end() throws {
        let source = try Pipe.filled(with: [1, 2, 3])
        let sink = try Pipe()
        var pump = Pump(from: source.borrowed, to: sink.writeEnd.borrowed)
        while !pump.hasEnded { #expect(try turn(&pump, milliseconds: 1000)) }
        #expect(try sink.readEnd.read(upTo: 10) == [1, 2, 3])
    }

    @Test("PR-24: a pty whose other end is closed ends it, after what was written")
    func hangUp() throws {
        let pty = try PseudoTerminal()
        let sink = try Pipe()
        var pump = Pump(from: pty.master.borrowed, to: sink.writeEnd.borrowed)
        try pty.peer.writeAll(Array("last words".utf8))
        let master = FileDescriptor(owning: pty.keepMaster())
        while !pump.hasEnded { #expect(try turn(&pump, milliseconds: 1000)) }
        #expect(try sink.readEnd.read(upTo: 100) == Array("last words".utf8))
        #expect(master.rawValue == pump.source.rawValue)
    }

    @Test("nothing to do is nothing to wait for")
    func none() throws {
        var pump = Pump.none
        #expect(try !turn(&pump))
        #expect(pump.hasEnded)
    }
}
