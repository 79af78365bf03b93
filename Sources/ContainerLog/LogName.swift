internal import Linux

/// The names of a log: `LOG`, `LOG.1` and so on, older ones perhaps as `LOG.1.gz`.
struct LogName: ~Copyable {
    private let directory: FileDescriptor?
    private let base: String
    private let path: String

    /// Names nothing.
    init() {
        directory = nil
        base = ""
        path = ""
    }

    init(path: String) throws(Errno) {
        let bytes = Array(path.utf8)
        let slash = bytes.lastIndex(of: UInt8(ascii: "/"))
        let base = String(decoding: bytes[(slash.map { $0 + 1 } ?? 0)...], as: UTF8.self)
        if base.isEmpty || base == "." || base == ".." { throw .isDirectory }
        let parent = slash.map { $0 == 0 ? "/" : String(decoding: bytes[..<$0], as: UTF8.self) } ?? "."
        self.init(try BorrowedDescriptor.currentDirectory.open(parent, [.read, .directory]), base, path)
    }

    private init(_ directory: consuming FileDescriptor, _ base: String, _ path: String) {
        self.directory = consume directory
        self.base = base
        self.path = path
    }

    /// Only for `lookedUpAgain`: nothing is opened here.
    init(later path: String) {
        directory = nil
        base = ""
        self.path = path
    }

    /// The same path as it leads now: the folder may be another one.
    func lookedUpAgain() throws(Errno) -> LogName { try LogName(path: path) }

    /// Refuses a folder in which strangers can change names at will (LG-19): what is renamed, removed or written there
    /// would be theirs to choose. A group that root or this user lets in is trusted (/var/log), and the sticky bit
    /// protects what is ours.
    func checkFolder() throws(Errno) { if try hasUnsafeFolder() { throw .notPermitted } }

    func hasUnsafeFolder() throws(Errno) -> Bool {
        let status = try here.status()
        return LogName.isUnsafe(status.permissions, owner: status.user, user: ThisProcess.effectiveUser)
    }

    static func isUnsafe(_ permissions: UInt32, owner: UInt32, user: UInt32) -> Bool {
        permissions & 0o022 != 0 && permissions & 0o1000 == 0 && owner != 0 && owner != user
    }

    var folder: BorrowedDescriptor? { directory.view() }
    private var here: BorrowedDescriptor { folder ?? BorrowedDescriptor(-1) }

    /// `LOG` for 0.
    func plain(_ index: Int) -> String { index == 0 ? base : "\(base).\(index)" }
    func packed(_ index: Int) -> String { "\(base).\(index).gz" }
    /// What a compressor has not finished. No reader looks for it.
    private var unfinished: String { "\(base).gz.tmp" }

    /// The log. A file with further links is fine: backups are made so.
    func openForAppending() throws(Errno) -> FileDescriptor {
        try openRegular(base, [.readWrite, .append, .create], mode: 0o640)
    }

    /// Only regular files are logs (LG-12): a pipe would block, and a link would choose another file for us.
    private func openRegular(_ name: String, _ flags: OpenFlags, mode: UInt32 = 0) throws(Errno) -> FileDescriptor {
        let file = try here.open(name, [flags, .noFollow, .nonBlocking], mode: mode)
        if try file.status().kind != .regular { throw .invalid }
        return file
    }

    /// Cuts a torn last line off. The size then, and how many bytes that were.
    static func repair(_ file: borrowing FileDescriptor) throws(Errno) -> (size: Int64, cut: Int64) {
        let size = try file.status().size
        let whole = try wholeSize(file, size)
        if whole < size { try file.resize(to: whole) }
        return (whole, size - whole)
    }

    /// How far the last newline reaches.
    private static func wholeSize(_ file: borrowing FileDescriptor, _ size: Int64) throws(Errno) -> Int64 {
        var end = size
        var block: [UInt8] = []
        while end > 0 {
            // Most often it is the last byte.
            let count = end == size ? 1 : min(end, 65536)
            block.removeAll(keepingCapacity: true)
            let read = try file.read(at: end - count, upTo: Int(count), into: &block)
            if read == 0 { return end - count }
            if let newline = block.lastIndex(of: UInt8(ascii: "\n")) { return end - count + Int64(newline) + 1 }
            end -= count
        }
        return 0
    }

    /// Makes room under the name `LOG`: with one file it goes, else each moves one further and the last one goes. False
    /// if `LOG` is still there.
    func shift(keeping count: Int) -> Bool {
        if count < 2 { return remove(plain(0)) }
        _ = remove(plain(count - 1))
        _ = remove(packed(count - 1))
        for index in stride(from: count - 1, to: 1, by: -1) {
            _ = move(packed(index - 1), packed(index))
            _ = move(plain(index - 1), plain(index))
        }
        return move(plain(0), plain(1))
    }

    private func move(_ from: String, _ to: String) -> Bool {
        do throws(Errno) { try here.rename(from, to: to) } catch { return error == .noEntry }
        return true
    }

    private func remove(_ name: String) -> Bool {
        do throws(Errno) { try here.unlink(name) } catch { return error == .noEntry }
        return true
    }

    /// The oldest rotated file that is not compressed.
    func oldestPlain(below count: Int) -> Int? {
        for index in stride(from: count - 1, to: 0, by: -1) where isRegular(plain(index)) { return index }
        return nil
    }

    private func isRegular(_ name: String) -> Bool {
        do throws(Errno) { return try here.status(of: name).kind == .regular } catch { return false }
    }

    func open(_ index: Int) throws(Errno) -> FileDescriptor { try openRegular(plain(index), .read) }
    func openPacked(_ index: Int) throws(Errno) -> FileDescriptor { try openRegular(packed(index), .read) }

    /// A file that is new, whatever had the name: a pipe, a link, a file that somebody has planted. Nobody may read it
    /// who may not read `source`.
    func makeUnfinished(of source: borrowing FileDescriptor) throws(Errno) -> FileDescriptor {
        discardUnfinished()
        let mode = try source.status().permissions & 0o640
        return try openRegular(unfinished, [.write, .create, .exclusive], mode: mode)
    }

    func discardUnfinished() { _ = remove(unfinished) }

    /// The compressed file takes the place of file `index`. A reader finds one or the other, or both: then the plain
    /// one counts.
    func finish(_ index: Int) {
        if move(unfinished, packed(index)) { _ = remove(plain(index)) }
    }

    /// The file that has the name `LOG` now.
    func current() throws(Errno) -> FileStatus { try here.status(of: base) }

    /// The numbers that rotated files have, in order.
    func numbers() throws(Errno) -> [Int] {
        let prefix = Array((base + ".").utf8)
        var result: [Int] = []
        for entry in try here.entries() {
            let bytes = Array(entry.utf8)
            guard bytes.starts(with: prefix) else { continue }
            let rest = bytes[prefix.count...]
            let digits = rest.prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
            let suffix = rest[digits.endIndex...]
            guard suffix.isEmpty || suffix.elementsEqual(".gz".utf8), (1...6).contains(digits.count) else { continue }
            result.append(digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) })
        }
        return result.sorted()
    }
}
