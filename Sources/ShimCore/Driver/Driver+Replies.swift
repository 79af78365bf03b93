internal import Cgroups
internal import ContainerLog
internal import JSON
internal import Linux
internal import OCI
internal import ShimProtocol

/// Answers to requests.
extension Driver {
    func reply(_ reply: Reply, to client: Client) {
        if client.streams != nil {
            // The start that it asked for with its attachment has failed.
            if case .error(let error) = reply { fail(client, error) }
            return
        }
        client.isWaiting = false
        switch reply {
        case .done: send(Array("{}".utf8), to: client)
        case .pid(let pid): send(Array("{\"pid\":\(pid)}".utf8), to: client)
        case .record(let record): send(record.encode(), to: client)
        case .state(let state): send(encode(state), to: client)
        case .error(let error): send(error.frame, to: client)
        }
    }

    private func send(_ json: [UInt8], to client: Client) {
        guard json.count <= FrameKind.reply.limit else {
            return send(ProtocolError(.kernel, "an answer of \(json.count) bytes").frame, to: client)
        }
        send(Frame(.reply, json), to: client)
    }

    private func send(_ frame: Frame, to client: Client) {
        client.outbox.add(frame)
        flush(client)
    }

    private func encode(_ state: StateReply) -> [UInt8] {
        var counts = counts
        counts.attached = streams(of: state.owner)?.clients.count ?? 0
        counts.isTerminal = streams(of: state.owner)?.isTerminal ?? false
        for client in clients { counts.dropped &+= client.outbox.dropped }
        return state.encode(counts, log: options.logPath == nil ? nil : log.counters)
    }

    func replyStats(to client: Client) {
        do throws(RuntimeError) {
            guard let cgroup else { throw RuntimeError(.kernel, "the container's cgroup is not known") }
            var json = JSONWriter()
            try cgroup.stats().write(to: &json)
            client.isWaiting = false
            send(json.bytes, to: client)
        } catch { reply(.error(ProtocolError(.kernel, error.description)), to: client) }
    }

    func replyRecord(_ name: SessionName, to client: Client) {
        let file = StateFolder.recordName(of: name)
        do throws(RuntimeError) {
            guard let bytes = try folder.read(file) else { throw RuntimeError(.notFound, "no record of \(name)") }
            client.isWaiting = false
            send(bytes, to: client)
        } catch {
            let code: ProtocolError.Code = error.kind == .notFound ? .notFound : .kernel
            reply(.error(ProtocolError(code, error.description)), to: client)
        }
    }
}
