import Glibc
import Linux
import OCI
import Testing

@testable import ContainerLog

/// What somebody else has put under a name of the log.
@Suite("Planted files")
struct PlantedTests {
    private let secret = String(repeating: record("secret\\n"), count: 10) + "torn"

    /// A folder with a file that is nobody's to read beside the log.
    private func makeFolder() throws -> LogFolder {
        let folder = try LogFolder()
        try folder.write(secret, ".secret")
        return folder
    }

    private func isUntouched(_ folder: borrowing LogFolder) throws -> Bool { try folder.text(".secret") == secret }

    @Test("LG-12: a log that is a link is refused, and what it leads to keeps its torn line")
    func linkedLog() throws {
        let folder = try makeFolder()
        try folder.plant("", linkTo: folder.log + ".secret")
        let path = folder.log
        #expect(throws: Errno.loop) { _ = try LogWriter(path: path, options: .with()) }
        #expect(throws: Errno.loop) { _ = try LogReader(path: path, query: LogQuery()) }
        let untouched = try isUntouched(folder)
        #expect(untouched)
    }

    @Test("LG-12: a log with a second link is one")
    func hardLink() throws {
        let folder = try LogFolder()
        try folder.write(record("one\\n"))
        #expect(link(folder.log, folder.log + ".backup") == 0)
        var writer = try LogWriter(path: folder.log, options: .with())
        var buffer = try StreamBuffer()
        buffer.feed("two\n", to: &writer)
        #expect(try folder.text(".backup") == record("one\\n") + record("two\\n"))
    }

    @Test("LG-12: pipes and links among the rotated files are not read")
    func reader() throws {
        let folder = try makeFolder()
        try folder.write(record("one\\n"))
        try folder.write(record("zero\\n"), ".3")
        try folder.plant(".1", linkTo: folder.log + ".secret")
        try folder.plant(".2")
        try folder.plant(".4.gz")
        let path = folder.log
        #expect(try texts(read(path)) == ["zero\n", "one\n"])
    }

    @Test("LG-23: the compressor begins with a new file, whatever has its name", arguments: [true, false])
    func unfinished(isPipe: Bool) async {
        // A process of its own: the fault would be a hang.
        await #expect(processExitsWith: .success) { [isPipe] in
            alarm(60)
            let folder = try LogFolder()
            var writer = try LogWriter(path: folder.log, options: .with(maxSize: 1, compress: true))
            var buffer = try StreamBuffer()
            buffer.feed("one\n", to: &writer)
            try folder.write("secret", ".secret")
            try folder.plant(".gz.tmp", linkTo: isPipe ? nil : folder.log + ".secret")
            buffer.feed("two\n", to: &writer)
            try require(writer.finish(milliseconds: 30000))
            try require(folder.names == ["c.log", "c.log.1.gz", "c.log.secret"])
            try require(folder.text(".secret") == "secret")
            try require(texts(try read(folder.log)) == ["one\n", "two\n"])
        }
    }

    @Test("LG-23: a link is not compressed, and what is has no more readers than before")
    func linkedSource() async {
        await #expect(processExitsWith: .success) {
            let folder = try LogFolder()
            try folder.write(record("zero\\n"))
            try folder.write(record("secret\\n"), ".secret")
            try folder.plant(".1", linkTo: folder.log + ".secret")
            var writer = try LogWriter(path: folder.log, options: .with(maxSize: 1, maxFile: 4, compress: true))
            var buffer = try StreamBuffer()
            buffer.feed("one\n", to: &writer)
            try require(writer.finish(milliseconds: 30000))
            try require(folder.names == ["c.log", "c.log.1.gz", "c.log.2", "c.log.secret"])
            try require(folder.status(".2").kind == .symlink)
            // The file was made with 0600.
            try require(folder.status(".1.gz").permissions == 0o600)
        }
    }

    @Test("LG-19: a folder that others can change is refused, unless it is root's or ours or has the sticky bit")
    func folderMode() {
        #expect(LogName.isUnsafe(0o777, owner: 1000, user: 0))
        #expect(LogName.isUnsafe(0o775, owner: 1000, user: 0))
        #expect(LogName.isUnsafe(0o757, owner: 1000, user: 1001))
        #expect(!LogName.isUnsafe(0o755, owner: 1000, user: 0))
        #expect(!LogName.isUnsafe(0o1777, owner: 1000, user: 0))
        #expect(!LogName.isUnsafe(0o775, owner: 0, user: 1000))
        #expect(!LogName.isUnsafe(0o770, owner: 1000, user: 1000))
    }

    @Test("LG-19: the refusal, at open and at reopen", .enabled(if: geteuid() == 0))
    func folder() throws {
        let folder = try LogFolder()
        let path = folder.log
        var writer = try LogWriter(path: path, options: .with())
        #expect(chown(folder.path, 1234, 1234) == 0 && chmod(folder.path, 0o777) == 0)
        #expect(throws: Errno.notPermitted) { _ = try LogWriter(path: path, options: .with()) }
        #expect(LogWriter.hasUnsafeFolder(path))
        do throws(Errno) {
            try writer.reopen()
            Issue.record("it was opened")
        } catch { #expect(error == .notPermitted) }
        #expect(chmod(folder.path, 0o1777) == 0)
        _ = try LogWriter(path: path, options: .with())
        #expect(!LogWriter.hasUnsafeFolder(path))
    }

    @Test("LG-50: numbers that are far apart cost nothing")
    func sparse() throws {
        let folder = try LogFolder()
        for (text, suffix) in [("4", ".999999"), ("3", ".7"), ("2", ".2"), ("1", ".1"), ("0", "")] {
            try folder.write(record("\(text)\\n"), suffix)
        }
        let start = Clock.monotonic()
        for _ in 0..<10 { #expect(try texts(read(folder.log)) == ["4\n", "3\n", "2\n", "1\n", "0\n"]) }
        #expect(Clock.monotonic() - start < 5_000_000_000)
    }
}
