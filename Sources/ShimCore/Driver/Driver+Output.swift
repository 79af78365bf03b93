internal import ContainerLog
internal import Linux
internal import OCI
internal import ShimProtocol

/// What the container writes: into the log, and to whoever is attached (SM-24, SM-25).
extension Driver {
    /// Reads in one round: requests, signals and other streams have their turn after so many.
    static let readsInARound = 4

    func read(_ channel: OutputChannel, of streams: Streams) {
        var rounds = Driver.readsInARound
        while rounds > 0, !streams.isHeld, let source = channel.view {
            rounds -= 1
            do throws(Errno) {
                let count = try fill(channel, from: source)
                if count == 0 { return end(channel, of: streams) }
                pass(channel, of: streams)
                streams.pause = 0
                updateHold(of: streams)
                // A short read has emptied it; epoll tells when there is more.
                if count < Driver.shortRead { return }
                if count < Driver.longRead { letFill() }
            } catch {
                if error == .again { return }
                return failed(channel, of: streams)
            }
        }
    }

    /// So often in a round of the loop, however many streams there are: whoever else is waiting must not notice.
    private func letFill() {
        guard fillsLeft > 0 else { return }
        fillsLeft -= 1
        Clock.sleep(nanoseconds: Driver.fillTime)
    }

    private static let shortRead = 4096
    /// Half of a pipe. Bulk output that has come to less is left to grow: a wake-up for each write(2) of the container would
    /// cost several times what its bytes do.
    private static let longRead = 32768
    private static let fillTime: UInt64 = 150_000

    /// EIO: no process has the terminal open. A container that goes on may open it again (systemd does so with
    /// /dev/console), and epoll would tell of the hang-up without end: it is looked at again after a while.
    private func failed(_ channel: OutputChannel, of streams: Streams) {
        guard streams.isTerminal, streams.drain == nil else { return end(channel, of: streams) }
        if let watch = channel.watch { watcher.remove(watch) }
        channel.watch = nil
        // Its input may have found out first.
        if streams.wakeTime == nil { wake(streams, after: streams.nextPause()) }
    }

    private func fill(_ channel: OutputChannel, from source: BorrowedDescriptor) throws(Errno) -> Int {
        if channel.buffer == nil { return try scratch.stream.read(from: source) }
        return try channel.buffer?.read(from: source) ?? 0
    }

    /// To the clients, and to the log, which keeps the beginning of a line in the buffer.
    private func pass(_ channel: OutputChannel, of streams: Streams) {
        let time = Timestamp.now()
        guard var buffer = channel.buffer.take() else {
            if !streams.clients.isEmpty { scratch.stream.withFresh { send($0, channel.kind, to: streams) } }
            return scratch.log.consume(&scratch.stream, channel.logStream, at: time)
        }
        if !streams.clients.isEmpty { buffer.withFresh { send($0, channel.kind, to: streams) } }
        log.consume(&buffer, channel.logStream, at: time)
        watchLog()
        // A failure on the way may have closed it.
        if channel.isOpen { channel.buffer = consume buffer } else { log.end(&buffer, channel.logStream, at: time) }
    }

    private func send(_ bytes: RawSpan, _ kind: FrameKind, to streams: Streams) {
        for client in streams.clients where client.wants(kind) {
            do throws(Errno) {
                if try client.outbox.send(kind, bytes, to: client.socket) != .sent { update(client) }
            } catch { lose(client) }
        }
    }

    // MARK: - Waiting for clients

    /// Rests or goes on, as the slowest blocking client has room.
    func updateHold(of streams: Streams) {
        let isHeld = streams.clients.contains { $0.blocks }
        if isHeld == streams.isHeld { return }
        streams.isHeld = isHeld
        streams.drain?.hold(isHeld, now: now)
        for channel in streams.outputs { watch(channel, of: streams) }
        for client in streams.clients { update(client) }
    }

    private func watch(_ channel: OutputChannel, of streams: Streams) {
        guard let source = channel.view else { return }
        let events: Epoll.Events? = streams.isHeld ? nil : .input
        do throws(Errno) {
            if var watch = channel.watch {
                try watcher.change(&watch, to: events)
                channel.watch = watch
            } else {
                channel.watch = try watcher.add(source, events, for: .output(streams, channel))
            }
        } catch {
            // Without epoll nobody would read it: its writers get EPIPE instead of waiting for ever.
            end(channel, of: streams)
        }
    }

    // MARK: - Beginning and end

    /// The streams are read from now on.
    func startReading(_ streams: Streams) {
        for channel in streams.outputs { watch(channel, of: streams) }
    }

    private func end(_ channel: OutputChannel, of streams: Streams) {
        close(channel)
        guard streams.haveEnded else { return }
        // The exit is on its way, as a rule: clients that have nothing to write need not stay for one that is not.
        if streams.drain == nil { wake(streams, after: Driver.exitGrace) } else { finishDrain(streams) }
    }

    private static let exitGrace: UInt64 = 1_000_000_000

    func wake(_ streams: Streams, after nanoseconds: UInt64) {
        streams.wakeTime = now + nanoseconds
        if !waking.contains(where: { $0 === streams }) { waking.append(streams) }
    }

    func stopWaking(_ streams: Streams) {
        streams.wakeTime = nil
        waking.removeAll { $0 === streams }
    }

    /// The time that `wake` gave is over.
    func woken(_ streams: Streams) {
        stopWaking(streams)
        guard streams.haveEnded else {
            startReading(streams)
            return wakeInput(of: streams)
        }
        for client in streams.clients where !client.attachment.input || streams.input.isClosed {
            end(client, with: Frame(.detached))
        }
    }

    func close(_ channel: OutputChannel) {
        if let watch = channel.watch { watcher.remove(watch) }
        channel.watch = nil
        endLog(of: channel)
        channel.close()
    }

    /// Logs the rest of a line that has no end.
    func endLog(of channel: OutputChannel) {
        guard var buffer = channel.buffer.take() else { return }
        log.end(&buffer, channel.logStream, at: Timestamp.now())
        watchLog()
    }

    func drain(_ owner: Owner) {
        guard let streams = streams(of: owner) else { return post(.drained(owner)) }
        stopWaking(streams)
        guard !streams.haveEnded else { return post(.drained(owner)) }
        var drain = Drain(now: now)
        drain.hold(streams.isHeld, now: now)
        streams.drain = drain
        draining.append(streams)
        // What a hang-up had put to rest.
        startReading(streams)
    }

    private func finishDrain(_ streams: Streams) {
        guard streams.drain != nil else { return }
        streams.drain = nil
        draining.removeAll { $0 === streams }
        post(.drained(streams.owner))
    }

    /// Processes that outlive the first one have had their time. What they have written is read, once.
    func giveUp(_ streams: Streams) {
        for channel in streams.outputs where channel.isOpen { read(channel, of: streams) }
        for channel in streams.outputs where channel.isOpen { close(channel) }
        finishDrain(streams)
    }
}
