internal import Linux
internal import OCI
internal import ShimProtocol

/// Streams that are made, and exec sessions.
extension Driver {
    /// What the runtime needs of an exec session: `execs/NAME.process` and so on.
    static func file(_ name: SessionName, _ suffix: String) -> String {
        "\(StateFolder.Name.sessions)/\(name).\(suffix)"
    }

    func prepare(_ client: ClientID, _ id: SessionID, _ name: SessionName, _ description: ExecDescription) {
        let streams = Streams(
            .session(id),
            session: name,
            isTerminal: description.terminal,
            endsWithClient: true
        )
        var refusal: ProtocolError?
        do throws(Errno) {
            try makeSessionsFolder()
            try folder.replace(Driver.file(name, "process"), with: description.process, syncs: false)
            if !description.terminal { try makePipes(of: streams, input: description.input) }
            sessions.append(streams)
        } catch {
            folder.remove(Driver.file(name, "process"))
            refusal = ProtocolError(.kernel, "make exec session \(name): \(error)")
            post(.sessionLost(id))
        }
        if let waiting = clients.first(where: { $0.id == client }) {
            reply(refusal.map { .error($0) } ?? .done, to: waiting)
        }
    }

    private func makeSessionsFolder() throws(Errno) {
        do throws(Errno) {
            try folder.descriptor.makeDirectory(StateFolder.Name.sessions, mode: 0o700)
        } catch {
            if error != .exists { throw error }
        }
    }

    /// Pipes, of which the runtime gets the other ends. Only the shim's own do not block.
    func makePipes(of streams: Streams, input: Bool) throws(Errno) {
        let output = try Pipe()
        let error = try Pipe()
        try output.readEnd.setNonBlocking()
        try error.readEnd.setNonBlocking()
        let source: FileDescriptor
        if input {
            let pipe = try Pipe()
            try pipe.writeEnd.setNonBlocking()
            let (readEnd, writeEnd) = pipe.release()
            source = FileDescriptor(owning: readEnd)
            streams.input.connect(FileDescriptor(owning: writeEnd))
        } else {
            source = try BorrowedDescriptor.currentDirectory.open("/dev/null", .read)
            streams.input.close()
        }
        let (readOutput, writeOutput) = output.release()
        let (readError, writeError) = error.release()
        streams.ends = RuntimeEnds(
            input: source,
            output: FileDescriptor(owning: writeOutput),
            error: FileDescriptor(owning: writeError)
        )
        streams.outputs = [
            OutputChannel(.standardOutput, FileDescriptor(owning: readOutput)),
            OutputChannel(.standardError, FileDescriptor(owning: readError)),
        ]
    }

    func forget(_ id: SessionID) {
        guard let index = sessions.firstIndex(where: { $0.owner == .session(id) }) else { return }
        let streams = sessions.remove(at: index)
        draining.removeAll { $0 === streams }
        stopWaking(streams)
        for client in streams.clients { end(client, with: Frame(.detached)) }
        for channel in streams.outputs where channel.isOpen { close(channel) }
        streams.input.close()
        updateInput(of: streams)
        dropConsole(of: streams)
        if let name = streams.session {
            folder.remove(Driver.file(name, "process"))
            folder.remove(Driver.file(name, "pid"))
            // Where a runtime writes the pid before it gives the file its name; one that was killed has left it.
            folder.remove("\(StateFolder.Name.sessions)/.\(name).pid")
        }
    }

    // MARK: - Terminals

    /// By number: with a session's name, which may be long, it would fit no socket's address.
    static func consoleName(of owner: Owner) -> String {
        switch owner {
        case .container: "console"
        case .session(let id): "\(StateFolder.Name.sessions)/\(id.number).console"
        }
    }

    func makeConsole(of streams: Streams) throws(Errno) {
        let console = try Console(Driver.consoleName(of: streams.owner), in: folder.descriptor, folder.path)
        streams.console = console
        watchConsole(of: streams)
    }

    /// Waits for what the runtime does next.
    private func watchConsole(of streams: Streams) {
        guard let console = streams.console else { return }
        if let watch = console.watch { watcher.remove(watch) }
        console.watch = nil
        guard let source = console.waitsOn else { return }
        // Without epoll the terminal is taken when the runtime has ended: `takeTerminal`.
        do throws(Errno) { console.watch = try watcher.add(source, .input, for: .console(streams)) } catch {}
    }

    func stepConsole(of streams: Streams) {
        guard let console = streams.console else { return }
        do throws(Errno) {
            guard let terminal = try console.step() else { return watchConsole(of: streams) }
            dropConsole(of: streams)
            try connect(terminal, to: streams)
        } catch { dropConsole(of: streams) }
    }

    /// The runtime has ended, so what it had to bring is there.
    func takeTerminal(of streams: Streams) {
        // Once for the connection, once for what comes over it.
        for _ in 0..<2 where streams.console != nil { stepConsole(of: streams) }
        dropConsole(of: streams)
    }

    private func dropConsole(of streams: Streams) {
        guard let console = streams.console else { return }
        // Both while its descriptors are open.
        if let watch = console.watch { watcher.remove(watch) }
        console.watch = nil
        folder.remove(console.name)
        streams.console = nil
    }

    private func connect(_ terminal: consuming FileDescriptor, to streams: Streams) throws(Errno) {
        try terminal.setNonBlocking()
        if let size = streams.size { try terminal.setWindowSize(size) }
        // Two numbers of one file: epoll keeps one watch a number.
        streams.input.connect(try terminal.duplicate())
        streams.outputs = [OutputChannel(.standardOutput, terminal)]
        try logOutput(of: streams)
    }
}
