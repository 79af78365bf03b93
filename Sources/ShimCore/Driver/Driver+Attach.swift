internal import Linux
internal import ShimProtocol

/// Who is attached to what.
extension Driver {
    func streams(of owner: Owner) -> Streams? {
        switch owner {
        case .container: container
        case .session: sessions.first { $0.owner == owner }
        }
    }

    func attach(_ client: Client, to owner: Owner, _ attachment: Attachment) {
        guard let streams = streams(of: owner) else { return fail(client, ProtocolError(.notFound, "no such streams")) }
        client.attachment = attachment
        client.keys = DetachKeys(attachment.detachKeys)
        client.streams = streams
        streams.clients.append(client)
        if attachment.input, streams.input.first == nil { streams.input.first = client.id }
        update(client)
        updateHold(of: streams)
    }

    /// Nothing more goes to it or comes from it.
    func leaveStreams(_ client: Client) {
        guard let streams = client.streams else { return }
        if !client.hasEnded { inputEnded(of: client) }
        client.streams = nil
        streams.clients.removeAll { $0 === client }
        post(.clientGone(client.id))
        updateHold(of: streams)
    }

    func announce(_ record: ExitRecord, of owner: Owner) {
        guard let streams = streams(of: owner) else { return }
        let frame = Frame(.exit, record.encode())
        for client in streams.clients { end(client, with: frame) }
    }
}
