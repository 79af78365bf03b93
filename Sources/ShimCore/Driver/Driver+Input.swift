internal import Linux
internal import ShimProtocol

/// Standard input, SM-22 and SM-23.
extension Driver {
    /// A part of a STDIN. False at the end of the connection.
    func readInput(of client: Client) throws(Errno) -> Bool {
        guard let streams = client.streams else {
            fail(client, .malformed("bytes for standard input, and nothing is attached"))
            return true
        }
        let room = client.attachment.input ? streams.input.room : InputChannel.capacity
        let count = try scratch.input.read(from: client.socket, into: 0..<min(client.parser.wanted, room))
        if count == 0 { return false }
        client.parser.takeInput(count)
        // A client that has not asked for it has none.
        if client.attachment.input { take(count, from: client, for: streams) }
        return true
    }

    /// What `scratch.input` begins with.
    private func take(_ count: Int, from client: Client, for streams: Streams) {
        if client.keys.bytes.isEmpty {
            scratch.input.withBytes(0..<count) { streams.input.take($0) }
        } else {
            let typed = scratch.input.withBytes(0..<count) { $0.array() }
            let outcome = client.keys.scan(typed)
            streams.input.take(outcome.bytes.span.bytes)
            if outcome.isDetached { end(client, with: Frame(.detached)) }
        }
        updateInput(of: streams)
    }

    /// The client has no more for standard input.
    func inputEnded(of client: Client) {
        guard let streams = client.streams, client.attachment.input else { return }
        let rest = client.keys.end()
        if !rest.isEmpty, streams.input.room >= rest.count { streams.input.take(rest.span.bytes) }
        if streams.input.endsWithClient, streams.input.first == client.id { streams.input.end() }
        updateInput(of: streams)
    }

    func openInput(of owner: Owner) {
        guard let streams = streams(of: owner) else { return }
        streams.input.open()
        resumeInput(of: streams)
    }

    func closeInput(_ owner: Owner) -> ProtocolError? {
        guard let streams = streams(of: owner) else { return nil }
        if streams.isTerminal { return ProtocolError(.state, "the input of a terminal has no end") }
        streams.input.end()
        resumeInput(of: streams)
        return nil
    }

    func inputReady(_ streams: Streams, _ ready: Epoll.Events) {
        if ready.contains(.hangUp) || ready.contains(.error) {
            streams.input.flushHungUp()
            if streams.input.isResting, streams.wakeTime == nil { wake(streams, after: streams.nextPause()) }
        } else {
            streams.input.flush()
        }
        resumeInput(of: streams)
    }

    /// After a rest: a process may have opened the terminal.
    func wakeInput(of streams: Streams) {
        guard streams.input.isResting else { return }
        streams.input.resume()
        resumeInput(of: streams)
    }

    /// There is room again: after `updateInput` also those who are gone, and of whom something is left to read.
    private func resumeInput(of streams: Streams) {
        updateInput(of: streams)
        for client in streams.clients where client.isHungUp { readFrames(of: client) }
    }

    /// After everything that may have changed what waits: the pipe's watch, and the clients that could not be read.
    func updateInput(of streams: Streams) {
        if streams.input.isClosed { dropInput(of: streams) } else { watchInput(of: streams) }
        for client in streams.clients where client.hasInput { update(client) }
    }

    private func dropInput(of streams: Streams) {
        if let watch = streams.input.watch { watcher.remove(watch) }
        streams.input.watch = nil
        streams.input.drop()
    }

    private func watchInput(of streams: Streams) {
        guard let target = streams.input.descriptor.view() else { return }
        let wanted: Epoll.Events? = streams.input.waitsForRoom ? .output : nil
        do throws(Errno) {
            if var watch = streams.input.watch {
                try watcher.change(&watch, to: wanted)
                streams.input.watch = watch
            } else if let wanted {
                streams.input.watch = try watcher.add(target, wanted, for: .input(streams))
            }
        } catch {
            // Without epoll nobody would write what waits: an end is better than a silence.
            streams.input.close()
            dropInput(of: streams)
        }
    }

    func resize(_ owner: Owner, _ size: WindowSize) -> ProtocolError? {
        guard let streams = streams(of: owner), streams.isTerminal else {
            return ProtocolError(.state, "there is no terminal")
        }
        streams.size = size
        guard let terminal = streams.outputs.first?.view else { return nil }
        do throws(Errno) { try terminal.setWindowSize(size) } catch {
            return ProtocolError(.kernel, "set the terminal's size: \(error)")
        }
        return nil
    }
}
