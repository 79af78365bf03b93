internal import CLinux

/// A program of the host to run, and what it is given.
package struct Command: Sendable {
    package var path: String
    /// With the program's name in front.
    package var arguments: [String]
    package var environment: [String]
    package var directory: String?
    /// Killed when the thread that spawned it ends.
    package var diesWithParent = true
    /// Written to its /proc/self/oom_score_adj.
    package var oomScoreAdjustment: String?
    /// Its RLIMIT_NOFILE.
    package var descriptorLimit: (soft: UInt64, hard: UInt64)?

    package init(_ path: String, arguments: [String], environment: [String] = [], directory: String? = nil) {
        self.path = path
        self.arguments = arguments
        self.environment = environment
        self.directory = directory
    }

    /// How a command ended, and what it wrote.
    package struct Output: Sendable {
        package var status: ExitStatus
        package var output: [UInt8]
        package var error: [UInt8]
        /// It was killed when its time was over.
        package var timedOut: Bool
    }

    /// Starts the program with three descriptors and nothing else of this process: no descriptor, no blocked or ignored
    /// signal. The errno of execve(2) is thrown here.
    package func spawn(
        input: borrowing some Descriptor & ~Copyable,
        output: borrowing some Descriptor & ~Copyable,
        error: borrowing some Descriptor & ~Copyable
    ) throws(Errno) -> Int32 {
        let arguments = CStringArray(arguments)
        let environment = CStringArray(environment)
        // Null where there is none: the array ends so.
        let paths = CStringArray(directory.map { [path, $0] } ?? [path])
        let score = CStringArray(oomScoreAdjustment.map { [$0] } ?? [])
        var request = unsafe clinux_spawn()
        unsafe request.path = UnsafePointer(paths.pointers[0])
        unsafe request.directory = UnsafePointer(paths.pointers[1])
        unsafe request.arguments = UnsafePointer(arguments.pointers)
        unsafe request.environment = UnsafePointer(environment.pointers)
        unsafe request.stdio = (input.rawValue, output.rawValue, error.rawValue)
        unsafe request.parent_death_signal = diesWithParent ? Signal.kill.number : 0
        unsafe request.oom_score_adjustment = UnsafePointer(score.pointers[0])
        unsafe request.soft_descriptors = descriptorLimit?.soft ?? 0
        unsafe request.hard_descriptors = descriptorLimit?.hard ?? 0
        return try check { unsafe clinux_spawn(&request) }
    }

    /// Runs the program to its end. Of each stream the first `limit` bytes are kept. What a descendant that outlives
    /// the program writes later is not waited for.
    package func run(input: [UInt8] = [], seconds: Int? = nil, limit: Int = 64 << 10) throws(Errno) -> Output {
        try Signal.child.restoreDefault()
        let source = try Pipe.filled(with: input)
        let output = try Pipe()
        let error = try Pipe()
        let pid = try spawn(input: source, output: output.writeEnd, error: error.writeEnd)
        _ = consume source
        var running = RunningCommand(
            pid: pid,
            output: output.dropWriteEnd(),
            error: error.dropWriteEnd(),
            limit: limit,
            deadline: seconds.map(Command.deadline)
        )
        return try running.wait()
    }

    /// A moment of CLOCK_MONOTONIC. Any number may be in a configuration: beyond three hundred years is never.
    private static func deadline(seconds: Int) -> UInt64 {
        let (wait, isTooLong) = UInt64(clamping: seconds).multipliedReportingOverflow(by: 1_000_000_000)
        let (moment, isTooLate) = Clock.monotonic().addingReportingOverflow(wait)
        return isTooLong || isTooLate ? .max : moment
    }
}

/// A child and the ends of its output.
private struct RunningCommand: ~Copyable {
    private let pid: Int32
    private var output: Capture
    private var error: Capture
    private let deadline: UInt64?
    private var timedOut = false
    private var reaped = false

    init(
        pid: Int32,
        output: consuming FileDescriptor,
        error: consuming FileDescriptor,
        limit: Int,
        deadline: UInt64?
    ) {
        self.pid = pid
        self.output = Capture(output, limit: limit)
        self.error = Capture(error, limit: limit)
        self.deadline = deadline
    }

    deinit {
        if reaped { return }
        _ = clinux_kill(pid, Signal.kill.number)
        var (code, status): (CInt, CInt) = (0, 0)
        _ = unsafe clinux_waitid(pid, 4, &code, &status)
    }

    /// Reads both streams until the process has ended, kills it when its time is over.
    mutating func wait() throws(Errno) -> Command.Output {
        let pidfd = try Pidfd.open(pid)
        try output.source.setNonBlocking()
        try error.source.setNonBlocking()
        var ended = false
        while !ended {
            var entries = [
                PollEntry(pidfd.borrowed, .input),
                PollEntry(output.pollable, .input),
                PollEntry(error.pollable, .input),
            ]
            if try PollEntry.wait(&entries, milliseconds: remaining()) == 0 {
                timedOut = true
                try Signal.kill.send(to: pidfd)
            }
            ended = !entries[0].returned.isEmpty
            try output.drain()
            try error.drain()
        }
        let status = try Wait.forEnd(of: pidfd)
        reaped = true
        return Command.Output(status: status, output: output.bytes, error: error.bytes, timedOut: timedOut)
    }

    /// Milliseconds until the deadline and at most one more; -1 once it has passed or where there is none.
    private func remaining() -> Int32 {
        guard let deadline, !timedOut else { return -1 }
        let now = Clock.monotonic()
        return now >= deadline ? 0 : Int32(clamping: (deadline - now) / 1_000_000 + 1)
    }
}

/// The first bytes of a stream; the rest is read, so that the writer goes on, and dropped.
private struct Capture: ~Copyable {
    let source: FileDescriptor
    private let limit: Int
    private(set) var bytes: [UInt8] = []
    private var ended = false

    init(_ source: consuming FileDescriptor, limit: Int) {
        self.source = source
        self.limit = limit
    }

    var pollable: BorrowedDescriptor { ended ? BorrowedDescriptor(-1) : source.borrowed }

    /// Reads what there is, or a part of it: a writer that never pauses must not keep the deadline from being seen.
    mutating func drain() throws(Errno) {
        var rounds = 64
        while !ended, rounds > 0 {
            rounds -= 1
            let chunk: [UInt8]
            do { chunk = try source.read(upTo: 16 << 10) } catch {
                if error == .again { return }
                throw error
            }
            ended = chunk.isEmpty
            bytes += chunk.prefix(limit - bytes.count)
        }
    }
}
