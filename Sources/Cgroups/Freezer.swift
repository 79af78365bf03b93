internal import Linux
package import OCI

/// How long processes may take to stop or to go.
private let patience: UInt64 = 10_000_000_000

extension Cgroup {
    /// Stops every process, also those to come, until `thaw`. When that does not work within ten seconds the cgroup is
    /// thawed again: nothing is left half frozen.
    package func freeze() throws(RuntimeError) {
        guard let path = unifiedPath ?? paths["freezer"] else {
            throw RuntimeError(.kernel, "cannot toggle freezer: cgroups not configured for container")
        }
        do {
            if unifiedPath == nil { try V1.freeze(path) } else { try V2.freeze(path) }
        } catch {
            ignoreFailure { () throws(RuntimeError) in try thaw() }
            throw error
        }
    }

    package func thaw() throws(RuntimeError) {
        if let path = unifiedPath { return try CgroupFile.write("\(path)/cgroup.freeze", "0") }
        guard let path = paths["freezer"] else {
            throw RuntimeError(.kernel, "cannot toggle freezer: cgroups not configured for container")
        }
        try CgroupFile.write("\(path)/freezer.state", "THAWED")
    }

    /// Frozen by itself; a frozen parent does not count. False where there is no freezer, or no cgroup any more.
    package func isFrozen() throws(RuntimeError) -> Bool {
        if let path = unifiedPath {
            return try CgroupFile.readIfPresent("\(path)/cgroup.freeze")?.hasPrefix("1") ?? false
        }
        guard let path = paths["freezer"] else { return false }
        guard let state = try CgroupFile.readIfPresent("\(path)/freezer.state"), !state.hasPrefix("THAWED") else {
            return false
        }
        // FREEZING counts: somebody has asked for it.
        return try CgroupFile.readIfPresent("\(path)/freezer.self_freezing")?.hasPrefix("1") ?? true
    }
}

extension V2 {
    static func freeze(_ path: String) throws(RuntimeError) {
        try CgroupFile.write("\(path)/cgroup.freeze", "1")
        if try !wait(path, for: "frozen 1") {
            throw RuntimeError(.kernel, "timeout waiting for \(path) to freeze")
        }
    }

    /// Waits for a line of cgroup.events; true when it is there or the cgroup is gone, false when time is up.
    static func wait(_ path: String, for line: String) throws(RuntimeError) -> Bool {
        let deadline = Clock.monotonic() + patience
        let name = "\(path)/cgroup.events"
        do {
            let file = try CgroupFile.open(name, .read)
            while true {
                let bytes = try attempt("read \(name)") { () throws(Errno) in try file.readAgain(upTo: 4096) }
                let text = String(decoding: bytes, as: UTF8.self)
                if text.split(separator: "\n").contains(where: { $0 == line }) { return true }
                let now = Clock.monotonic()
                if now >= deadline { return false }
                // Short waits: a missed wake-up costs no more than this.
                let milliseconds = Int32(min((deadline - now) / 1_000_000 + 1, 100))
                _ = try attempt("poll \(name)") { () throws(Errno) in
                    try file.waitForNewContent(milliseconds: milliseconds)
                }
            }
        } catch {
            if error.meansAbsent { return true }
            throw error
        }
    }
}

extension V1 {
    /// v1 has to be asked again while new processes appear, and freezes them better after a thaw now and then
    /// (freezer-subsystem.txt; there is no event to wait for).
    static func freeze(_ path: String) throws(RuntimeError) {
        let file = "\(path)/freezer.state"
        let deadline = Clock.monotonic() + patience
        var round: UInt64 = 0
        while true {
            round += 1
            if round % 50 == 0 {
                try CgroupFile.write(file, "THAWED")
                Clock.sleep(nanoseconds: 10_000_000)
            }
            try CgroupFile.write(file, "FROZEN")
            let state = firstLine(try CgroupFile.read(file))
            if state == "FROZEN" { return }
            if state != "FREEZING" { throw RuntimeError(.kernel, "unexpected state \(state) while freezing") }
            if Clock.monotonic() > deadline { throw RuntimeError(.kernel, "unable to freeze") }
            Clock.sleep(nanoseconds: round < 20 ? 10_000 : 1_000_000)
        }
    }
}
