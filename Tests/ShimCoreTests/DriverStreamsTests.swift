import Linux
import ShimProtocol
import Testing

@testable import ShimCore

/// Everything that can be read now.
private func received(_ source: borrowing FileDescriptor) throws -> [UInt8] {
    var bytes: [UInt8] = []
    while true {
        do throws(Errno) {
            let part = try source.read(upTo: 1 << 16)
            if part.isEmpty { return bytes }
            bytes += part
        } catch {
            if error == .again { return bytes }
            throw error
        }
    }
}

private func frames(_ bytes: [UInt8]) throws -> [Frame] {
    var rest = bytes[...]
    var result: [Frame] = []
    while !rest.isEmpty {
        let header = try FrameHeader(rest.prefix(FrameHeader.size))
        rest = rest.dropFirst(FrameHeader.size)
        try #require(rest.count >= header.length)
        result.append(Frame(header.kind, Array(rest.prefix(header.length))))
        rest = rest.dropFirst(header.length)
    }
    return result
}

private func octets(_ values: UInt8...) -> [UInt8] { values }

@Suite("What a client has not taken") struct DriverOutboxTests {
    private let block = [UInt8](repeating: 7, count: 64 << 10)

    /// Sends blocks until one is not taken at once, and says how many there were.
    private func fill(_ outbox: inout Outbox, _ socket: borrowing FileDescriptor, until: Outbox.Outcome) throws -> Int {
        for count in 1..<1000 {
            let outcome = try outbox.send(.standardOutput, block.span.bytes, to: socket)
            if outcome == until { return count }
        }
        throw Errno.range
    }

    @Test("SM-24 a client that reads gets every byte at once") func direct() throws {
        let pair = try UnixSocket.Pair()
        try pair.second.setNonBlocking()
        var outbox = Outbox()
        let value1 = try outbox.send(.standardError, octets(1, 2).span.bytes, to: pair.first)
        #expect(value1 == .sent)
        let value2 = outbox.isEmpty
        #expect(value2)
        #expect(try received(pair.second) == Frame(.standardError, [1, 2]).bytes)
    }

    @Test("SM-24 what is kept comes in order, and whole") func kept() throws {
        let pair = try UnixSocket.Pair()
        try pair.second.setNonBlocking()
        var outbox = Outbox()
        var blocks = try fill(&outbox, pair.first, until: .kept)
        while outbox.hasRoom {
            let value3 = try outbox.send(.standardOutput, block.span.bytes, to: pair.first)
            #expect(value3 == .kept)
            blocks += 1
        }
        outbox.add(Frame(.exit, Array("{}".utf8)))
        var bytes: [UInt8] = []
        while !outbox.isEmpty {
            bytes += try received(pair.second)
            _ = try outbox.flush(to: pair.first)
        }
        bytes += try received(pair.second)
        let got = try frames(bytes)
        #expect(got.count == blocks + 1)
        #expect(got.dropLast().allSatisfy { $0 == Frame(.standardOutput, block) })
        #expect(got.last == Frame(.exit, Array("{}".utf8)))
        let value4 = outbox.dropped
        #expect(value4 == 0)
    }

    @Test("SM-24 what has no room is dropped as a whole, counted, and told with the next frame that fits")
    func dropped() throws {
        let pair = try UnixSocket.Pair()
        try pair.second.setNonBlocking()
        var outbox = Outbox()
        let sent = try fill(&outbox, pair.first, until: .dropped) - 1
        let value5 = try outbox.send(.standardOutput, block.span.bytes, to: pair.first)
        #expect(value5 == .dropped)
        let value6 = outbox.dropped
        #expect(value6 == UInt64(2 * block.count))
        var bytes: [UInt8] = []
        while !outbox.isEmpty {
            bytes += try received(pair.second)
            _ = try outbox.flush(to: pair.first)
        }
        let value7 = try outbox.send(.standardOutput, octets(5).span.bytes, to: pair.first)
        #expect(value7 == .kept)
        let value8 = outbox.untold
        #expect(value8 == 0)
        _ = try outbox.flush(to: pair.first)
        bytes += try received(pair.second)
        let got = try frames(bytes)
        #expect(got.count == sent + 2)
        #expect(got.dropLast().last == .dropped(UInt64(2 * block.count)))
        #expect(got.last == Frame(.standardOutput, [5]))
    }

    @Test("SM-24 the exit comes after the count of what was missed, also without room") func exitAfterDrop() throws {
        let pair = try UnixSocket.Pair()
        try pair.second.setNonBlocking()
        var outbox = Outbox()
        _ = try fill(&outbox, pair.first, until: .dropped)
        outbox.add(Frame(.exit, block))
        let value9 = outbox.hasRoom
        #expect(!value9)
        var bytes: [UInt8] = []
        while !outbox.isEmpty {
            bytes += try received(pair.second)
            _ = try outbox.flush(to: pair.first)
        }
        bytes += try received(pair.second)
        #expect(try frames(bytes).suffix(2) == [.dropped(UInt64(block.count)), Frame(.exit, block)])
    }

    @Test("SM-21 a client that has gone is an error and no signal") func gone() throws {
        var pair = try UnixSocket.Pair()
        pair.second = try BorrowedDescriptor.currentDirectory.open("/dev/null", .read)
        var outbox = Outbox()
        var failure: Errno?
        do throws(Errno) { _ = try outbox.send(.standardOutput, octets(1).span.bytes, to: pair.first) } catch {
            failure = error
        }
        #expect(failure == .brokenPipe)
    }
}

@Suite("Standard input") struct DriverInputTests {
    /// Both ends of a pipe that do not block.
    private func ends() throws -> (read: CInt, write: CInt) {
        let pipe = try Pipe()
        try pipe.readEnd.setNonBlocking()
        try pipe.writeEnd.setNonBlocking()
        return pipe.release()
    }

    private func isAtEnd(_ reader: borrowing FileDescriptor) throws -> Bool {
        do throws(Errno) { return try reader.read(upTo: 1).isEmpty } catch {
            if error == .again { return false }
            throw error
        }
    }

    @Test("SM-22 64 KiB are held beside what the pipe holds, and then there is no room") func held() throws {
        let (read, write) = try ends()
        let reader = FileDescriptor(owning: read)
        var input = InputChannel(isOpen: true, endsWithClient: false)
        input.connect(FileDescriptor(owning: write))
        var sent: [UInt8] = []
        while input.room > 0 {
            let part = [UInt8](repeating: UInt8(sent.count / 1000 % 251), count: min(1000, input.room))
            input.take(part.span.bytes)
            sent += part
        }
        #expect(sent.count >= (64 << 10) + 4096)
        let value10 = input.waitsForRoom
        #expect(value10)
        input.end()
        let value11 = input.isClosed
        #expect(!value11)
        var got = try received(reader)
        while !input.isClosed {
            input.flush()
            got += try received(reader)
        }
        input.drop()
        #expect(got == sent)
        #expect(try isAtEnd(reader))
    }

    @Test("SM-22 a terminal gets nothing before the start") func unopened() throws {
        let (read, write) = try ends()
        let reader = FileDescriptor(owning: read)
        var input = InputChannel(isOpen: false, endsWithClient: true)
        input.connect(FileDescriptor(owning: write))
        input.take(octets(1, 2, 3).span.bytes)
        #expect(try received(reader).isEmpty)
        let value12 = input.waitsForRoom
        #expect(!value12)
        input.open()
        #expect(try received(reader) == [1, 2, 3])
    }

    @Test("SM-22 a terminal that nobody has open and that is full rests, and is tried again") func resting() throws {
        let terminal = try PseudoTerminal()
        // A canonical one drops what is more than a line, and so is never full for long.
        try TerminalSettings(of: terminal.peer).raw(processingOutput: false).apply(to: terminal.peer)
        try terminal.master.setNonBlocking()
        var input = InputChannel(isOpen: true, endsWithClient: false)
        input.connect(try terminal.master.duplicate())
        let block = [UInt8](repeating: 7, count: 60_000)
        // How much a terminal takes is the kernel's to say.
        var blocks = 4
        while !input.waitsForRoom, blocks > 0 {
            input.take(block.span.bytes)
            blocks -= 1
        }
        let isWaiting = input.waitsForRoom
        #expect(isWaiting)
        input.flushHungUp()
        let (waits, rests) = (input.waitsForRoom, input.isResting)
        #expect(!waits && rests)
        // What comes meanwhile is kept, and wakes nothing.
        input.take(octets(1).span.bytes)
        let waitsThen = input.waitsForRoom
        #expect(!waitsThen)
        input.resume()
        let waitsAgain = input.waitsForRoom
        #expect(waitsAgain)
    }

    @Test("SM-22 bytes that come before there is anything to write to are kept") func unconnected() throws {
        let (read, write) = try ends()
        let reader = FileDescriptor(owning: read)
        var input = InputChannel(isOpen: true, endsWithClient: false)
        input.take(octets(4, 5).span.bytes)
        let value13 = input.room
        #expect(value13 == InputChannel.capacity - 2)
        input.connect(FileDescriptor(owning: write))
        input.flush()
        #expect(try received(reader) == [4, 5])
    }

    @Test("SM-23 an end is an end: what comes later goes nowhere") func end() throws {
        let (read, write) = try ends()
        let reader = FileDescriptor(owning: read)
        var input = InputChannel(isOpen: true, endsWithClient: true)
        input.connect(FileDescriptor(owning: write))
        input.take(octets(1).span.bytes)
        input.end()
        let value14 = input.isClosed
        #expect(value14)
        input.take(octets(2).span.bytes)
        input.drop()
        #expect(try received(reader) == [1])
        let value15 = input.room
        #expect(value15 == InputChannel.capacity)
    }
}

@Suite("The console socket") struct DriverConsoleTests {
    private func withFolder(_ body: (String, borrowing FileDescriptor) throws -> Void) throws {
        let path = "/tmp/shim-console-\(ThisProcess.pid)-\(UInt64.random(in: 0...UInt64.max))"
        try HostFile.makeDirectory(path, mode: 0o700)
        let folder = try BorrowedDescriptor.currentDirectory.open(path, [.read, .directory])
        defer {
            do {
                for name in try folder.entries() { try folder.unlink(name) }
                try HostFile.removeDirectory(path)
            } catch {
                Issue.record("\(error)")
            }
        }
        try body(path, folder)
    }

    @Test("SM-20 a terminal comes over the socket, whenever the runtime gets to it") func terminal() throws {
        try withFolder { path, folder in
            let console = try Console("console", in: folder.borrowed, path)
            #expect(console.path == "\(path)/console")
            #expect(try console.step() == nil)
            let client = try UnixSocket.connect(console.path)
            #expect(try console.step() == nil)
            let terminal = try PseudoTerminal()
            try UnixSocket.send(Array("/dev/ptmx".utf8), terminal.master, to: client)
            guard let master = try console.step() else { throw Errno.noData }
            try master.setWindowSize(WindowSize(rows: 33, columns: 99))
            #expect(try terminal.peer.windowSize() == WindowSize(rows: 33, columns: 99))
        }
    }

    @Test("SM-20 a connection that brings nothing does not keep the next from coming") func nothing() throws {
        try withFolder { path, folder in
            let console = try Console("console", in: folder.borrowed, path)
            do { _ = try UnixSocket.connect(console.path) }
            #expect(try console.step() == nil)
            let client = try UnixSocket.connect(console.path)
            let terminal = try PseudoTerminal()
            try UnixSocket.send([1], terminal.master, to: client)
            let isThere = try console.step() != nil
            #expect(isThere)
        }
    }

    @Test("SM-4 a folder with a long path is reached through the shim") func longPath() throws {
        try withFolder { path, folder in
            let name = String(repeating: "n", count: 70)
            let console = try Console(name, in: folder.borrowed, path + String(repeating: "/.", count: 20))
            #expect(console.path == "/proc/\(ThisProcess.pid)/fd/\(folder.rawValue)/\(name)")
            _ = try UnixSocket.connect(console.path)
        }
    }
}
