internal import Linux
package import OCI

extension Cgroup {
    /// The pids in this cgroup and in those below it.
    package func processes() throws(RuntimeError) -> [Int32] {
        guard let path = mainPath else { return [] }
        guard let top = try Cgroup.openIfPresent(path) else { return [] }
        var result: [Int32] = []
        try attempt("read the processes below \(path)") { () throws(Errno) in
            try top.walk(visit: { (folder) throws(Errno) in result += try Cgroup.processes(in: folder) })
        }
        return result
    }

    /// Sends a signal to every process, also to those that appear meanwhile: by cgroup.kill (Linux 5.14) or, in its
    /// absence and for other signals, to frozen processes. A cgroup that was frozen stays so, but for SIGKILL.
    package func kill(signal: Int32) throws(RuntimeError) {
        let isKill = signal == 9
        if isKill, let path = unifiedPath {
            do { return try CgroupFile.write("\(path)/cgroup.kill", "1") } catch {
                if !error.meansAbsent { throw error }
            }
        }
        let wasFrozen = try isFrozen()
        // Without a freezer, or when it does not succeed, a process could fork away: SIGKILL is sent until none is left.
        var isFrozen = wasFrozen
        if !wasFrozen {
            ignoreFailure { () throws(RuntimeError) in
                try freeze()
                isFrozen = true
            }
        }
        let result = Result { () throws(RuntimeError) in try send(signal, untilNone: isKill && !isFrozen) }
        if isFrozen && (!wasFrozen || isKill) { try thawIfPresent() }
        try result.get()
    }

    private func send(_ signal: Int32, untilNone: Bool) throws(RuntimeError) {
        var rounds = untilNone ? 100 : 1
        while rounds > 0 {
            let pids = try processes()
            for pid in pids {
                do { try sendSignal(signal, to: pid) } catch {
                    if error != .noProcess { throw RuntimeError(.kernel, "kill \(pid)", errno: error) }
                }
            }
            rounds = pids.isEmpty ? 0 : rounds - 1
        }
    }

    func thawIfPresent() throws(RuntimeError) {
        do { try thaw() } catch {
            if !error.meansAbsent { throw error }
        }
    }

    /// Removes the cgroup and those below it, once their last processes are gone (for which it waits up to ten
    /// seconds). What is not there counts as removed.
    package func remove() throws(RuntimeError) {
        var rest: [String] = []
        for directory in directories {
            do { try HostFile.removeDirectory(directory.path) } catch {
                if error != .noEntry { rest.append(directory.path) }
            }
        }
        if rest.isEmpty { return }
        // A killed process of a frozen v1 cgroup goes only when that is thawed.
        if try isFrozen() { try thawIfPresent() }
        let deadline = Clock.monotonic() + 10_000_000_000
        for path in rest { try removeTree(path, deadline: deadline) }
    }

    private func removeTree(_ path: String, deadline: UInt64) throws(RuntimeError) {
        var pause: UInt64 = 100_000
        while true {
            guard let failure = try Cgroup.removeOnce(path) else { return }
            guard failure == .busy, Clock.monotonic() < deadline else {
                throw RuntimeError(.kernel, "failed to remove cgroup: rmdir \(path)", errno: failure)
            }
            if unifiedPath != nil { _ = try V2.wait(path, for: "populated 0") }
            Clock.sleep(nanoseconds: pause)
            pause = min(pause * 2, 20_000_000)
        }
    }

    /// Removes the cgroups below, then the cgroup; why the last one that did not go is still there.
    private static func removeOnce(_ path: String) throws(RuntimeError) -> Errno? {
        guard let top = try openIfPresent(path) else { return nil }
        var failure: Errno?
        func note(_ body: () throws(Errno) -> Void) {
            do { try body() } catch { if error != .noEntry { failure = error } }
        }
        try attempt("remove what is below \(path)") { () throws(Errno) in
            try top.walk(leave: { (folder, name) throws(Errno) in
                note { () throws(Errno) in try folder.removeDirectory(name) }
            })
        }
        note { () throws(Errno) in try HostFile.removeDirectory(path) }
        return failure
    }

    private static func openIfPresent(_ path: String) throws(RuntimeError) -> FileDescriptor? {
        do { return try CgroupFile.open(path, [.read, .directory]) } catch {
            if error.meansAbsent { return nil }
            throw error
        }
    }

    /// Those in one cgroup, none where it has gone.
    static func processes(in path: String) throws(RuntimeError) -> [Int32] {
        guard let folder = try openIfPresent(path) else { return [] }
        return try attempt("read the processes of \(path)") { () throws(Errno) in try processes(in: folder.borrowed) }
    }

    private static func processes(in folder: BorrowedDescriptor) throws(Errno) -> [Int32] {
        // A threaded cgroup tells only its threads.
        var text = try readIfPresent("cgroup.procs", in: folder)
        if text == nil { text = try readIfPresent("cgroup.threads", in: folder) }
        guard let text else { return [] }
        return String(decoding: text, as: UTF8.self).split(separator: "\n").compactMap { Int32($0) }
    }

    /// nil where there is no such file, or the cgroup has gone, or cannot say.
    private static func readIfPresent(_ name: String, in folder: BorrowedDescriptor) throws(Errno) -> [UInt8]? {
        do { return try folder.open(name, .read).readAll() } catch {
            if error == .noEntry || error == .noDevice || error == .notSupported { return nil }
            throw error
        }
    }
}
