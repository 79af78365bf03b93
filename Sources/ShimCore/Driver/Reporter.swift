internal import Linux

/// Where the caller listens: the pipe of the command that was called, and `--ready-fd`.
final class Reporter {
    private var pipe: FileDescriptor?
    private var line: FileDescriptor?
    /// In the foreground a failure goes to standard error.
    private let isForeground: Bool

    init(pipe: consuming FileDescriptor?, line: consuming FileDescriptor?, isForeground: Bool) {
        self.pipe = pipe
        self.line = line
        self.isForeground = isForeground
    }

    /// False: nobody is there any more.
    func ready(pid: Int32, socket: String) -> Bool {
        let isHeard = tell(StartPipe.ready, ReadyReport.ready(shimPid: ThisProcess.pid, pid: pid, socket: socket))
        // Its end is what the command waits for: here at once, after a failure with the end of this process, when nothing
        // is left any more (SM-11).
        pipe = nil
        return isHeard
    }

    /// `log`: lines of the runtime's log, JSON each.
    func failed(_ message: String, log: [[UInt8]]) -> Bool {
        if isForeground, pipe == nil { write(Array("\(message)\n".utf8), to: .standardError) }
        return tell(StartPipe.failed(message), ReadyReport.failed(message, log: log))
    }

    /// Where there are two the line counts: whoever wants one waits for it.
    private func tell(_ word: [UInt8], _ report: [UInt8]) -> Bool {
        var isHeard = isForeground
        if let target = pipe.view() { isHeard = write(word, to: target) }
        if let target = line.view() { isHeard = write(report, to: target) }
        line = nil
        return isHeard
    }

    @discardableResult
    private func write(_ bytes: [UInt8], to target: BorrowedDescriptor) -> Bool {
        do throws(Errno) { try target.writeAll(bytes) } catch { return false }
        return true
    }
}
