internal import ContainerLog
internal import Linux
internal import ShimProtocol

/// Time.
extension Driver {
    /// nil: nothing is to be done before something happens.
    var nextDeadline: UInt64? {
        var result = earlier(timers.next, leaving?.deadline)
        for streams in draining { result = earlier(result, streams.drain?.deadline) }
        for streams in waking { result = earlier(result, streams.wakeTime) }
        for run in runs where !run.isOverdue { result = earlier(result, deadline(of: run)) }
        for client in clients {
            if let since = client.stalledSince { result = earlier(result, since + Client.patience) }
        }
        return result
    }

    func fireDeadlines() {
        while let deadline = timers.takeOverdue(now) { post(.deadline(deadline)) }
        for streams in draining {
            if let deadline = streams.drain?.deadline, deadline <= now { giveUp(streams) }
        }
        for streams in waking {
            if let time = streams.wakeTime, time <= now { woken(streams) }
        }
        killOverdue()
        letGoStalled()
        if timers.takeQuiet(now) { giveMemoryBack() }
    }

    private func deadline(of run: RuntimeRun) -> UInt64? {
        run.deadline(end: firstEnd, hasContainer: stateFile.pid != 0)
    }

    /// A runtime that hangs must not keep the exit from being told. Its end comes by SIGCHLD, as every end.
    private func killOverdue() {
        for run in runs where !run.isOverdue {
            guard let deadline = deadline(of: run), deadline <= now else { continue }
            run.isOverdue = true
            interrupt(run.call)
        }
    }

    private func letGoStalled() {
        for client in clients {
            guard let since = client.stalledSince, since + Client.patience <= now else { continue }
            counts.letGo += 1
            remove(client)
        }
    }

    /// Everything that the next activity can have again.
    private func giveMemoryBack() {
        log.giveBack()
        watchLog()
        scratch.stream.giveBack()
        scratch.input.giveBack()
        for channel in container.outputs { channel.buffer?.giveBack() }
        container.input.giveBack()
        for streams in sessions { streams.input.giveBack() }
        for client in clients { client.outbox.giveBack() }
        // After a shortage of descriptors nobody else may come to try again.
        resumeListener()
        ProcessMemory.trimHeap()
        ProcessMemory.trimProgram()
    }
}
