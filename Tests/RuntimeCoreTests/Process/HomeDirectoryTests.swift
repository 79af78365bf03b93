import Linux
import OCI
import RuntimeCore
import Testing

@Suite("Home directories")
struct HomeDirectoryTests {
    private func home(_ text: String, of user: UInt32, pieces: Int = 7) -> String? {
        var search = HomeDirectorySearch(user: user)
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: pieces) {
            search.feed(Array(bytes[start..<min(start + pieces, bytes.count)]))
        }
        search.finish()
        return search.result
    }

    private let usual = """
        root:x:0:0:root:/root:/bin/sh
        # nobody reads this
        adm:x:3:4:adm:/var/adm:/bin/false

        two:x:3:4::/second:
        last:x:1000:1000::/home/last:/bin/sh
        """

    @Test("PR-6: the first line of the uid has the home", arguments: 1...40)
    func usual(pieces: Int) {
        #expect(home(usual, of: 0, pieces: pieces) == "/root")
        #expect(home(usual, of: 3, pieces: pieces) == "/var/adm")
        #expect(home(usual, of: 1000, pieces: pieces) == "/home/last")
        #expect(home(usual, of: 4, pieces: pieces) == nil)
    }

    @Test(
        "PR-6: a line that is not a whole entry is nobody's",
        arguments: [
            "x:x::0::/evil:", "x:x:0x0:0::/evil:", "x:x: 0:0::/evil:", "x:x:-0:0::/evil:", "x:x:+0:0::/evil:",
            "x:x:4294967296:0::/evil:", "x:x:99999999999999999999:0::/evil:", "x:x:0", "x:x:0:0:comment", ":::::", "0",
            "x:x:0:0::/evil\0:", "x:x:abc:0::/evil:",
        ]
    )
    func hostile(line: String) {
        #expect(home(line, of: 0) == nil)
        #expect(home(line + "\nroot:x:0:0::/root:", of: 0) == "/root")
    }

    @Test("PR-6: a line that is too long is passed over, whatever its end says")
    func longLine() {
        let long = String(repeating: "a", count: HomeDirectorySearch.longestLine) + ":x:0:0::/evil:"
        #expect(home(long, of: 0, pieces: 4096) == nil)
        #expect(home(long + "\nroot:x:0:0::/root:", of: 0, pieces: 4096) == "/root")
    }

    @Test("PR-6: a file without end is given up")
    func endless() throws {
        let zero = try BorrowedDescriptor.currentDirectory.open("/dev/zero", .read)
        #expect(try HomeDirectory.search(zero, for: 0, limit: 1 << 20) == nil)
    }

    @Test("PR-6: this host's root has the home that its passwd says")
    func host() throws {
        let text = try HostFile.readText("/etc/passwd")
        let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("root:") })
        #expect(HomeDirectory.of(0) == String(line.split(separator: ":", omittingEmptySubsequences: false)[5]))
        #expect(HomeDirectory.of(4_000_000_000) == "/")
    }
}
