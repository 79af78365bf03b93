internal import Linux

/// The compression of rotated files, one at a time, each in a child of its own. Only the parent gives names: the child
/// fills an unnamed place, so that a rotation in the meantime only changes the number that its result will get.
struct Compression: ~Copyable {
    private var child: ChildProcess?
    /// The number that the file in work has by now.
    private var index = 0

    init() { child = nil }

    /// The child in work.
    var pid: Int32? {
        switch child {
        case .some(let child): return child.pid
        case nil: return nil
        }
    }

    /// Every file got the next number.
    mutating func shift() { index += 1 }

    /// Begins with the oldest plain file, unless one is in work: then this is done when that one ends.
    mutating func start(_ name: borrowing LogName, _ count: Int) {
        guard pid == nil, let oldest = name.oldestPlain(below: count) else { return }
        do throws(Errno) {
            let source = try name.open(oldest)
            let target = try name.makeUnfinished(of: source)
            index = oldest
            child = try Compression.fork(source, target)
        } catch {
            // The file stays as it is: the next rotation tries again.
            name.discardUnfinished()
        }
    }

    private static func fork(
        _ source: borrowing FileDescriptor,
        _ target: borrowing FileDescriptor
    ) throws(Errno) -> ChildProcess {
        let parent = ThisProcess.pid
        // Everything is allocated here: the child of a process with threads must not.
        let metadata = try LogMetadata(of: source)
        var compressor = try Compressor(source: source.borrowed, target: target.borrowed, extra: metadata.json)
        switch try clone([]) {
        case .parent(let child): return child
        case .child:
            Compression.becomeHelper(of: parent, [source.borrowed, target.borrowed])
            ThisProcess.exit(compressor.run() ? 0 : 1)
        }
    }

    /// Not a moment longer than its maker, or the next one would meet it at work on the same names; the maker's signal
    /// mask (signalfd) and its pipes are not the child's.
    private static func becomeHelper(of parent: Int32, _ kept: [BorrowedDescriptor]) {
        do throws(Errno) {
            try ThisProcess.setParentDeathSignal(Signal.kill.number)
            if ThisProcess.parent != parent { ThisProcess.exit(1) }
            try SignalSet.restoreAll()
        } catch { ThisProcess.exit(1) }
        OpenDescriptors.closeAll(but: kept)
    }

    /// Names the result of a child that was reaped, and begins with the next file. False: it was somebody else.
    mutating func ended(_ pid: Int32, ok: Bool, _ name: borrowing LogName, _ count: Int) -> Bool {
        guard pid == self.pid else { return false }
        child = nil
        // A file that was rotated away in the meantime needs no compressed form.
        if ok && index < count { name.finish(index) } else { name.discardUnfinished() }
        if ok { start(name, count) }
        return true
    }

    /// Waits for the child in work until `end` (CLOCK_MONOTONIC), and ends it then: the file stays as it was.
    mutating func finish(until end: UInt64, _ name: borrowing LogName, _ count: Int) {
        while let (pid, pidfd) = working {
            let now = Clock.monotonic()
            let rest = Int32(clamping: now < end ? (end - now) / 1_000_000 : 0)
            var ok = false
            do throws(Errno) {
                if try !Pidfd.waitForEnd(of: pidfd, milliseconds: rest) { try Signal.kill.send(to: pidfd) }
                ok = try Wait.forEnd(of: pidfd) == .exited(0)
            } catch { ok = false }
            _ = ended(pid, ok: ok, name, count)
        }
    }

    private var working: (Int32, BorrowedDescriptor)? {
        switch child {
        case .some(let child): return (child.pid, child.pidfd)
        case nil: return nil
        }
    }
}
