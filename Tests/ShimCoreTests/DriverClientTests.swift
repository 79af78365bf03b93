import Linux
import OCI
import ShimProtocol
import Testing

@testable import ShimCore

@Suite("Clients of a whole shim", .serialized) struct DriverClientTests {
    @Test("SM-23 standard input ends with a client that goes away") func vanishing() async {
        await #expect(processExitsWith: .success) {
            var fake = try FakeRuntime(command: "cat > /dev/null; exit 4")
            fake.options.stdin = true
            fake.options.stdinOnce = true
            demand(ShimMain.run(fake.options) == 0, "create failed")
            do {
                let client = try fake.attach(input: true)
                try client.send(Frame(.standardInput, [1, 2, 3]))
            }
            let record = try ExitRecord.parse(Array(try fake.ask(.take).utf8))
            demand(record.status == .exited(4), "\(record)")
            try fake.clean()
        }
    }

    @Test("SM-22 SM-23 what a client that is gone had written is all read, however long that takes")
    func slowReader() async {
        await #expect(processExitsWith: .success) {
            var fake = try FakeRuntime(command: "sleep 12; wc -c")
            fake.options.stdin = true
            fake.options.stdinOnce = true
            demand(ShimMain.run(fake.options) == 0, "create failed")
            var count = 0
            do {
                let client = try fake.attach(input: true)
                let bytes = [UInt8](repeating: 7, count: 60_000)
                try client.descriptor.setNonBlocking()
                do throws(Errno) {
                    // Until the socket is full; the end of a cut frame is an end as well.
                    for _ in 0..<100 {
                        try client.descriptor.writeAll(FrameHeader(.standardInput, length: bytes.count).bytes)
                        let written = try client.descriptor.writeSome(bytes[...])
                        count += written
                        if written < bytes.count { break }
                    }
                } catch { demand(error == .again, "\(error)") }
                // The pipe and the shim hold 128 KiB.
                demand(count > 140_000, "\(count) bytes")
            }
            let state = try StateFolder.open(fake.state).readState()
            let before = fake.read("../../proc/\(state?.shimPid ?? 0)/stat").split(separator: " ")[13...14]
            let record = try ExitRecord.parse(Array(try fake.ask(.wait(nil)).utf8))
            let after = fake.read("../../proc/\(state?.shimPid ?? 0)/stat").split(separator: " ")[13...14]
            let ticks = after.compactMap { Int($0) }.reduce(0, +) - before.compactMap { Int($0) }.reduce(0, +)
            demand(ticks < 50, "\(ticks) ticks of CPU")
            demand(record.status == .exited(0), "\(record)")
            demand(fake.read("log").contains("\"\(count)\\n\""), "\(count) bytes: \(fake.read("log"))")
            _ = try fake.ask(.take)
            try fake.clean()
        }
    }

    @Test("SM-23 without --stdin-once it goes on, and close-stdin ends it") func closing() async {
        await #expect(processExitsWith: .success) {
            var fake = try FakeRuntime(command: "cat; exit 4")
            fake.options.stdin = true
            demand(ShimMain.run(fake.options) == 0, "create failed")
            let first = try fake.attach(input: true)
            try first.send(Frame(.standardInput, Array("one ".utf8)))
            try first.send(Frame(.standardInputEnd))
            let answer = try first.receive()
            demand(answer?.payload == Array("one ".utf8), "\(String(describing: answer))")
            let second = try fake.attach(input: true, starts: false)
            try second.send(Frame(.standardInput, Array("two".utf8)))
            let next = try first.receive()
            demand(next?.payload == Array("two".utf8), "\(String(describing: next))")
            _ = try fake.ask(.closeInput(nil))
            let frames = try first.frames()
            demand(frames.map { $0.kind } == [.exit], "\(frames)")
            _ = try fake.ask(.take)
            try fake.clean()
        }
    }

    @Test("SM-24 a non-blocking client that does not read misses bytes, and is told how many") func dropping() async {
        await #expect(processExitsWith: .success) {
            let fake = try FakeRuntime(command: "head -c 3000000 /dev/zero")
            demand(ShimMain.run(fake.options) == 0, "create failed")
            var attachment = Attachment()
            attachment.mode = .nonBlocking
            let client = try fake.connect()
            _ = try client.ask(.attach(nil, attachment))
            _ = try fake.ask(.start(nil))
            let record = try ExitRecord.parse(Array(try fake.ask(.wait(nil)).utf8))
            demand(record.status == .exited(0), "\(record)")
            let frames = try client.frames()
            let missed = frames.filter { $0.kind == .dropped }.map {
                $0.payload.reversed().reduce(0) { $0 << 8 | Int($1) }
            }
            let got = frames.text(.standardOutput).utf8.count
            demand(missed.count == 1 && got + missed[0] == 3_000_000, "\(got) bytes, \(missed) missed")
            demand(frames.suffix(2).map { $0.kind } == [.dropped, .exit], "\(frames.map { $0.kind })")
            _ = try fake.ask(.take)
            try fake.clean()
        }
    }

    @Test("SM-44 a waiter that goes away is forgotten, and its record is there for the next") func waiting() async {
        await #expect(processExitsWith: .success) {
            let fake = try FakeRuntime(command: "exit 3")
            demand(ShimMain.run(fake.options) == 0, "create failed")
            do {
                let client = try fake.connect()
                try client.send(Frame(.request, Request.take.payload))
            }
            wait(for: "the end of its connection") {
                do { return try fake.ask(.state(nil)).contains("\"clients\":1") } catch { return false }
            }
            _ = try fake.ask(.start(nil))
            let record = try ExitRecord.parse(Array(try fake.ask(.take).utf8))
            demand(record.status == .exited(3), "\(record)")
            try fake.clean()
        }
    }

    @Test("SM-42 of a runtime that hangs 64 runs are made for requests, and the container can still be killed")
    func manyRuns() async {
        await #expect(processExitsWith: .success) {
            let fake = try FakeRuntime(command: "exec sleep 100")
            demand(ShimMain.run(fake.options) == 0, "create failed")
            try fake.write("hang-kill", "")
            _ = try fake.ask(.start(nil))
            for _ in 0..<64 {
                try fake.connect().send(Frame(.request, Request.kill(nil, signal: 15, all: false).payload))
            }
            // The others' requests come to be read.
            wait(for: "64 runs") { fake.read("calls").split(separator: "\n").count { $0.hasPrefix("kill") } == 64 }
            let client = try fake.connect()
            try client.send(Frame(.request, Request.kill(nil, signal: 15, all: false).payload))
            guard let answer = try client.receive(), answer.kind == .error else { return demand(false, "no refusal") }
            let error = try ProtocolError(payload: answer.payload)
            demand(error.code == .runtime && error.message == "64 runs of the runtime are going on", error.message)
            let pids = fake.children(of: try StateFolder.open(fake.state).readState()?.shimPid ?? 0)
            demand(pids.count == 65, "\(pids.count) children")
            _ = try fake.ask(.shutdown(kill: true))
            let record = try ExitRecord.parse(Array(try fake.ask(.take).utf8))
            demand(record.status == .signaled(9), "\(record)")
            try fake.clean()
            for pid in pids { do { try sendSignal(9, to: pid) } catch {} }
        }
    }

    @Test("SM-34 a delete that hangs is killed 10 s after the end") func hangingDelete() async {
        await #expect(processExitsWith: .success) {
            let fake = try FakeRuntime(command: "exit 4")
            demand(ShimMain.run(fake.options) == 0, "create failed")
            try fake.write("hang-delete", "")
            let begin = Clock.monotonic()
            _ = try fake.ask(.start(nil))
            wait(for: "the record") { HostFile.exists("\(fake.state)/exit.json") }
            wait(for: "the delete") { fake.read("calls").hasSuffix("delete c1\n") }
            // The next one may.
            try BorrowedDescriptor.currentDirectory.unlink("\(fake.root)/hang-delete")
            let record = try ExitRecord.parse(Array(try fake.ask(.take).utf8))
            let time = Clock.monotonic() - begin
            demand(record.status == .exited(4), "\(record)")
            demand((10_000_000_000...15_000_000_000).contains(time), "\(time) ns")
            demand(fake.read("calls").hasSuffix("delete c1\ndelete c1\n"), fake.read("calls"))
            try fake.clean()
        }
    }

    @Test("SM-14 SM-50 in the foreground it stays; SIGTERM ends it after its container alone") func foreground() async {
        await #expect(processExitsWith: .success) {
            var fake = try FakeRuntime(command: "exec sleep 100")
            fake.options.foreground = true
            fake.options.start = true
            fake.options.linger = 60_000_000_000
            // A child is the foreground here, as it would be a service manager's.
            guard case .parent(let shim) = try clone([]) else { ThisProcess.exit(ShimMain.run(fake.options)) }
            wait(for: "the start") { fake.read("state/shim.json").contains("\"phase\":\"running\"") }
            try sendSignal(15, to: shim.pid)
            _ = try fake.ask(.kill(nil, signal: 15, all: false))
            let record = try ExitRecord.parse(Array(try fake.ask(.wait(nil)).utf8))
            demand(record.status == .signaled(15) && record.phase == "running", "\(record)")
            try sendSignal(15, to: shim.pid)
            let status = try shim.wait()
            demand(status == .exited(0), "\(status)")
            demand(fake.files("state").contains("exit.json"), "\(fake.files("state"))")
            try StateFolder.open(fake.state).empty(removing: true)
            try fake.clean()
        }
    }

    @Test("SM-10 the daemon has its own session, no terminal, / and nothing of the caller's open") func daemon() async {
        await #expect(processExitsWith: .success) {
            var fake = try FakeRuntime(command: "true")
            fake.options.name = "shim-name"
            let (read, write) = try Pipe().release()
            try BorrowedDescriptor(write).setCloseOnExec(false)
            demand(ShimMain.run(fake.options) == 0, "create failed")
            let state = try StateFolder.open(fake.state).readState()
            let pid = state?.shimPid ?? 0
            demand(fake.read("../../proc/\(pid)/comm") == "shim-name\n", "the name")
            let fields = fake.read("../../proc/\(pid)/stat").split(separator: " ")
            demand(fields[5] == "\(pid)" && fields[6] == "0", "session \(fields[5]), terminal \(fields[6])")
            let folder = try BorrowedDescriptor.currentDirectory.open("/proc/\(pid)", [.path, .directory])
            demand(try folder.readLink("cwd") == "/", "the working directory")
            for number in 0...2 { demand(try folder.readLink("fd/\(number)") == "/dev/null", "descriptor \(number)") }
            _ = FileDescriptor(owning: write)
            // Were the other end open in the daemon, there would be no end to wait for.
            let rest = try FileDescriptor(owning: read).readAll()
            demand(rest.isEmpty, "\(rest)")
            _ = try fake.ask(.shutdown(kill: true))
            _ = try fake.ask(.take)
            try fake.clean()
        }
    }
}
