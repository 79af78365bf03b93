import Linux
import Testing

@Suite("Commands")
struct CommandTests {
    private func shell(_ script: String, environment: [String] = []) -> Command {
        Command("/bin/sh", arguments: ["sh", "-c", script], environment: environment)
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test("PR-31: input, both outputs and the exit code")
    func streams() throws {
        let result = try shell("cat; echo problem >&2; exit 3").run(input: Array("state".utf8))
        #expect(text(result.output) == "state")
        #expect(text(result.error) == "problem\n")
        #expect(result.status == .exited(3))
        #expect(!result.timedOut)
    }

    @Test("PR-31: nothing of this process but what was given")
    func inheritsNothing() throws {
        let extra = try BorrowedDescriptor.currentDirectory.open("/dev/null", .read)
        try extra.setCloseOnExec(false)
        let result = try shell("ls /proc/self/fd | wc -l; env", environment: ["PATH=/usr/bin:/bin"]).run()
        // 0, 1, 2, and the folder that ls reads.
        #expect(text(result.output).hasPrefix("4\n"))
        #expect(!text(result.output).contains("HOME="))
        #expect(extra.rawValue > 2)
    }

    @Test("PR-32: a command that takes too long is killed")
    func timeout() throws {
        let start = Clock.monotonic()
        let result = try shell("echo begun; exec sleep 60").run(seconds: 1)
        #expect(result.timedOut)
        #expect(result.status == .signaled(9))
        #expect(text(result.output) == "begun\n")
        #expect(Clock.monotonic() - start < 20_000_000_000)
    }

    @Test("PR-32: a time limit of any size is one", arguments: [Int.max, 99_999_999_999])
    func longTimeout(seconds: Int) throws {
        #expect(try shell("exit 0").run(seconds: seconds).status == .exited(0))
    }

    @Test("PR-32: endless output neither outlives the time limit, nor that of a descendant the program")
    func endlessOutput() throws {
        #expect(try shell("exec yes").run(seconds: 1).timedOut)
        #expect(try shell("yes & exit 0").run().status == .exited(0))
    }

    @Test("PR-31: a missing program is the errno of execve")
    func missing() {
        #expect(throws: Errno.noEntry) { try Command("/nonexistent", arguments: ["x"]).run() }
    }

    @Test("PR-31: input larger than a pipe arrives whole, and may be left unread")
    func largeInput() throws {
        let input = [UInt8](repeating: 0x61, count: 300_000)
        #expect(text(try shell("wc -c").run(input: input).output).contains("300000"))
        #expect(try shell("exit 0").run(input: input).status == .exited(0))
    }

    @Test("PR-33: output beyond the limit is dropped, and does not block the program")
    func largeOutput() throws {
        let result = try shell("head -c 1000000 /dev/zero").run(limit: 1000)
        #expect(result.output.count == 1000)
        #expect(result.status == .exited(0))
    }

    @Test("PR-33: a descendant that keeps the output open is not waited for")
    func descendant() throws {
        let start = Clock.monotonic()
        let result = try shell("sleep 30 & echo done").run()
        #expect(text(result.output) == "done\n")
        #expect(Clock.monotonic() - start < 20_000_000_000)
    }

    @Test("death by a signal is told from an exit")
    func signalled() throws {
        #expect(try shell("kill -TERM $$").run().status == .signaled(15))
        #expect(ExitStatus.signaled(15).shellCode == 143)
    }

    @Test("signals are unblocked and at their default in a command")
    func signals() throws {
        // Only of this thread; the command is started from it.
        let before = try SignalSet([SignalSet(.terminate), SignalSet(.interrupt)]).block()
        defer { #expect(throws: Never.self) { try before.setMask() } }
        let result = try shell("grep -E 'SigBlk|SigIgn' /proc/self/status").run()
        #expect(text(result.output) == "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n")
    }
}
