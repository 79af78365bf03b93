package import Linux

/// Looks for a user's home directory in the text of a passwd(5), which comes from an image and may be anything.
package struct HomeDirectorySearch {
    private let user: UInt32
    private var line: [UInt8] = []
    private var lineIsTooLong = false
    /// The home directory, once its line has been seen.
    package private(set) var result: String?

    /// A line that is longer is passed over.
    package static let longestLine = 64 << 10

    package init(user: UInt32) { self.user = user }

    /// Takes the next bytes of the file.
    package mutating func feed(_ bytes: [UInt8]) {
        for part in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
            if part.offset > 0 { endLine() }
            if result != nil { return }
            append(part.element)
        }
    }

    /// The last line needs no newline.
    package mutating func finish() {
        if result == nil { endLine() }
    }

    private mutating func append(_ bytes: ArraySlice<UInt8>) {
        if line.count + bytes.count > HomeDirectorySearch.longestLine { lineIsTooLong = true }
        if !lineIsTooLong { line += bytes }
    }

    private mutating func endLine() {
        if !lineIsTooLong { result = home(in: line) }
        line.removeAll(keepingCapacity: true)
        lineIsTooLong = false
    }

    /// `name:password:uid:gid:comment:home:shell`. A uid that is not wholly a number is nobody's, least of all root's.
    private func home(in line: [UInt8]) -> String? {
        let fields = line.split(separator: UInt8(ascii: ":"), maxSplits: 6, omittingEmptySubsequences: false)
        guard fields.count >= 6, decimal(fields[2]) == user, !fields[5].contains(0) else { return nil }
        return String(decoding: fields[5], as: UTF8.self)
    }

    private func decimal(_ digits: ArraySlice<UInt8>) -> UInt32? {
        guard !digits.isEmpty, digits.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return UInt32(String(decoding: digits, as: UTF8.self))
    }
}

package enum HomeDirectory {
    /// Bytes of /etc/passwd that are looked at.
    package static let limit = 4 << 20

    /// The home of `user` in this process's /etc/passwd, `/` where that says nothing: to be called inside the container.
    /// Whatever is wrong with the file is no reason not to start.
    package static func of(_ user: UInt32) -> String {
        do {
            // A fifo must not block, and a magic link must not lead to a descriptor of ours.
            let file = try BorrowedDescriptor.currentDirectory.open(
                "/etc/passwd",
                [.read, .nonBlocking, .noControllingTerminal],
                resolve: .noMagicLinks
            )
            guard try file.status().kind == .regular else { return "/" }
            return try search(file, for: user) ?? "/"
        } catch {
            return "/"
        }
    }

    package static func search(
        _ file: borrowing some Descriptor & ~Copyable,
        for user: UInt32,
        limit: Int = limit
    ) throws(Errno) -> String? {
        var search = HomeDirectorySearch(user: user)
        var read = 0
        while search.result == nil, read < limit {
            let chunk = try file.read(upTo: 4096)
            if chunk.isEmpty {
                search.finish()
                break
            }
            read += chunk.count
            search.feed(chunk)
        }
        return search.result
    }
}
