import Linux
import ShimProtocol
import Testing

@testable import ShimCore

@Suite("The driver's frame parser") struct DriverFrameParserTests {
    /// Gives the parser one byte at a time; the bytes of STDIN come as `input`.
    private func parse(_ bytes: [UInt8], step: Int = 1) throws -> (pieces: [FrameParser.Piece], input: [UInt8]) {
        var parser = FrameParser()
        var pieces: [FrameParser.Piece] = []
        var input: [UInt8] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = Array(rest.prefix(min(step, parser.wanted)))
            rest = rest.dropFirst(part.count)
            let piece = try parser.take(part)
            if piece == .input { input += part } else if piece != .part { pieces.append(piece) }
        }
        #expect(parser.wanted == FrameHeader.size)
        return (pieces, input)
    }

    private let conversation =
        Frame(.request, Array("{\"do\":\"state\"}".utf8)).bytes + Frame(.standardInput, [1, 2, 3]).bytes
        + Frame(.standardInput).bytes + Frame.resize(rows: 24, columns: 300).bytes + Frame(.standardInputEnd).bytes

    @Test("SM-41 frames are the same however they are cut", arguments: [1, 2, 3, 7, 100])
    func cuts(_ step: Int) throws {
        let (pieces, input) = try parse(conversation, step: step)
        #expect(pieces == [.request(Array("{\"do\":\"state\"}".utf8)), .resize(rows: 24, columns: 300), .inputEnd])
        #expect(input == [1, 2, 3])
    }

    @Test("SM-42 whatever comes, the parser asks for more or refuses", arguments: 1...20)
    func noise(_ seed: UInt64) {
        var dice = Dice(state: seed)
        for _ in 0..<500 {
            var parser = FrameParser()
            do throws(ProtocolError) {
                for _ in 0..<50 {
                    #expect((1...(1 << 20)).contains(parser.wanted))
                    let count = min(parser.wanted, 1 + Int(dice.next() % 20))
                    // Mostly what a header may hold, or every frame would end at its first byte.
                    _ = try parser.take((0..<count).map { _ in dice.chance(80) ? UInt8(dice.next() % 7) : 0 })
                }
            } catch { #expect(error.code == .malformed) }
        }
    }

    @Test("SM-42 nothing is read beyond the frame that is read") func wanted() throws {
        var parser = FrameParser()
        #expect(parser.wanted == 8)
        _ = try parser.take(Array(Frame(.standardInput, [9, 9]).bytes.prefix(8)))
        #expect(parser.wanted == 2)
        #expect(parser.expectsInput)
        #expect(parser.gathers == 0)
        parser.takeInput(1)
        #expect(parser.wanted == 1)
        parser.takeInput(1)
        #expect(parser.wanted == 8)
        #expect(!parser.expectsInput)
    }

    @Test(
        "SM-42 what is no frame of a client is refused at its header",
        arguments: [
            [2, 1, 0, 0, 0, 0, 0, 0], [1, 99, 0, 0, 0, 0, 0, 0], [1, 1, 1, 0, 0, 0, 0, 0], [1, 1, 0, 0, 1, 0, 16, 0],
            [1, 2, 0, 0, 0, 0, 0, 0], [1, 11, 0, 0, 2, 0, 0, 0], [1, 6, 0, 0, 3, 0, 0, 0],
        ] as [[UInt8]]
    )
    func refused(_ header: [UInt8]) {
        var parser = FrameParser()
        #expect(throws: ProtocolError.self) { try parser.take(header) }
    }

    @Test("SM-41 the header as a number has the header's bytes", arguments: FrameKind.allCases)
    func word(_ kind: FrameKind) {
        let header = FrameHeader(kind, length: 0x1234)
        #expect(header.word == 0x1234_0000_0001 | UInt64(kind.rawValue) << 8)
        #expect(header.bytes == [1, kind.rawValue, 0, 0, 0x34, 0x12, 0, 0])
    }
}

@Suite("The driver's table of descriptors") struct DriverWatchTableTests {
    @Test("an event of a closed descriptor is nobody's, even when its place is taken again") func generations() {
        var table = WatchTable<String>()
        let first = table.insert("first")
        #expect(table.source(of: first) == "first")
        table.remove(first)
        #expect(table.source(of: first) == nil)
        let second = table.insert("second")
        #expect(second & 0xffff_ffff == first & 0xffff_ffff)
        #expect(table.source(of: second) == "second")
        #expect(table.source(of: first) == nil)
        // A late removal by the first owner takes nothing from the second.
        table.remove(first)
        #expect(table.source(of: second) == "second")
        #expect(table.count == 1)
    }

    @Test("places are used again") func places() {
        var table = WatchTable<Int>()
        for number in 0..<1000 { table.remove(table.insert(number)) }
        #expect(table.insert(7) & 0xffff_ffff == 0)
        #expect(table.source(of: 0xffff_ffff_ffff) == nil)
    }
}

@Suite("The driver's moments") struct DriverTimersTests {
    @Test("without a deadline the loop waits for ever") func none() {
        let timers = Timers()
        #expect(timers.next == nil)
        #expect(timers.milliseconds(until: nil, now: 5) == -1)
    }

    @Test("a wait is never short of its moment") func rounding() {
        let timers = Timers()
        #expect(timers.milliseconds(until: 1_000_001, now: 0) == 2)
        #expect(timers.milliseconds(until: 1_000_000, now: 0) == 1)
        #expect(timers.milliseconds(until: 3, now: 4) == 0)
        #expect(timers.milliseconds(until: .max, now: 0) == .max)
    }

    @Test("a quiet time comes once after activity") func quiet() {
        var timers = Timers()
        timers.touch(100)
        timers.touch(200)
        #expect(timers.next == 200 + Timers.quietTime)
        let taken = [100 + Timers.quietTime, 200 + Timers.quietTime, .max].map { timers.takeQuiet($0) }
        #expect(taken == [false, true, false])
        #expect(timers.next == nil)
    }

    @Test("a deadline that is armed again has one moment, and fires once") func deadlines() {
        var timers = Timers()
        timers.arm(.linger, after: 9, now: 1)
        timers.arm(.linger, after: 29, now: 1)
        timers.arm(.recordRetry, after: 19, now: 1)
        #expect(timers.next == 20)
        let taken = [10, 40, 40, 40].map { timers.takeOverdue($0) }
        #expect(taken == [nil, .recordRetry, .linger, nil])
        timers.arm(.startGrace, after: 49, now: 1)
        timers.disarm(.startGrace)
        #expect(timers.next == nil)
    }

    @Test("SM-25 leftovers have two seconds, and none of it while a client holds the streams") func drain() {
        var drain = Drain(now: 1_000)
        #expect(drain.deadline == 1_000 + Drain.grace)
        drain.hold(true, now: 1_000 + Drain.grace / 2)
        #expect(drain.deadline == nil)
        drain.hold(true, now: 1_000 + Drain.grace * 5)
        drain.hold(false, now: 1_000 + Drain.grace * 10)
        #expect(drain.deadline == 1_000 + Drain.grace * 10 + Drain.grace / 2)
        drain.hold(true, now: 1_000 + Drain.grace * 20)
        drain.hold(false, now: 1_000 + Drain.grace * 30)
        #expect(drain.deadline == 1_000 + Drain.grace * 30)
    }
}

@Suite("The driver's way to call the runtime") struct DriverRuntimeTests {
    private var command: RuntimeCommand {
        var options = ShimOptions()
        options.runtime = "/bin/runc"
        options.runtimeArguments = ["--root", "/r"]
        options.createArguments = ["--no-pivot"]
        options.bundle = "/b"
        options.id = "c1"
        return RuntimeCommand(options: options, folder: "/s")
    }

    private let start = ["/bin/runc", "--root", "/r", "--log", "/s/call-1.log", "--log-format", "json"]

    @Test("create gets the bundle, the pid file, the console and the caller's arguments") func create() {
        let arguments = command.arguments(.create, log: "call-1.log", pidFile: "pid", console: "/s/console")
        #expect(
            arguments == start + [
                "create", "--pid-file", "/s/pid", "--console-socket", "/s/console", "--bundle", "/b", "--no-pivot",
                "c1",
            ]
        )
    }

    @Test("exec leaves, and says where its pid is") func exec() {
        let call = RuntimeCall.exec(SessionID(3))
        let arguments = command.arguments(call, log: "call-1.log", pidFile: "execs/e.pid", process: "execs/e.process")
        #expect(
            arguments == start + [
                "exec", "--pid-file", "/s/execs/e.pid", "--detach", "--process", "/s/execs/e.process", "c1",
            ]
        )
    }

    @Test("the other verbs") func others() {
        func tail(_ call: RuntimeCall) -> [String] {
            Array(command.arguments(call, log: "call-1.log").dropFirst(start.count))
        }
        #expect(tail(.start) == ["start", "c1"])
        #expect(tail(.kill(signal: 15, all: false)) == ["kill", "c1", "15"])
        #expect(tail(.kill(signal: 9, all: true)) == ["kill", "--all", "c1", "9"])
        #expect(tail(.deleteForced) == ["delete", "--force", "c1"])
        #expect(tail(.update([])) == ["update", "--resources", "-", "c1"])
        #expect(tail(.pause) == ["pause", "c1"])
        #expect(tail(.resume) == ["resume", "c1"])
        #expect(tail(.state) == ["state", "c1"])
    }

    @Test("SM-11 the last error of the log is the reason, else what was written") func message() {
        let log = """
            {"level":"warning","msg":"cgroup","time":"t"}
            {"level":"error","msg":"no such file","time":"t"}
            {"level":"info","msg":"bye","time":"t"}
            torn
            """
        #expect(RuntimeLog.message(log: Array(log.utf8), written: Array("other".utf8)) == "no such file")
        #expect(RuntimeLog.message(log: Array("torn".utf8), written: Array(" runc: oh\n\n".utf8)) == "runc: oh")
        #expect(RuntimeLog.message(log: [], written: []) == "")
    }

    @Test("SM-34 the delete after the end has 10 s, and one while the container lives has no limit")
    func patience() throws {
        let second: UInt64 = 1_000_000_000
        func deadline(_ kind: RuntimeCall, end: UInt64?, has: Bool = true) throws -> UInt64? {
            try RuntimeRun(CallID(1), kind, pidFile: nil, now: 5 * second).deadline(end: end, hasContainer: has)
        }
        #expect(try deadline(.deleteForced, end: nil) == nil)
        #expect(try deadline(.deleteForced, end: 3 * second) == 15 * second)
        #expect(try deadline(.deleteForced, end: 7 * second) == 17 * second)
        #expect(try deadline(.deleteForced, end: nil, has: false) == 15 * second)
        #expect(try deadline(.state, end: nil, has: false) == 15 * second)
        #expect(try deadline(.kill(signal: 9, all: true), end: 3 * second) == nil)
        #expect(try deadline(.create, end: nil, has: false) == nil)
    }

    @Test("SM-31 a message ends after 4 KiB, at a character's boundary", arguments: 0..<4)
    func longMessage(_ shift: Int) {
        let text = String(repeating: "a", count: shift) + String(repeating: "ü€", count: 200_000)
        let log = "{\"level\":\"error\",\"msg\":\"\(text)\"}\n"
        let logged = RuntimeLog.message(log: Array(log.utf8), written: [])
        for message in [logged, RuntimeLog.message(log: [], written: Array(text.utf8))] {
            #expect((4090...4096).contains(message.utf8.count))
            #expect(message.hasSuffix("…") && text.hasPrefix(message.dropLast()))
        }
        #expect(RuntimeLog.cut(String(repeating: "b", count: 4096)) == String(repeating: "b", count: 4096))
    }

    @Test("SM-12 the report of a failure fits a pipe, whatever the log holds") func reportSize() {
        // A control byte becomes six in JSON.
        let line = String(repeating: "\u{1}", count: 1000)
        let log = Array((0..<1000).map { "\($0)\(line)\n" }.joined().utf8)
        let values = RuntimeLog.values(log)
        #expect(values.last?.starts(with: Array("\"999".utf8)) == true)
        let message = RuntimeLog.cut(String(repeating: "\u{1}", count: 9000))
        #expect((40_000...65_536).contains(ReadyReport.failed(message, log: values).count))
    }

    @Test("SM-12 of the end of a log the first line is broken") func brokenLine() {
        let bytes = Array("ken\nwhole\n".utf8)
        #expect(RuntimeLog.wholeLines(bytes, isAll: true) == bytes)
        #expect(RuntimeLog.wholeLines(bytes, isAll: false) == Array("whole\n".utf8))
        #expect(RuntimeLog.wholeLines(Array("none".utf8), isAll: false).isEmpty)
    }

    @Test("SM-12 the report is one line, also with a torn log") func report() {
        let values = RuntimeLog.values(Array("{\"level\":\"error\",\"msg\":\"a\"}\nto\"rn".utf8))
        let line = String(decoding: ReadyReport.failed("why\n", log: values), as: UTF8.self)
        #expect(
            line == #"{"ok":false,"error":"why\n","runtimeLog":[{"level":"error","msg":"a"},"to\"rn"]}"# + "\n"
        )
        let ready = String(decoding: ReadyReport.ready(shimPid: 1, pid: 2, socket: "/s/socket"), as: UTF8.self)
        #expect(ready == #"{"ok":true,"shimPid":1,"pid":2,"socket":"/s/socket"}"# + "\n")
    }

    @Test("SM-11 a daemon that ends without a word has failed") func pipe() {
        #expect(StartPipe.failure(in: StartPipe.ready) == nil)
        #expect(StartPipe.failure(in: StartPipe.failed("x")) == "x")
        #expect(StartPipe.failure(in: []) != nil)
    }
}
