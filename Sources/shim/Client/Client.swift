internal import CommandLine
internal import Linux
internal import OCI
internal import ShimProtocol

extension Call {
    /// Asks the shim, and waits for its answer: a JSON object.
    func ask(_ request: Request) throws(RuntimeError) -> [UInt8] {
        try ShimConnection.reach(try state()).ask(request)
    }

    /// Asks the shim and prints its answer.
    func show(_ request: Request) throws(RuntimeError) {
        try Output.write(try ask(request) + [0x0a])
    }
}

extension ShimConnection {
    /// The shim of the folder at `path`. Where none answers the error says what to do about it, as far as that is known.
    static func reach(_ path: String) throws(RuntimeError) -> ShimConnection {
        var folder = try StateFolder.open(path)
        do throws(RuntimeError) { return try open(folder) } catch {
            if error.kind == .notFound, let fate = ShimConnection.fate(&folder) { throw RuntimeError(.notFound, fate) }
            throw error
        }
    }

    /// nil where nothing is known.
    private static func fate(_ folder: inout StateFolder) -> String? {
        do throws(RuntimeError) {
            if try folder.read(StateFolder.Name.record) != nil {
                return "the container of \(folder.path) has ended, and its shim has left: 'shim take' gives the record"
            }
            // The lock tells one that was killed from one that begins or leaves just now.
            guard try folder.read(StateFolder.Name.state) != nil, try folder.takeLock() else { return nil }
            return killed(folder.path)
        } catch { return nil }
    }

    static func killed(_ path: String) -> String {
        "the shim of \(path) was killed: 'shim recover' finds out what can be known"
    }
}

/// Exit records, from the shim or from what it has left behind.
struct RecordSource {
    let path: String
    let session: SessionName?

    /// Waits for the end, and gives the record.
    func wait() throws(RuntimeError) -> ExitRecord {
        do throws(RuntimeError) {
            let folder = try StateFolder.open(path)
            return try ExitRecord.parse(try ShimConnection.open(folder).ask(.wait(session)))
        } catch {
            guard error.kind == .notFound || error.kind == .kernel else { throw error }
            return try left(orElse: error) { (_, record) in record }
        }
    }

    /// Waits for the container's end, hands the record over, and only then takes it and lets the shim go.
    func take(_ handOver: (ExitRecord) throws(RuntimeError) -> Void) throws(RuntimeError) {
        try handOver(try wait())
        do throws(RuntimeError) {
            let folder = try StateFolder.open(path)
            let shim = try ShimConnection.open(folder)
            _ = try shim.ask(.take)
            // The connection ends when the folder is empty.
            _ = try shim.receive()
        } catch {
            guard error.kind == .notFound || error.kind == .kernel else { throw error }
            try left(orElse: error) { (folder, _) in folder.empty(removing: false) }
        }
    }

    /// What is in the folder of a shim that has gone, under its lock. `error` where there is no record, or a shim.
    private func left<Result>(
        orElse error: RuntimeError,
        _ body: (consuming StateFolder, ExitRecord) throws(RuntimeError) -> Result
    ) throws(RuntimeError) -> Result {
        var folder = try StateFolder.open(path)
        guard try RecordSource.lock(&folder) else { throw error }
        let name = session.map(StateFolder.recordName) ?? StateFolder.Name.record
        guard let bytes = try folder.read(name) else {
            guard try folder.readState() != nil, session == nil else { throw error }
            throw RuntimeError(.notFound, ShimConnection.killed(path))
        }
        let record = try during("\(path)/\(name)") { () throws(RuntimeError) in try ExitRecord.parse(bytes) }
        return try body(folder, record)
    }

    /// A shim that leaves has closed its socket a moment before it lets go of the lock.
    private static func lock(_ folder: inout StateFolder) throws(RuntimeError) -> Bool {
        for _ in 0..<40 {
            do {
                if try folder.takeLock() { return true }
            } catch {
                // The folder was emptied: its record has been taken.
                if error.errno == .noEntry { return false }
                throw error
            }
            Clock.sleep(nanoseconds: 25_000_000)
        }
        return false
    }
}
