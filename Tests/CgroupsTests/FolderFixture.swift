import Linux
import OCI
import Testing

@testable import Cgroups

/// A folder of its own below /tmp that stands for a cgroup, and goes with the test.
struct FolderFixture: ~Copyable {
    let path: String

    init() throws {
        let name = "/tmp/cgroups-tests-\(UInt64.random(in: 0 ... .max))"
        try HostFile.makeDirectory(name, mode: 0o700)
        path = name
    }

    deinit { Self.remove(path) }

    /// Writes a file, and the folders above it.
    func write(_ file: String, _ text: String) throws {
        var folder = path
        for part in file.split(separator: "/").dropLast() {
            folder += "/\(part)"
            if !HostFile.exists(folder) { try HostFile.makeDirectory(folder, mode: 0o700) }
        }
        let flags: OpenFlags = [.write, .create, .truncate]
        let opened = try BorrowedDescriptor.currentDirectory.open("\(path)/\(file)", flags, mode: 0o600)
        try opened.writeAll(Array(text.utf8))
    }

    func read(_ file: String) throws -> String { try HostFile.readText("\(path)/\(file)") }

    private static func remove(_ path: String) {
        guard let folder = try? BorrowedDescriptor.currentDirectory.open(path, [.read, .directory, .noFollow]) else {
            try? BorrowedDescriptor.currentDirectory.unlink(path)
            return
        }
        for name in (try? folder.entries()) ?? [] { remove("\(path)/\(name)") }
        try? HostFile.removeDirectory(path)
    }
}

/// The text of what `body` throws.
func failure(_ body: () throws -> Void) -> String {
    do {
        try body()
        return "nothing thrown"
    } catch { return "\(error)" }
}

extension Resources.DeviceRule {
    /// `allow c 1:3 rwm`, as in the kernel's files.
    init(_ text: String) {
        let fields = text.split { $0 == " " || $0 == ":" }
        self.init(allow: fields[0] == "allow")
        type = String(fields[1])
        major = Int64(fields[2])
        minor = Int64(fields[3])
        access = String(fields[4])
    }
}

extension Cgroup {
    /// Both parts at once, and nothing left of a failure.
    func create(resources: Resources) throws(RuntimeError) {
        var construction = CgroupConstruction(self, resources: resources)
        do {
            try construction.begin()
            try construction.complete()
        } catch {
            construction.undo()
            throw error
        }
    }
}
