internal import Linux
internal import OCI
internal import ShimProtocol

/// The caller's standard streams joined to those of a container or an exec session, spec/shim.md SM-41.
///
/// Nothing here waits but poll(2): a shim that has no room for input must still get rid of its output, and a signal must
/// find the terminal's settings to be restored.
struct Streams: ~Copyable {
    /// How an attachment ends.
    enum End {
        case exit(ExitRecord)
        case detached
        case signal(Signal)
    }

    private let connection: ShimConnection
    private let signals: SignalQueue
    /// Where keys come from that are to go on as they are typed.
    private let isTerminal: Bool
    private var raw: RawMode?
    private var input: BorrowedDescriptor?
    /// To the shim.
    private var outgoing: ArraySlice<UInt8> = []
    /// To the caller.
    private var output: ArraySlice<UInt8> = []
    private var sink = BorrowedDescriptor.standardOutput
    private var isGranted = false
    private var end: End?

    /// Every signal that would end this process, so that the terminal can be restored first. SIGPIPE: a reader that has
    /// gone is an error of write(2) here.
    private static let watched = SignalSet([.hangUp, .interrupt, .quit, .terminate, .windowChange])

    /// `isTerminal`: the other side has a terminal. It is used as one where standard input is one, too.
    init(
        _ connection: consuming ShimConnection,
        _ session: SessionName?,
        _ attachment: Attachment,
        isTerminal: Bool
    ) throws(RuntimeError) {
        signals = try attempt("set up signals") { () throws(Errno) in
            try Streams.watched.union(SignalSet(.pipe)).block()
            return try SignalQueue(Streams.watched)
        }
        self.isTerminal = isTerminal && attachment.input && BorrowedDescriptor.standardInput.isTerminal
        input = attachment.input ? .standardInput : nil
        outgoing = Frame(.request, Request.attach(session, attachment).payload).bytes[...]
        self.connection = connection
    }

    /// Stays until the end. The terminal has its settings back when this returns or throws.
    mutating func run() throws(RuntimeError) -> End {
        defer { raw?.restore() }
        while true {
            if output.isEmpty, let end { return end }
            var entries = [
                PollEntry(signals.descriptor.borrowed, .input), socketEntry, inputEntry,
                output.isEmpty ? Streams.nothing : PollEntry(sink, .output),
            ]
            try attempt("poll") { () throws(Errno) in _ = try PollEntry.wait(&entries) }
            if !entries[0].returned.isEmpty, let signal = try readSignals() { return .signal(signal) }
            if !entries[3].returned.isEmpty { try writeOutput() }
            if !entries[2].returned.isEmpty { try readInput() }
            let events = entries[1].returned
            if events.contains(.output) { writeRequests() }
            if output.isEmpty, !events.subtracting(.output).isEmpty { try readFrame() }
        }
    }

    // MARK: - What to wait for

    private static let nothing = PollEntry(BorrowedDescriptor(-1), [])

    private var socketEntry: PollEntry {
        var events: PollEntry.Events = []
        // One thing at a time: what the caller does not take is not read from the shim, which then keeps it.
        if output.isEmpty { events.insert(.input) }
        if !outgoing.isEmpty { events.insert(.output) }
        return events.isEmpty || end != nil ? Streams.nothing : PollEntry(connection.descriptor, events)
    }

    private var inputEntry: PollEntry {
        guard let input, isGranted, outgoing.isEmpty, end == nil else { return Streams.nothing }
        return PollEntry(input, .input)
    }

    // MARK: - Signals

    /// The one that ends the attachment.
    private mutating func readSignals() throws(RuntimeError) -> Signal? {
        while true {
            let next = try attempt("read signals") { () throws(Errno) in try signals.next() }
            guard let (signal, _) = next else { return nil }
            if signal != .windowChange { return signal }
            passSize()
        }
    }

    private mutating func passSize() {
        if raw == nil { return }
        do throws(Errno) {
            let size = try BorrowedDescriptor.standardInput.windowSize()
            outgoing += Frame.resize(rows: size.rows, columns: size.columns).bytes
        } catch {
            // The terminal has gone; SIGHUP or the end of input follows.
            return
        }
    }

    // MARK: - To the shim

    /// After POLLOUT a stream socket takes this much without waiting: a quarter of the least buffer is free.
    private static let sendSize = 16 << 10
    private static let readSize = 32 << 10

    private mutating func readInput() throws(RuntimeError) {
        guard let input else { return }
        let bytes: [UInt8]
        do throws(Errno) { bytes = try input.read(upTo: Streams.readSize) } catch {
            // A terminal whose other end is closed says so (EIO); whatever it is, no more will come.
            bytes = []
        }
        if bytes.isEmpty { self.input = nil }
        outgoing += Frame(bytes.isEmpty ? .standardInputEnd : .standardInput, bytes).bytes
    }

    private mutating func writeRequests() {
        do throws(Errno) {
            outgoing = outgoing.dropFirst(try connection.descriptor.sendSome(outgoing.prefix(Streams.sendSize)))
        } catch {
            // The shim has closed its end, and what it has sent before is still to be read.
            outgoing = []
            input = nil
        }
    }

    // MARK: - From the shim

    private mutating func readFrame() throws(RuntimeError) {
        let frame = try receive()
        switch frame.kind {
        case .reply: try begin()
        case .error: throw try ShimConnection.error(frame)
        case .standardOutput: (output, sink) = (frame.payload[...], .standardOutput)
        case .standardError: (output, sink) = (frame.payload[...], .standardError)
        case .dropped:
            let count = frame.payload.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            // A raw terminal does not return to its first column by itself.
            Complaint.write("\(count) bytes of output were dropped" + (raw == nil ? "" : "\r"))
        case .detached: end = .detached
        case .exit: end = .exit(try ExitRecord.parse(frame.payload))
        default: throw RuntimeError(.kernel, "the shim sent a frame of type \(frame.kind.rawValue)")
        }
    }

    /// A shim that lets a client go closes the connection, mostly in the middle of a frame: it has no room for a reason.
    private func receive() throws(RuntimeError) -> Frame {
        do throws(RuntimeError) {
            if let frame = try connection.receive() { return frame }
        } catch {
            if !connection.hasHungUp { throw error }
        }
        throw RuntimeError(.kernel, "the shim has ended the connection: this client was too slow, or it was shut down")
    }

    private mutating func begin() throws(RuntimeError) {
        isGranted = true
        if !isTerminal { return }
        raw = try attempt("set the terminal to raw mode") { () throws(Errno) in
            try RawMode(.standardInput, processingOutput: false)
        }
        passSize()
    }

    /// After POLLOUT a pipe takes PIPE_BUF bytes without waiting (pipe(7)).
    private static let writeSize = 4096

    private mutating func writeOutput() throws(RuntimeError) {
        do throws(Errno) {
            output = output.dropFirst(try sink.writeSome(output.prefix(Streams.writeSize)))
        } catch {
            if error == .again { return }
            guard error == .brokenPipe else { throw RuntimeError(.kernel, "write the output", errno: error) }
            // Nobody reads any more. SIGPIPE is blocked, but this is what it stands for.
            output = []
            end = .signal(.pipe)
        }
    }
}

extension ShimConnection {
    /// The shim has closed its end.
    fileprivate var hasHungUp: Bool {
        var entries = [PollEntry(descriptor, [])]
        do throws(Errno) { try PollEntry.wait(&entries, milliseconds: 0) } catch { return false }
        return entries[0].returned.contains(.hangUp)
    }
}

extension SignalSet {
    init(_ signals: [Signal]) { self.init(signals.map { SignalSet($0) }) }
}

extension BorrowedDescriptor {
    var isTerminal: Bool {
        do { _ = try TerminalSettings(of: self) } catch { return false }
        return true
    }
}
