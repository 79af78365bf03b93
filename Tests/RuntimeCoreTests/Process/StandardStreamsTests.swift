import Linux
import RuntimeCore
import Testing

@Suite("Standard streams")
struct StandardStreamsTests {
    private static func leave(_ status: Int32) { ThisProcess.exit(status) }

    @Test("PR-18: a standard stream that the caller left closed is /dev/null")
    func closed() async {
        await #expect(processExitsWith: .exitCode(0)) {
            try FileDescriptor(owning: 0).close()
            try StandardStreams.ensureOpen()
            let isNull = try BorrowedDescriptor.standardInput.status().isNull
            let isInherited = try !BorrowedDescriptor.standardInput.isCloseOnExec()
            let file = try BorrowedDescriptor.currentDirectory.open("/", .read)
            Self.leave(isNull && isInherited && file.rawValue > 2 ? 0 : 1)
        }
    }

    @Test("PR-9: of the descriptors only those below the limit and the kept ones stay open")
    func closing() async {
        await #expect(processExitsWith: .exitCode(0)) {
            let here = BorrowedDescriptor.currentDirectory
            let files = [try here.open("/", .read).release(), try here.open("/", .read).release()]
            let kept = BorrowedDescriptor(files[1])
            try DescriptorTable.close(from: 3, keeping: [kept, .standardError])
            let keptIsOpen = try kept.isCloseOnExec()
            do {
                _ = try BorrowedDescriptor(files[0]).isCloseOnExec()
                Self.leave(1)
            } catch {
                Self.leave(keptIsOpen && (error as? Errno) == .badDescriptor ? 0 : 2)
            }
        }
    }
}
