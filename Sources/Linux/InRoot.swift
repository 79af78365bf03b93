internal import CLinux

// Paths inside a root that is not ours: each lookup is confined by the kernel (openat2(2), Linux 5.6), and what is
// missing is made below descriptors. CVE-2021-30465, CVE-2024-45310, CVE-2026-41579 came from doing it by path.

extension OpenFlags {
    // Whole sets, since a set put together in another module is a generic call (see `MountFlags`).

    /// `O_PATH|O_DIRECTORY`
    package static let folder: OpenFlags = [.path, .directory]
    /// `O_PATH|O_DIRECTORY|O_NOFOLLOW`
    package static let plainFolder: OpenFlags = [.path, .directory, .noFollow]
    /// `O_PATH|O_NOFOLLOW`: the file that has the name, be it a link.
    package static let named: OpenFlags = [.path, .noFollow]
    /// `O_RDONLY|O_DIRECTORY`
    package static let listing: OpenFlags = [.read, .directory]
    /// `O_WRONLY|O_CREAT|O_EXCL|O_NOFOLLOW`
    package static let newFile: OpenFlags = [.write, .create, .exclusive, .noFollow]
}

/// A name in an open folder; the name is no link that was followed, and may be missing.
package struct Place: ~Copyable {
    package let folder: FileDescriptor
    package let name: String
}

/// What a lookup gave.
package enum Found: ~Copyable {
    case file(FileDescriptor)
    case missing
    case failed(Errno)
}

extension Descriptor where Self: ~Copyable {
    /// Opens `path` as if this folder were `/`, with links followed inside it. Repeats what a rename disturbed
    /// (`EAGAIN`, which `..` below a changing tree gives).
    package borrowing func find(
        inRoot path: String,
        _ flags: OpenFlags = .path,
        links: Bool = true
    ) throws(Errno) -> FileDescriptor {
        switch look(inRoot: path, flags, links: links) {
        case .file(let file): return file
        case .missing: throw .noEntry
        case .failed(let errno): throw errno
        }
    }

    /// `find`, for paths of which many are missing: that is told without throwing, which is dear when it is the first time.
    package borrowing func look(inRoot path: String, _ flags: OpenFlags = .path, links: Bool = true) -> Found {
        let resolve: Resolve = links ? [.inRoot, .noMagicLinks] : [.inRoot, .noMagicLinks, .noSymlinks]
        var attempts = 0
        while true {
            let result = unsafe clinux_openat2(rawValue, path, UInt64(flags.rawValue), 0, resolve.rawValue)
            if result >= 0 { return .file(FileDescriptor(owning: result)) }
            attempts += 1
            switch Errno(-result) {
            case .again where attempts < 128, .interrupted: continue
            case .noEntry: return .missing
            case let other: return .failed(other)
            }
        }
    }

    /// The folder at `path`; what is missing is made with `mode`, and also where a link on the way leads to nothing.
    package borrowing func makeDirectories(inRoot path: String, mode: UInt32 = 0o755) throws(Errno) -> FileDescriptor {
        do { return try find(inRoot: path, [.path, .directory]) } catch {
            guard error == .noEntry else { throw error }
        }
        if let folder = try makeLast(inRoot: path, mode: mode) { return folder }
        return try makeDirectories(try resolve(inRoot: path)[...], mode: mode)
    }

    /// The common case: only the last part of a clean path is missing, and there is no link on the way to it. nil where
    /// it is another. Makes a folder, or with `asFile` an empty file.
    package borrowing func makeLast(
        inRoot path: String,
        asFile: Bool = false,
        mode: UInt32
    ) throws(Errno) -> FileDescriptor? {
        let result = unsafe clinux_make_last(rawValue, path, asFile ? 1 : 0, mode)
        if result >= 0 { return FileDescriptor(owning: result) }
        switch Errno(-result) {
        // The parent is missing too, or there are links on the way, or one that leads to nothing.
        case .noEntry, .exists, .loop, .invalid, .again: return nil
        case let other: throw other
        }
    }

    /// The folder that holds the last part of `path`, made if it is missing, and the name of that part.
    package borrowing func makeParent(
        inRoot path: String,
        mode: UInt32 = 0o755
    ) throws(Errno) -> Place {
        let parts = try resolve(inRoot: path)
        guard let name = parts.last else { throw .isDirectory }
        return Place(folder: try makeDirectories(parts.dropLast(), mode: mode), name: name)
    }

    /// A new, empty file at `path`, with the folders above it.
    package borrowing func makeFile(inRoot path: String, mode: UInt32 = 0o644) throws(Errno) -> FileDescriptor {
        let place = try makeParent(inRoot: path)
        return try place.folder.open(place.name, .newFile, mode: mode)
    }

    /// The parts of `path` with every link in them replaced, as if this folder were `/`. A part that is missing stays as
    /// it is, so the result is a place that can be made. It is only a candidate: open it without following links.
    package borrowing func resolve(inRoot path: String) throws(Errno) -> [String] {
        var pending = Array(parts(of: path).reversed())
        var done: [String] = []
        var links = 0
        while let part = pending.popLast() {
            if part == ".." {
                _ = done.popLast()
                continue
            }
            done.append(part)
            guard let target = try linkTarget(of: done) else { continue }
            links += 1
            if links > 255 { throw .loop }
            done = target.utf8.first == 0x2f ? [] : done.dropLast()
            pending.append(contentsOf: parts(of: target).reversed())
        }
        return done
    }

    /// Where a link points to; nil for what is no link, or is missing.
    private borrowing func linkTarget(of parts: [String]) throws(Errno) -> String? {
        do {
            let file = try find(inRoot: parts.joined(separator: "/"), [.path, .noFollow], links: false)
            guard try file.status().kind == .symlink else { return nil }
            return try file.readLink("")
        } catch {
            if error == .noEntry { return nil }
            throw error
        }
    }

    private borrowing func makeDirectories(_ parts: ArraySlice<String>, mode: UInt32) throws(Errno) -> FileDescriptor {
        var folder = try open(".", [.path, .directory])
        for part in parts { folder = try folder.enter(part, mode: mode) }
        return folder
    }

    private borrowing func enter(_ name: String, mode: UInt32) throws(Errno) -> FileDescriptor {
        let confined: Resolve = [.beneath, .noSymlinks]
        do { return try open(name, [.path, .directory], resolve: confined) } catch {
            guard error == .noEntry else { throw error }
        }
        do { try makeDirectory(name, mode: mode) } catch {
            guard error == .exists else { throw error }
        }
        return try open(name, [.path, .directory], resolve: confined)
    }
}

/// The names in a path, without empty ones and `.`.
private func parts(of path: String) -> [String] {
    path.utf8.split(separator: 0x2f).compactMap { $0.elementsEqual([0x2e]) ? nil : String($0) }
}
