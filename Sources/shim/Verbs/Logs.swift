internal import CommandLine
internal import ContainerLog
internal import Linux
internal import OCI
internal import ShimProtocol

extension Command {
    static var logs: Command {
        Command(
            name: "logs",
            summary: "print the container's log",
            description: """
                What the container wrote to standard output and standard error goes to standard output and standard error.
                It is read from the files, rotated and compressed ones too: no shim is needed. TIME is RFC 3339 or its
                beginning (2026-11-24, 2026-11-24T18:25), in UTC where it names no zone; or seconds since 1970; or a span
                such as 10m, counted back from now.
                """,
            operands: .exactly(0),
            flags: Flag.reading
        ) { (call) throws(RuntimeError) in
            var query = try LogQuery(call.values, now: Clock.realtime())
            let path = try LogPrinter.path(call)
            _ = try attempt("read \(path)") { () throws(Errno) in
                try BorrowedDescriptor.currentDirectory.open(path, .path)
            }
            let shim = query.follow ? try LogPrinter.shim(call) : .none
            // Without a shim nothing more will come; of a log alone nobody knows.
            if shim.isGone { query.follow = false }
            let reader = try attempt("read \(path)") { () throws(Errno) in try LogReader(path: path, query: query) }
            var printer = LogPrinter(showsTimes: call.values.isOn(.timestamps))
            try printer.print(reader, of: path, until: shim)
            if reader.broken > 0 { Complaint.write("\(path): lines left out that are no records: \(reader.broken)") }
            return 0
        }
    }
}

extension LogQuery {
    init(_ values: Values, now: UInt64) throws(RuntimeError) {
        self.init()
        if let text = values.text(.tail), text != "all" {
            guard let count = Int(text), count >= 0 else {
                throw RuntimeError(.usage, "--tail \"\(text)\": want a number or all")
            }
            tail = count
        }
        since = try LogQuery.time(.since, values, now)
        until = try LogQuery.time(.until, values, now)
        follow = values.isOn(.follow)
    }

    private static func time(_ flag: Flag, _ values: Values, _ now: UInt64) throws(RuntimeError) -> Timestamp? {
        guard let text = values.text(flag) else { return nil }
        guard let time = time(text, now) else {
            throw RuntimeError(
                .usage,
                "--\(flag.name) \"\(text)\": want RFC 3339 or its beginning, seconds since 1970 or a span such as 10m"
            )
        }
        return time
    }

    /// A span is counted back from now.
    static func time(_ text: String, _ now: UInt64) -> Timestamp? {
        if let time = Timestamp(text) ?? Timestamp(abbreviated: text) { return time }
        var rest = Substring(text)
        if let seconds = Decimal(prefixOf: &rest), rest.isEmpty {
            return seconds.scaled(by: 1_000_000_000).map { Timestamp(nanoseconds: UInt64($0)) }
        }
        guard let span = GoDuration(text), let back = UInt64(exactly: span.nanoseconds), back <= now else { return nil }
        return Timestamp(nanoseconds: now - back)
    }
}

extension Timestamp {
    /// The beginning of an RFC 3339 text: a day, an hour or a minute, with a zone behind it or in UTC.
    init?(abbreviated text: String) {
        let (moment, zone) = Timestamp.split(text)
        switch moment.utf8.count {
        case 10: self.init("\(moment)T00:00:00\(zone)")
        case 13: self.init("\(moment):00:00\(zone)")
        case 16: self.init("\(moment):00\(zone)")
        default: self.init("\(moment)\(zone)")
        }
    }

    private static func split(_ text: String) -> (moment: Substring, zone: Substring) {
        if text.hasSuffix("Z") { return (text.dropLast(), "Z") }
        let zone = text.suffix(6)
        // A date has dashes, too.
        let isOffset = text.count >= 16 && (zone.first == "+" || zone.first == "-")
        return isOffset ? (text.dropLast(6), zone) : (Substring(text), "Z")
    }
}

/// Writes records to the standard streams.
struct LogPrinter: ~Copyable {
    /// Who may still write the log.
    enum Writer: ~Copyable {
        case none
        case gone
        /// It answers when the container has ended, and all of its output is in the log (SM-25).
        case alive(ShimConnection)

        var isGone: Bool {
            switch self {
            case .gone: true
            default: false
            }
        }
    }

    private let showsTimes: Bool
    private var pending: [UInt8] = []
    private var stream = LogStream.stdout
    /// Whether the last record of stdout and of stderr was the end of a line.
    private var isAtStart = (true, true)

    private static let size = 64 << 10

    init(showsTimes: Bool) { self.showsTimes = showsTimes }

    static func path(_ call: Call) throws(RuntimeError) -> String {
        if let path = call.values.text(.logFile) { return try HostPath.absolute(path) }
        let folder = try call.state()
        guard let state = try StateFolder.open(folder).readState() else {
            throw RuntimeError(
                .notFound,
                "\(folder) names no log any more: the record was taken. The log is still there: name it by --log FILE"
            )
        }
        let path = state.logPath
        if path.isEmpty { throw RuntimeError(.notFound, "the container of \(folder) has no log") }
        return path
    }

    static func shim(_ call: Call) throws(RuntimeError) -> Writer {
        guard call.values.has(.state) else { return .none }
        do throws(RuntimeError) {
            let connection = try ShimConnection.open(try StateFolder.open(try call.state()))
            try connection.send(Frame(.request, Request.wait(nil).payload))
            return .alive(connection)
        } catch {
            if error.kind == .notFound || error.errno == .brokenPipe { return .gone }
            throw error
        }
    }

    mutating func print(_ reader: LogReader, of path: String, until writer: consuming Writer) throws(RuntimeError) {
        var record = LogRecord()
        while true {
            switch try attempt("read \(path)", { () throws(Errno) in try reader.next(into: &record) }) {
            case .record: try add(record)
            case .end: return try flush()
            case .wait:
                try flush()
                if try LogPrinter.waitForMore(reader, writer) { reader.stopFollowing() }
            }
        }
    }

    /// True: nobody writes any more.
    private static func waitForMore(_ reader: LogReader, _ writer: borrowing Writer) throws(RuntimeError) -> Bool {
        let answer: BorrowedDescriptor =
            switch writer {
            case .alive(let connection): connection.descriptor
            default: BorrowedDescriptor(-1)
            }
        var entries = [PollEntry(reader.descriptor ?? BorrowedDescriptor(-1), .input), PollEntry(answer, .input)]
        try attempt("poll") { () throws(Errno) in _ = try PollEntry.wait(&entries) }
        return !entries[1].returned.isEmpty
    }

    private mutating func add(_ record: LogRecord) throws(RuntimeError) {
        if record.stream != stream || pending.count >= LogPrinter.size { try flush() }
        stream = record.stream
        let isAtStart = stream == .stdout ? self.isAtStart.0 : self.isAtStart.1
        if showsTimes && isAtStart { pending += Array("\(record.time.rfc3339Nano) ".utf8) }
        pending += record.bytes
        let endsLine = record.bytes.last == 0x0a
        if stream == .stdout { self.isAtStart.0 = endsLine } else { self.isAtStart.1 = endsLine }
    }

    private mutating func flush() throws(RuntimeError) {
        if pending.isEmpty { return }
        let sink = stream == .stdout ? BorrowedDescriptor.standardOutput : .standardError
        try attempt("write the log") { () throws(Errno) in try sink.writeAll(pending) }
        pending.removeAll(keepingCapacity: true)
    }
}
