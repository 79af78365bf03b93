import Foundation
import Linux
import OCI
import ShimProtocol
import Testing

@Suite struct StateFolderTests {
    private let base = NSTemporaryDirectory() + "shim-" + UUID().uuidString

    init() throws { try FileManager.default.createDirectory(atPath: base, withIntermediateDirectories: true) }

    @Test("SM-1 the folder is made with mode 0700, and its parent has to be there")
    func made() throws {
        defer { try? FileManager.default.removeItem(atPath: base) }
        let folder = try StateFolder.create("\(base)/s")
        let (isNew, status) = (folder.isNew, try folder.descriptor.status())
        #expect(isNew)
        #expect(status.permissions == 0o700)
        #expect(throws: RuntimeError.self) { _ = try StateFolder.create("\(base)/no/s").isNew }
        folder.empty(removing: true)
        #expect(!FileManager.default.fileExists(atPath: "\(base)/s"))
    }

    @Test(
        "SM-1 a folder that others can enter, a link and a file are refused",
        arguments: [0o701, 0o710, 0o750, 0o777]
    )
    func refused(mode: Int) throws {
        defer { try? FileManager.default.removeItem(atPath: base) }
        try FileManager.default.createDirectory(atPath: "\(base)/open", withIntermediateDirectories: false)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: "\(base)/open")
        try FileManager.default.createSymbolicLink(atPath: "\(base)/link", withDestinationPath: "open")
        #expect(FileManager.default.createFile(atPath: "\(base)/file", contents: nil))
        for name in ["open", "link", "file"] {
            #expect(throws: RuntimeError.self) { _ = try StateFolder.create("\(base)/\(name)").isNew }
        }
    }

    @Test("SM-2 a second shim is refused, a folder whose shim has gone is not")
    func locked() throws {
        defer { try? FileManager.default.removeItem(atPath: base) }
        do {
            let folder = try StateFolder.create("\(base)/s")
            let error = #expect(throws: RuntimeError.self) { _ = try StateFolder.create("\(base)/s").isNew }
            #expect(error?.kind == .exists)
            _ = consume folder
        }
        let isNew = try StateFolder.create("\(base)/s").isNew
        #expect(!isNew)
    }

    @Test("SM-2 an exit record that nobody has taken keeps the folder taken")
    func untaken() throws {
        defer { try? FileManager.default.removeItem(atPath: base) }
        do {
            let folder = try StateFolder.create("\(base)/s")
            let record = ExitRecord(id: "c", phase: "running")
            try folder.replace(StateFolder.Name.record, with: record.encode(), syncs: true)
            let read = try folder.readRecord()
            #expect(read == record)
            _ = consume folder
        }
        let error = #expect(throws: RuntimeError.self) { _ = try StateFolder.create("\(base)/s").isNew }
        #expect(error?.kind == .exists)
        try StateFolder.open("\(base)/s").empty(removing: false)
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(base)/s").isEmpty)
    }

    @Test("SM-1 SM-5 what is not a shim's is refused, and stays")
    func foreign() throws {
        defer { try? FileManager.default.removeItem(atPath: base) }
        let manager = FileManager.default
        try manager.createDirectory(atPath: "\(base)/s", withIntermediateDirectories: false)
        try manager.setAttributes([.posixPermissions: 0o700], ofItemAtPath: "\(base)/s")
        #expect(manager.createFile(atPath: "\(base)/s/precious", contents: nil))
        #expect(throws: RuntimeError.self) { _ = try StateFolder.create("\(base)/s").isNew }
        for name in ["lock", "exit.json", "socket", "call-1.log", ".pid"] {
            #expect(manager.createFile(atPath: "\(base)/s/\(name)", contents: nil))
        }
        try StateFolder.open("\(base)/s").empty(removing: true)
        #expect(try manager.contentsOfDirectory(atPath: "\(base)/s") == ["precious"])
    }

    @Test("SM-2 the folder of a shim that was killed is not taken over")
    func killed() throws {
        defer { try? FileManager.default.removeItem(atPath: base) }
        do {
            let folder = try StateFolder.create("\(base)/s")
            try folder.replace(StateFolder.Name.state, with: ShimStateFile().encode(), syncs: false)
            _ = consume folder
        }
        let error = #expect(throws: RuntimeError.self) { _ = try StateFolder.create("\(base)/s").isNew }
        #expect(error?.description.contains("recover") == true)
    }

    @Test("SM-30 a file that can't be replaced stays as it was")
    func replaced() throws {
        defer { try? FileManager.default.removeItem(atPath: base) }
        let folder = try StateFolder.create("\(base)/s")
        try folder.replace("exit.json", with: [1], syncs: false)
        try FileManager.default.createDirectory(atPath: "\(base)/s/exit.json.new", withIntermediateDirectories: false)
        let error = failure { () throws(Errno) in try folder.replace("exit.json", with: [2], syncs: false) }
        #expect(error == .isDirectory)
        let bytes = try folder.read("exit.json")
        #expect(bytes == [1])
    }
}

private func failure(_ body: () throws(Errno) -> Void) -> Errno? {
    do {
        try body()
        return nil
    } catch { return error }
}
