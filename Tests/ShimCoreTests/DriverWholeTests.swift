import Linux
import OCI
import ShimProtocol
import Testing

@testable import ShimCore

@Suite("A whole shim with a runtime that is a script", .serialized) struct DriverWholeTests {
    @Test("SM-21 SM-25 SM-30 a client gets all of the output, then the exit, and the record is there to be taken")
    func life() async {
        await #expect(processExitsWith: .success) {
            let fake = try FakeRuntime(command: "echo out; echo err >&2; exit 3")
            demand(ShimMain.run(fake.options) == 0, "create failed")
            let client = try fake.attach()
            let frames = try client.frames()
            demand(frames.text(.standardOutput) == "out\n", "\(frames)")
            demand(frames.text(.standardError) == "err\n", "\(frames)")
            demand(frames.last?.kind == .exit, "\(frames)")
            let record = try ExitRecord.parse(frames.last?.payload ?? [])
            demand(record.status == .exited(3) && record.phase == "running", "\(record)")
            demand(fake.read("state/exit.json") == String(decoding: record.encode(), as: UTF8.self), "exit.json")
            let log = fake.read("log")
            demand(log.contains("out") && log.contains("err"), log)
            _ = try fake.ask(.take)
            demand(fake.read("calls") == "create c1\nstart c1\ndelete c1\n", fake.read("calls"))
            try fake.clean()
        }
    }

    @Test("SM-11 a create that fails leaves nothing, and the output is the container's alone") func refusal() async {
        await #expect(processExitsWith: .success) {
            let fake = try FakeRuntime(command: "true")
            try fake.write("fail-create", "")
            demand(ShimMain.run(fake.options) == 1, "it did not fail")
            demand(!HostFile.exists(fake.state), "the folder is there")
            demand(!fake.read("log").contains("words"), fake.read("log"))
            try fake.clean()
        }
    }

    @Test("SM-11 whatever cannot be had is the caller's to know, and leaves nothing") func unprepared() async {
        await #expect(processExitsWith: .success) {
            var fake = try FakeRuntime(command: "true")
            fake.options.logPath = "/nowhere/log"
            demand(ShimMain.run(fake.options) == 1, "a log that cannot be")
            demand(!HostFile.exists(fake.state), "the folder is there")
            fake.options.logPath = nil
            fake.options.runtime = "/nowhere/runtime"
            demand(ShimMain.run(fake.options) == 1, "a runtime that cannot be")
            demand(!HostFile.exists(fake.state), "the folder is there")
            try fake.clean()
        }
    }

    @Test("SM-12 one line of JSON tells how the start went") func readyLine() async {
        await #expect(processExitsWith: .success) {
            var fake = try FakeRuntime(command: "true")
            let (read, write) = try Pipe().release()
            fake.options.readyDescriptor = write
            demand(ShimMain.run(fake.options) == 0, "create failed")
            let line = String(decoding: try FileDescriptor(owning: read).readAll(), as: UTF8.self)
            demand(line.hasPrefix("{\"ok\":true,\"shimPid\":") && line.hasSuffix("/state/socket\"}\n"), line)
            demand(line.contains("\"pid\":\(fake.read("init")),"), line)
            _ = try fake.ask(.shutdown(kill: true))
            wait(for: "the record") { HostFile.exists("\(fake.state)/exit.json") }
            let record = try ExitRecord.parse(Array(fake.read("state/exit.json").utf8))
            demand(record.status == .signaled(9) && record.phase == "created", "\(record)")
            _ = try fake.ask(.take)
            try fake.clean()
        }
    }

    @Test("SM-12 a caller may wait for the end before it reads why, however much the runtime had to say")
    func longFailure() async {
        await #expect(processExitsWith: .success) {
            var fake = try FakeRuntime(command: "true")
            // 2 MB of entries, and the reason.
            try fake.write("fail-create", String(repeating: "{\"level\":\"info\",\"msg\":\"x\"}\n", count: 80_000))
            let (read, write) = try Pipe().release()
            fake.options.readyDescriptor = write
            demand(ShimMain.run(fake.options) == 1, "it did not fail")
            let line = String(decoding: try FileDescriptor(owning: read).readAll(), as: UTF8.self)
            demand(line.hasPrefix("{\"ok\":false,\"error\":\"refused by the test\""), String(line.prefix(200)))
            demand(line.hasSuffix("\"msg\":\"refused by the test\",\"time\":\"now\"}]}\n"), String(line.suffix(200)))
            try fake.clean()
        }
    }

    @Test("SM-12 a descriptor that is none is said to be so, and nothing else is taken for it") func noReadyLine() async
    {
        await #expect(processExitsWith: .success) {
            var fake = try FakeRuntime(command: "true")
            // The next number that is free, which a pipe would get.
            let null = try BorrowedDescriptor.currentDirectory.open("/dev/null", .read)
            fake.options.readyDescriptor = null.rawValue
            try null.close()
            demand(ShimMain.run(fake.options) == 1, "it did not fail")
            demand(!HostFile.exists(fake.state), "the folder is there")
            try fake.clean()
        }
    }

    @Test("SM-22 SM-23 input before the start is kept, and ends with the client that says so") func input() async {
        await #expect(processExitsWith: .success) {
            var fake = try FakeRuntime(command: "cat; echo end")
            fake.options.stdin = true
            fake.options.stdinOnce = true
            demand(ShimMain.run(fake.options) == 0, "create failed")
            let client = try fake.attach(input: true, starts: false)
            let block = [UInt8](repeating: UInt8(ascii: "x"), count: 30_000)
            for _ in 0..<4 { try client.send(Frame(.standardInput, block)) }
            _ = try fake.ask(.start(nil))
            for _ in 0..<10 { try client.send(Frame(.standardInput, block)) }
            try client.send(Frame(.standardInputEnd))
            let frames = try client.frames()
            let text = frames.text(.standardOutput)
            demand(text.utf8.count == 14 * block.count + 4 && text.hasSuffix("xend\n"), "\(text.utf8.count) bytes")
            demand(frames.last?.kind == .exit, "\(frames.map { $0.kind })")
            _ = try fake.ask(.take)
            try fake.clean()
        }
    }

    @Test("SM-44 an exec session has streams and a record of its own") func session() async {
        await #expect(processExitsWith: .success) {
            let fake = try FakeRuntime(command: "exec sleep 100", exec: "read line; echo got $line; exit 5")
            demand(ShimMain.run(fake.options) == 0, "create failed")
            _ = try fake.ask(.start(nil))
            guard let name = SessionName("e1") else { return demand(false, "no name") }
            var description = ExecDescription()
            description.process = Array("{}".utf8)
            description.input = true
            _ = try fake.ask(.exec(name, description))
            let client = try fake.attach(name, input: true)
            try client.send(Frame(.standardInput, Array("word\n".utf8)))
            let frames = try client.frames()
            demand(frames.text(.standardOutput) == "got word\n", "\(frames)")
            let record = try ExitRecord.parse(frames.last?.payload ?? [])
            demand(record.status == .exited(5) && record.exec == name, "\(record)")
            demand(!fake.read("log").contains("got"), fake.read("log"))
            wait(for: "nothing of the session but its record") { fake.files("state/execs") == ["e1.json"] }
            _ = try fake.ask(.deleteExec(name))
            demand(fake.files("state/execs").isEmpty, "\(fake.files("state/execs"))")
            _ = try fake.ask(.kill(nil, signal: 15, all: false))
            wait(for: "the record") { HostFile.exists("\(fake.state)/exit.json") }
            _ = try fake.ask(.take)
            try fake.clean()
        }
    }

    @Test("SM-20 a session with the longest name has a terminal, too") func longSessionName() async {
        await #expect(processExitsWith: .success) {
            let fake = try FakeRuntime(command: "exec sleep 100", exec: "exit 5")
            demand(ShimMain.run(fake.options) == 0, "create failed")
            _ = try fake.ask(.start(nil))
            guard let name = SessionName(String(repeating: "n", count: 100)) else { return demand(false, "no name") }
            var description = ExecDescription()
            description.process = Array("{}".utf8)
            description.terminal = true
            _ = try fake.ask(.exec(name, description))
            _ = try fake.ask(.start(name))
            let record = try ExitRecord.parse(Array(try fake.ask(.wait(name)).utf8))
            demand(record.status == .exited(5) && record.exec == name, "\(record)")
            _ = try fake.ask(.shutdown(kill: true))
            _ = try fake.ask(.take)
            try fake.clean()
        }
    }

    @Test("SM-42 what is no frame gets an error, and costs nothing else") func malformed() async {
        await #expect(processExitsWith: .success) {
            let fake = try FakeRuntime(command: "exec sleep 100")
            demand(ShimMain.run(fake.options) == 0, "create failed")
            for bytes in [[9, 9, 9, 9, 9, 9, 9, 9], Frame(.standardInput, [1]).bytes, Frame(.reply).bytes] as [[UInt8]]
            {
                let client = try fake.connect()
                try client.descriptor.writeAll(bytes)
                let frames = try client.frames()
                demand(frames.map { $0.kind } == [.error], "\(frames)")
                let error = try ProtocolError(payload: frames[0].payload)
                demand(error.code == .malformed, error.message)
            }
            // A request that is none is answered, and the connection goes on.
            let client = try fake.connect()
            try client.send(Frame(.request, Array("{\"do\":\"dance\"}".utf8)))
            let answer = try client.receive()
            demand(answer?.kind == .error, "\(String(describing: answer))")
            let state = String(decoding: try client.ask(.state(nil)), as: UTF8.self)
            demand(state.contains("\"phase\":\"created\"") && state.contains("\"clients\":1"), state)
            _ = try fake.ask(.shutdown(kill: true))
            _ = try fake.ask(.take)
            try fake.clean()
        }
    }

    @Test("SM-24 a client that does not read holds a container, and another that reads is not the worse for it")
    func slowClient() async {
        await #expect(processExitsWith: .success) {
            let fake = try FakeRuntime(command: "head -c 3000000 /dev/zero")
            demand(ShimMain.run(fake.options) == 0, "create failed")
            let slow = try fake.attach(starts: false)
            let state = try fake.ask(.start(nil))
            demand(state.contains("pid"), state)
            Clock.sleep(nanoseconds: 300_000_000)
            demand(!HostFile.exists("\(fake.state)/exit.json") || fake.read("log").isEmpty, "it did not wait")
            let frames = try slow.frames()
            demand(frames.text(.standardOutput).utf8.count == 3_000_000, "bytes are missing")
            demand(frames.last?.kind == .exit, "\(frames.map { $0.kind })")
            _ = try fake.ask(.take)
            try fake.clean()
        }
    }

    @Test("SM-34 whoever takes the record finds the folder empty at the end of the connection") func taking() async {
        await #expect(processExitsWith: .success) {
            var fake = try FakeRuntime(command: "true")
            fake.options.start = true
            demand(ShimMain.run(fake.options) == 0, "create failed")
            let client = try fake.connect()
            _ = try client.ask(.take)
            let more = try client.receive()
            demand(more == nil, "\(String(describing: more))")
            demand(fake.files("state").isEmpty, "\(fake.files("state"))")
            try fake.clean()
        }
    }

    @Test("SM-34 a record that nobody takes stays, and the shim does not") func lingering() async {
        await #expect(processExitsWith: .success) {
            var fake = try FakeRuntime(command: "exit 2")
            fake.options.start = true
            fake.options.linger = 100_000_000
            demand(ShimMain.run(fake.options) == 0, "create failed")
            wait(for: "the shim's end") {
                do {
                    var folder = try StateFolder.open(fake.state)
                    return try folder.takeLock()
                } catch { return false }
            }
            demand(!HostFile.exists("\(fake.state)/socket"), "the socket is there")
            let record = try StateFolder.open(fake.state).readRecord()
            demand(record?.status == .exited(2), "\(String(describing: record))")
            try StateFolder.open(fake.state).empty(removing: true)
            try fake.clean()
        }
    }

    @Test("SM-21 detach keys end the attachment of one client, and of nobody else") func detaching() async {
        await #expect(processExitsWith: .success) {
            var fake = try FakeRuntime(command: "while read line; do echo got $line; done; echo end")
            fake.options.stdin = true
            demand(ShimMain.run(fake.options) == 0, "create failed")
            var attachment = Attachment()
            attachment.input = true
            attachment.starts = true
            attachment.detachKeys = [16, 17]
            let first = try fake.connect()
            _ = try first.ask(.attach(nil, attachment))
            let second = try fake.attach(starts: false)
            try first.send(Frame(.standardInput, Array("a\n".utf8)))
            let answer = try first.receive()
            demand(answer == Frame(.standardOutput, Array("got a\n".utf8)), "\(String(describing: answer))")
            try first.send(Frame(.standardInput, Array("b\n".utf8) + [16, 17] + Array("c\n".utf8)))
            let rest = try first.frames()
            demand(rest.last == Frame(.detached), "\(rest)")
            _ = try fake.ask(.closeInput(nil))
            let frames = try second.frames()
            demand(frames.text(.standardOutput) == "got a\ngot b\nend\n", "\(frames)")
            _ = try fake.ask(.take)
            try fake.clean()
        }
    }

    @Test("SM-25 processes that outlive the first one and hold its streams have two seconds") func leftovers() async {
        await #expect(processExitsWith: .success) {
            let fake = try FakeRuntime(command: "sleep 5 & echo first; exit 0")
            demand(ShimMain.run(fake.options) == 0, "create failed")
            let client = try fake.attach()
            let begin = Clock.monotonic()
            let frames = try client.frames()
            let time = Clock.monotonic() - begin
            demand(frames.text(.standardOutput) == "first\n" && frames.last?.kind == .exit, "\(frames)")
            demand((1_900_000_000...4_000_000_000).contains(time), "\(time) ns")
            _ = try fake.ask(.take)
            try fake.clean()
        }
    }

    @Test("SM-40 64 connections, and one more is told so; one that ends makes room") func connections() async {
        await #expect(processExitsWith: .success) {
            let fake = try FakeRuntime(command: "true")
            demand(ShimMain.run(fake.options) == 0, "create failed")
            var ends: [CInt] = []
            for _ in 0..<64 {
                let folder = try StateFolder.open(fake.state)
                ends.append(try UnixSocket.connect("\(folder.descriptor.procPath)/socket").release())
            }
            let refused = try fake.connect().frames()
            demand(refused.map { $0.kind } == [.error], "\(refused)")
            _ = FileDescriptor(owning: ends.removeLast())
            wait(for: "room") {
                do { return try fake.ask(.state(nil)).contains("\"clients\":64") } catch { return false }
            }
            for number in ends { _ = FileDescriptor(owning: number) }
            _ = try fake.ask(.shutdown(kill: true))
            _ = try fake.ask(.take)
            try fake.clean()
        }
    }
}
