import Linux
import OCI
import RuntimeCore
import Testing

/// In a process of its own: it blocks signals and waits for children.
@Suite("Processes in the foreground")
struct ForegroundTests {
    /// Runs a shell below a supervisor and leaves with the shell's code. The supervisor is a child: it has one thread,
    /// as the runtime has, so that its signals are its own.
    private static func supervise(_ script: String, output: BorrowedDescriptor, input: BorrowedDescriptor) throws {
        switch try clone([]) {
        case .child: ThisProcess.exit(supervisor(script, output: output, input: input))
        case .parent(let child): leave(try child.wait().shellCode)
        }
    }

    private static func supervisor(
        _ script: String,
        output: BorrowedDescriptor,
        input: BorrowedDescriptor
    ) -> Int32 {
        do {
            try StandardStreams.install(input, output, .standardError)
            var foreground = try Foreground.prepare(terminal: false, owner: (0, 0), subreaper: true)
            switch try clone([]) {
            case .child:
                try foreground.childStreams?.install()
                try SignalSet.restoreAll()
                try Execution.run("/bin/sh", ["sh", "-c", script], environment: ["PATH=/usr/bin:/bin"])
                return 127
            case .parent(let child):
                return try foreground.supervise(pid: child.pid, pidfd: child.pidfd).shellCode
            }
        } catch {
            return 99
        }
    }

    /// `ThisProcess.exit`, in a form that the macro's code does not take for the end of all code.
    private static func leave(_ status: Int32) { ThisProcess.exit(status) }

    private static func null() throws -> FileDescriptor {
        try BorrowedDescriptor.currentDirectory.open("/dev/null", .readWrite)
    }

    @Test("PR-25: the exit code is the process's")
    func exitCode() async {
        await #expect(processExitsWith: .exitCode(7)) {
            let null = try Self.null()
            try Self.supervise("exit 7", output: null.borrowed, input: null.borrowed)
        }
    }

    @Test("PR-25: or 128 and the signal that it died of")
    func signal() async {
        await #expect(processExitsWith: .exitCode(137)) {
            let null = try Self.null()
            try Self.supervise("kill -9 $$", output: null.borrowed, input: null.borrowed)
        }
    }

    @Test("PR-24: a signal to the runtime reaches the process")
    func forwards() async {
        await #expect(processExitsWith: .exitCode(41)) {
            let null = try Self.null()
            try Self.supervise(
                "trap 'exit 41' USR1; kill -USR1 $PPID; for i in $(seq 200); do sleep 0.05; done",
                output: null.borrowed,
                input: null.borrowed
            )
        }
    }

    @Test("PR-20: output to a file is copied to its last byte, and the file keeps its owner")
    func copies() async {
        await #expect(processExitsWith: .exitCode(0)) {
            let path = "/tmp/foreground-\(ThisProcess.pid)"
            let here = BorrowedDescriptor.currentDirectory
            let file = try here.open(path, [.readWrite, .create, .exclusive], mode: 0o600)
            try here.unlink(path)
            let source = try Pipe.filled(with: Array("in\n".utf8))
            let script = "cat; head -c 500000 /dev/zero; test -p /dev/stdout"
            switch try clone([]) {
            case .child: ThisProcess.exit(Self.supervisor(script, output: file.borrowed, input: source.borrowed))
            case .parent(let child):
                let status = try child.wait()
                let size = try file.status().size
                Self.leave(size == 500_003 ? status.shellCode : 98)
            }
        }
    }

    @Test("PR-20: a pipe is passed as it is")
    func passes() async {
        await #expect(processExitsWith: .exitCode(0)) {
            let null = try Self.null()
            let pipe = try Pipe()
            try Self.supervise(
                "test \"$(readlink /proc/$$/fd/0)\" = /dev/null && test /proc/$$/fd/1 -ef /proc/$PPID/fd/1",
                output: pipe.writeEnd.borrowed,
                input: null.borrowed
            )
        }
    }
}
