internal import Cgroups
internal import ContainerLog
internal import Linux
internal import OCI
internal import ShimProtocol

/// What the state folder says.
extension Driver {
    /// SM-3. Not forced to the disk: after a power cut there is no container, and no start is to wait for a disk.
    func save(_ phase: ContainerPhase, _ pid: Int32?) {
        stateFile.phase = phase.rawValue
        if let pid, pid != stateFile.pid { notice(pid) }
        if phase == .created || phase == .starting, stateFile.created == 0 { stateFile.created = Clock.realtime() }
        if phase == .running, stateFile.started == 0 { stateFile.started = Clock.realtime() }
        // A full disk: the container goes on, and the next change of phase writes it again.
        do throws(Errno) {
            try folder.replace(StateFolder.Name.state, with: stateFile.encode(), syncs: false)
        } catch {}
    }

    /// What only a living process tells: its start time and its cgroup (SM-33).
    private func notice(_ pid: Int32) {
        stateFile.pid = pid
        do throws(Errno) {
            stateFile.pidStart = try ProcessStatus.of(pid)?.startTime ?? 0
            stateFile.cgroup = try HostFile.readText("/proc/\(pid)/cgroup")
        } catch {}
        // Without it the record says nothing of memory, and `stats` says why.
        do throws(RuntimeError) {
            let found = try Cgroup.holding(process: pid)
            cgroup = found
            oomCounter = try found.openOOMCounter()
        } catch {}
    }

    func noticeSelf() {
        stateFile.shimPid = ThisProcess.pid
        do throws(Errno) {
            stateFile.shimStart = try ProcessStatus.of(stateFile.shimPid)?.startTime ?? 0
            stateFile.mountNamespace = try BorrowedDescriptor.currentDirectory.readLink("/proc/self/ns/mnt")
        } catch {}
    }

    // MARK: - Exit records

    func write(_ record: ExitRecord, of owner: Owner) {
        // One that has ended before its pid was known; or that never was.
        if case .container = owner, firstEnd == nil { firstEnd = now }
        var record = record
        complete(&record, of: owner)
        let name = record.exec.map(StateFolder.recordName) ?? StateFolder.Name.record
        do throws(Errno) {
            try folder.replace(name, with: record.encode(), syncs: options.syncs)
            post(.recordWritten(owner, record, nil))
        } catch { post(.recordWritten(owner, record, error)) }
    }

    private func complete(_ record: inout ExitRecord, of owner: Owner) {
        switch owner {
        case .container:
            record.lost = log.counters.lostBytes
            // A record that is written again was complete when the cgroup was there.
            record.oomKilled = record.oomKilled == true || countOOMKills() > 0
        case .session:
            // The count is the whole container's: only who was killed so, and while one was, can have been it.
            let before = streams(of: owner)?.oomKillsBefore ?? 0
            record.oomKilled = countOOMKills() > before && record.status?.signal == Signal.kill.number
        }
    }

    /// Kills for want of memory so far; of a cgroup that has gone, as many as were seen last.
    func countOOMKills() -> UInt64 {
        do throws(Errno) { oomKills = try oomCounter?.kills() ?? 0 } catch {}
        return oomKills
    }

    // MARK: - The log

    /// The container's output goes to the log, by way of buffers that keep the beginning of a line.
    func logOutput(of streams: Streams) throws(Errno) {
        guard options.logPath != nil, case .container = streams.owner else { return }
        for channel in streams.outputs { channel.buffer = try StreamBuffer() }
    }
}
