internal import Linux
internal import ShimProtocol

/// Connections of the control socket, SM-40 to SM-42.
extension Driver {
    static let connectionLimit = 64
    /// Bytes of requests that are gathered at once, over all connections.
    static let gatherLimit = 4 << 20

    // MARK: - Beginning

    func acceptClients() {
        // A connection at a time: whoever connects without end must not keep the streams waiting.
        do throws(Errno) {
            guard let socket = try listener.accept() else { return }
            try admit(socket)
        } catch {
            // No descriptor is free. Until the next connection ends, or a quiet moment, the socket rests: epoll would tell
            // of it again and again.
            pauseListener()
        }
    }

    private func admit(_ socket: consuming FileDescriptor) throws(Errno) {
        let user = try socket.peerUser()
        guard user == 0 || user == ThisProcess.effectiveUser else { return }
        lastClient += 1
        let client = Client(ClientID(lastClient), socket)
        // One that is gone, and of which only unread input is left, must not keep a living one out.
        if clients.count >= Driver.connectionLimit, let gone = clients.first(where: { $0.isHungUp }) { giveUp(gone) }
        guard clients.count < Driver.connectionLimit else {
            // A new socket has room for a few bytes.
            client.outbox.add(ProtocolError(.busy, "\(Driver.connectionLimit) connections are the limit").frame)
            _ = try client.outbox.flush(to: client.socket)
            return
        }
        client.watch = try watcher.add(client.socket.borrowed, client.interest, for: .client(client))
        clients.append(client)
        counts.clients = clients.count
    }

    /// The oldest that is gone: what it had written is counted as lost, as far as it is still there.
    private func giveUp(_ gone: Client) {
        counts.dropped &+= UInt64(discardInput(of: gone))
        remove(gone)
    }

    func pauseListener() { watchListener(nil) }

    func resumeListener() {
        if leaving == nil { watchListener(.input) }
    }

    private func watchListener(_ events: Epoll.Events?) {
        guard var watch = listenerWatch else { return }
        // It stays as it was: the next connection's end tries again.
        do throws(Errno) { try watcher.change(&watch, to: events) } catch {}
        listenerWatch = watch
    }

    // MARK: - The end

    /// Ends a connection without more words.
    func remove(_ client: Client) {
        guard let index = clients.firstIndex(where: { $0 === client }) else { return }
        clients.remove(at: index)
        if let watch = client.watch { watcher.remove(watch) }
        client.watch = nil
        if client.isClosing { _ = discardInput(of: client) }
        counts.clients = clients.count
        counts.dropped &+= client.outbox.dropped
        leaveStreams(client)
        post(.clientGone(client.id))
        resumeListener()
    }

    /// With unread bytes in it the connection would end for the client with ECONNRESET, and not as the last frame says.
    ///
    /// Returns: bytes that it had sent.
    private func discardInput(of client: Client) -> Int {
        var total = 0
        do throws(Errno) {
            for _ in 0..<8 {
                let count = try scratch.input.read(from: client.socket, into: 0..<InputChannel.capacity)
                if count == 0 { break }
                total += count
            }
        } catch {}
        return total
    }

    /// Sends a last frame; the connection ends behind it.
    func end(_ client: Client, with frame: Frame) {
        if client.isClosing { return }
        leaveStreams(client)
        client.outbox.add(frame)
        client.isClosing = true
        flush(client)
    }

    func fail(_ client: Client, _ error: ProtocolError) { end(client, with: error.frame) }

    // MARK: - Writing

    /// It takes no more. What it has written for standard input is still read.
    func lose(_ client: Client) {
        guard client.hasInput, !client.hasEnded else { return remove(client) }
        client.attachment.output = false
        client.attachment.error = false
    }

    /// Sends what the client takes, and goes on with what waited for that.
    func flush(_ client: Client) {
        do throws(Errno) {
            if try client.outbox.flush(to: client.socket) > 0 { client.stalledSince = nil }
        } catch { return lose(client) }
        update(client)
        if let streams = client.streams { updateHold(of: streams) }
    }

    /// Makes epoll tell what is of use now.
    func update(_ client: Client) {
        guard var watch = client.watch else { return }
        // While the shim leaves a connection's end says that nothing of it is left: see `finish`.
        if client.isClosing, client.outbox.isEmpty, leaving == nil { return remove(client) }
        if client.hasEnded, client.streams == nil, !client.isWaiting, client.outbox.isEmpty { return remove(client) }
        client.setStalled(isAwaited(client), now: now)
        do throws(Errno) { try watcher.change(&watch, to: client.interest) } catch { return remove(client) }
        client.watch = watch
    }

    /// Whether others wait until it takes something: a container, or the next connection. Of one that is gone it is the
    /// container that has to take something, in its own time: that is what SM-22 promises its input.
    private func isAwaited(_ client: Client) -> Bool {
        if client.isHungUp || client.outbox.isEmpty { return false }
        return client.isClosing || client.streams.map { $0.isHeld && client.blocks } ?? false
    }

    // MARK: - Reading

    func clientReady(_ client: Client, _ ready: Epoll.Events) {
        if ready.contains(.output) { flush(client) }
        if ready.contains(.input) { readFrames(of: client) }
        if ready.contains(.hangUp) || ready.contains(.error) { hungUp(client) }
    }

    /// It is gone. What it had written for standard input is there, and is read as far as there is room.
    private func hungUp(_ client: Client) {
        guard client.watch != nil else { return }
        guard client.hasInput, !client.hasEnded, !client.isClosing else { return remove(client) }
        client.isHungUp = true
        lose(client)
        update(client)
        if let streams = client.streams { updateHold(of: streams) }
        readFrames(of: client)
    }

    /// A few frames: others wait, too.
    func readFrames(of client: Client) {
        var rounds = 16
        // Of one that is gone there is no more than its socket holds, and epoll would not come back to it.
        while client.watch != nil, client.reads, rounds > 0 || client.isHungUp {
            rounds -= 1
            do throws(Errno) {
                guard try readSome(of: client) else { return ended(client) }
            } catch {
                if error == .again { break }
                return remove(client)
            }
        }
        update(client)
    }

    /// False at the end of what it sends.
    private func readSome(of client: Client) throws(Errno) -> Bool {
        if client.parser.expectsInput { return try readInput(of: client) }
        let bytes = try client.socket.read(upTo: min(client.parser.wanted, 64 << 10))
        if bytes.isEmpty { return false }
        do throws(ProtocolError) {
            handle(try client.parser.take(bytes), from: client)
            try checkGathered(by: client)
        } catch { fail(client, error) }
        return true
    }

    private func checkGathered(by client: Client) throws(ProtocolError) {
        guard client.parser.gathers > 0 else { return }
        if client.streams != nil, client.parser.gathers > 4 {
            throw .malformed("a request on a connection that carries streams")
        }
        guard clients.reduce(0, { $0 + $1.parser.gathers }) <= Driver.gatherLimit else {
            throw ProtocolError(.busy, "too many requests at once")
        }
    }

    /// It sends no more, and may still get an answer or the streams.
    private func ended(_ client: Client) {
        client.hasEnded = true
        if client.hasInput { inputEnded(of: client) }
        if client.isHungUp { return remove(client) }
        update(client)
    }

    private func handle(_ piece: FrameParser.Piece, from client: Client) {
        switch piece {
        case .part: break
        case .request(let payload): request(payload, from: client)
        case .input: break
        case .inputEnd: attached(client) { (_) in inputEnded(of: client) }
        case .resize(let rows, let columns):
            attached(client) { _ = resize($0.owner, WindowSize(rows: rows, columns: columns)) }
        }
    }

    private func attached(_ client: Client, _ body: (Streams) -> Void) {
        guard let streams = client.streams else {
            return fail(client, .malformed("a frame of the streams, and none are attached"))
        }
        body(streams)
    }

    private func request(_ payload: [UInt8], from client: Client) {
        guard client.streams == nil else {
            return fail(client, .malformed("a request on a connection that carries streams"))
        }
        do throws(ProtocolError) {
            let request = try Request(payload: payload)
            client.isWaiting = true
            post(.request(client.id, request))
        } catch {
            if error.code == .malformed { fail(client, error) } else { reply(.error(error), to: client) }
        }
    }
}
