import Foundation
import Linux
import OCI
import ShimProtocol
import Testing

@Suite struct RecoveryTests {
    private let path = NSTemporaryDirectory() + "recovery-" + UUID().uuidString

    /// Another process that has the folder's lock for this long.
    private func holder(seconds: String) throws -> Foundation.Process {
        let process = Foundation.Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/flock")
        process.arguments = ["--no-fork", "\(path)/lock", "sh", "-c", "echo; exec sleep \(seconds)"]
        let output = Foundation.Pipe()
        process.standardOutput = output
        try process.run()
        _ = try output.fileHandleForReading.read(upToCount: 1)
        return process
    }

    @Test(
        "SM-61 a shim that is just about to go is waited for, one that stays is asked instead",
        arguments: [("0.3", .notFound), ("60", .wrongState)] as [(String, RuntimeError.Kind)]
    )
    func lock(seconds: String, kind: RuntimeError.Kind) throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        _ = try StateFolder.create(path).isNew
        let holder = try holder(seconds: seconds)
        defer { holder.terminate() }
        // Past the lock there is nothing in the folder.
        let error = #expect(throws: RuntimeError.self) { try Recovery.run(path, kills: false) }
        #expect(error?.kind == kind)
        // A folder that says nothing is as empty as it was.
        let names = try FileManager.default.contentsOfDirectory(atPath: path)
        #expect(names == (kind == .notFound ? [] : ["lock"]))
    }
}
