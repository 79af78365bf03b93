internal import Linux

/// The files of a log as a reader sees them. No lock is shared with the writer.
final class LogFiles {
    private let name: LogName

    init(path: String) throws(Errno) { name = try LogName(path: path) }

    var folder: BorrowedDescriptor? { name.folder }

    /// The folder was removed: nothing follows.
    func areGone() throws(Errno) -> Bool { try folder?.isUnlinked() ?? true }

    enum State { case current, replaced, missing }

    /// Whether the name of the log still means this file.
    func state(of source: LogSource) throws(Errno) -> State {
        do throws(Errno) {
            let status = try name.current()
            return status.device == source.device && status.inode == source.inode ? .current : .replaced
        } catch {
            if error == .noEntry { return .missing }
            throw error
        }
    }

    /// All files, oldest first. They are opened from the newest one on: what a rotation moves meanwhile is then met
    /// again, and left out, but never missed.
    func openAll() throws(Errno) -> [LogSource] {
        var found: [LogSource] = []
        if let current = try plain(0) { found.append(current) }
        var index = 1
        for number in try [0] + name.numbers() {
            index = max(index, number)
            // What is moved meanwhile has a later number, and for a moment nothing has its old one.
            var isThere = true
            while isThere || index <= number + 2 {
                isThere = try add(index, to: &found)
                index += 1
            }
        }
        return found.reversed()
    }

    /// False: nothing has this number.
    private func add(_ index: Int, to found: inout [LogSource]) throws(Errno) -> Bool {
        guard let source = try open(index) else { return false }
        if try LogFiles.place(of: source, in: found) == nil { found.append(source) }
        return true
    }

    /// Where a file, or what was made of it, is.
    static func place(of source: LogSource, in sources: [LogSource]) throws(Errno) -> Int? {
        for index in sources.indices.reversed() {
            let other = sources[index]
            if try other.isSame(as: source) { return index }
            if try source.isSame(as: other) { return index }
        }
        return nil
    }

    /// The plain file counts as long as it is there: the compressed one has its name only when it is whole, and the plain
    /// one goes after that.
    private func open(_ index: Int) throws(Errno) -> LogSource? {
        do throws(Errno) {
            if let source = try plain(index) { return source }
            return try optional { () throws(Errno) in try LogSource(name.openPacked(index), packed: true) }
        } catch {
            // A link, or no regular file: not of this log, and no reason to read nothing.
            if error == .loop || error == .invalid { return nil }
            throw error
        }
    }

    private func plain(_ index: Int) throws(Errno) -> LogSource? {
        try optional { () throws(Errno) in try LogSource(name.open(index), packed: false) }
    }
}

/// nil for what is not there.
private func optional<Value>(_ body: () throws(Errno) -> Value) throws(Errno) -> Value? {
    do throws(Errno) { return try body() } catch {
        if error == .noEntry { return nil }
        throw error
    }
}

/// inotify(7) on the log's folder, on the file that is written, and on the folder above: an open file or folder that is
/// removed tells nothing itself, since it is not gone as long as it is open.
final class LogWatcher {
    private static let modified: UInt32 = 0x2
    private static let created: UInt32 = 0x100
    private static let movedTo: UInt32 = 0x80
    private static let deleted: UInt32 = 0x200

    let descriptor: FileDescriptor
    private var file: (watch: Int32, device: UInt64, inode: UInt64)?

    init(_ files: LogFiles) throws(Errno) {
        let descriptor = try FileWatcher.make()
        guard let folder = files.folder else { throw .noEntry }
        _ = try descriptor.watch(folder.procPath, events: LogWatcher.created | LogWatcher.movedTo)
        _ = try descriptor.watch(folder.procPath + "/..", events: LogWatcher.deleted)
        self.descriptor = descriptor
    }

    /// Watches this file and no other. True if that is new: what was written before is not told.
    func watch(_ source: LogSource) throws(Errno) -> Bool {
        if let file, file.device == source.device && file.inode == source.inode { return false }
        if let file {
            // The kernel ends it by itself with the file.
            do throws(Errno) { try descriptor.unwatch(file.watch) } catch { if error != .invalid { throw error } }
        }
        // The open file, not what has its name by now.
        let watch = try descriptor.watch(source.file.procPath, events: LogWatcher.modified)
        file = (watch, source.device, source.inode)
        return true
    }

    /// Takes all events: they only say that it is time to look.
    func takeEvents() throws(Errno) { try descriptor.dropEvents() }
}
