internal import Linux

/// Where the runtime brings a terminal: a socket in the state folder, for one connection and one descriptor.
final class Console {
    /// In the state folder.
    let name: String
    /// What the runtime is told.
    let path: String
    private var listener: FileDescriptor?
    private var connection: FileDescriptor?
    var watch: Watch?

    /// sun_path less its NUL.
    private static let longestPath = 107

    /// `folder`: where `name` is made, and `folderPath` its path, which may be too long for an address. Then the
    ///   runtime gets one through the shim's own descriptor.
    init(_ name: String, in folder: BorrowedDescriptor, _ folderPath: String) throws(Errno) {
        self.name = name
        let direct = "\(folderPath)/\(name)"
        path =
            direct.utf8.count <= Console.longestPath
            ? direct : "/proc/\(ThisProcess.pid)/fd/\(folder.rawValue)/\(name)"
        // One that a killed shim has left.
        do throws(Errno) { try folder.unlink(name) } catch { if error != .noEntry { throw error } }
        listener = try UnixListener.bind("\(folder.procPath)/\(name)")
    }

    /// What to wait for now; nil when nothing more comes.
    var waitsOn: BorrowedDescriptor? { connection.view() ?? listener.view() }

    /// Goes one step on without waiting: nil as long as there is no terminal.
    func step() throws(Errno) -> FileDescriptor? {
        if connection == nil {
            guard let listener = listener.view(), let accepted = try listener.accept() else { return nil }
            let user = try accepted.peerUser()
            guard user == 0 || user == ThisProcess.effectiveUser else { return nil }
            connection = consume accepted
        }
        guard let source = connection.view() else { return nil }
        do throws(Errno) {
            // A connection that brings none is over; the next one may.
            guard let terminal = try source.receiveTerminal() else {
                connection = nil
                return nil
            }
            return terminal
        } catch {
            if error == .again { return nil }
            throw error
        }
    }
}
