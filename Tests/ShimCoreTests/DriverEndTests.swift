import Linux
import OCI
import ShimProtocol
import Testing

@testable import ShimCore

@Suite("What is cut off in a whole shim", .serialized) struct DriverEndTests {
    @Test("SM-45 at 64 connections the oldest client that is gone gives way, and what it had written is counted")
    func givingWay() async {
        await #expect(processExitsWith: .success) {
            var fake = try FakeRuntime(command: "sleep 100")
            fake.options.stdin = true
            demand(ShimMain.run(fake.options) == 0, "create failed")
            // The first one fills what is held for standard input; of both something stays unread.
            try fake.leaveInput(frames: 8, of: 50_000)
            try fake.leaveInput(frames: 1, of: 1000)
            var ends: [CInt] = []
            for _ in 0..<62 { ends.append(try fake.connectSocket()) }
            let first = try fake.dropped()
            demand(first > 10_000, "\(first) bytes: it was not the oldest")
            ends.append(try fake.connectSocket())
            let second = try fake.dropped()
            demand(second == first + 1000, "\(second) bytes after \(first)")
            for number in ends { _ = FileDescriptor(owning: number) }
            _ = try fake.ask(.shutdown(kill: true))
            _ = try fake.ask(.take)
            try fake.clean()
        }
    }

    @Test("SM-50 --term-kills: SIGTERM cuts a create off, the caller hears of it, and nothing is left")
    func interruptedCreate() async {
        await #expect(processExitsWith: .success) {
            var fake = try FakeRuntime(command: "true")
            fake.options.foreground = true
            fake.options.termKills = true
            let ready = try Pipe()
            try fake.write("hang-create", "")
            let (readEnd, writeEnd) = ready.release()
            fake.options.readyDescriptor = writeEnd
            guard case .parent(let shim) = try clone([]) else {
                // A test that fails leaves no shim that waits for ever.
                try ThisProcess.setParentDeathSignal(9)
                ThisProcess.exit(ShimMain.run(fake.options))
            }
            _ = FileDescriptor(owning: writeEnd)
            wait(for: "the create") { fake.read("calls") == "create c1\n" }
            let runtimes = fake.children(of: shim.pid)
            demand(runtimes.count == 1, "\(runtimes)")
            try sendSignal(15, to: shim.pid)
            wait(for: "the shim's end") { !HostFile.exists(fake.state) }
            let status = try shim.wait()
            demand(status == .exited(1), "\(status)")
            let line = String(decoding: try FileDescriptor(owning: readEnd).readAll(), as: UTF8.self)
            demand(line.hasPrefix("{\"ok\":false,\"error\":\"ended by SIGTERM\""), line)
            demand(!HostFile.exists("/proc/\(runtimes[0])"), "the runtime is left")
            // Whose container has the id was asked: what is not known to be the shim's is not removed.
            demand(fake.read("calls") == "create c1\nstate c1\n", fake.read("calls"))
            try fake.clean()
        }
    }

    @Test("SM-32 SM-5 of an exec whose runtime is killed the record says so, and nothing of its files is left")
    func killedExec() async {
        await #expect(processExitsWith: .success) {
            let fake = try FakeRuntime(command: "exec sleep 100")
            demand(ShimMain.run(fake.options) == 0, "create failed")
            _ = try fake.ask(.start(nil))
            try fake.write("hang-exec", "")
            guard let name = SessionName("e1") else { return demand(false, "no name") }
            var description = ExecDescription()
            description.process = Array("{}".utf8)
            _ = try fake.ask(.exec(name, description))
            let client = try fake.attach(name)
            wait(for: "the exec") { fake.read("calls").hasSuffix("exec c1\n") }
            try fake.write("state/execs/.e1.pid", "1")
            let shim = try StateFolder.open(fake.state).readState()?.shimPid ?? 0
            let runtimes = fake.children(of: shim).filter { "\($0)" != fake.read("init") }
            demand(runtimes.count == 1, "\(runtimes)")
            try sendSignal(9, to: runtimes[0])
            let frames = try client.frames()
            demand(frames.map { $0.kind } == [.error], "\(frames)")
            let record = try ExitRecord.parse(Array(try fake.ask(.wait(name)).utf8))
            demand(record.status == nil && record.error == "the runtime was killed by SIGKILL", "\(record)")
            wait(for: "nothing of the session but its record") { fake.files("state/execs") == ["e1.json"] }
            _ = try fake.ask(.shutdown(kill: true))
            _ = try fake.ask(.take)
            try fake.clean()
        }
    }
}

extension FakeRuntime {
    /// A client that writes to standard input, as much as goes without waiting, and is gone.
    func leaveInput(frames: Int, of size: Int) throws {
        let client = try attach(input: true, starts: false)
        try client.descriptor.setNonBlocking()
        let bytes = Frame(.standardInput, [UInt8](repeating: 7, count: size)).bytes
        do throws(Errno) {
            for _ in 0..<frames { try client.descriptor.writeAll(bytes) }
        } catch { demand(error == .again, "\(error)") }
    }

    /// A connection that only is there.
    func connectSocket() throws -> CInt {
        let folder = try StateFolder.open(state)
        return try UnixSocket.connect("\(folder.descriptor.procPath)/socket").release()
    }

    /// What `state` says of bytes that clients have missed.
    func dropped() throws -> Int {
        let parts = try ask(.state(nil)).split(separator: "\"dropped\":")
        return Int(parts[1].prefix { $0.isNumber }) ?? -1
    }
}
