internal import Linux
package import OCI

/// One mount to make: an entry of config.json's `mounts`, understood.
package struct MountRequest: Equatable, Sendable {
    /// As in config.json, for messages; for a bind made absolute.
    package var source: String
    /// Inside the container: absolute, without `.` and `..`.
    package var destination: String
    /// `bind` for every bind, whatever the entry says.
    package var type: String
    package var options: MountOptions
    /// Files are still made in it, so it becomes read-only at the end, by `RootfsStep.readOnlyMounts`.
    package var readOnlyLater = false

    package var isBind: Bool { options.flags.contains(.bind) }

    package init(source: String, destination: String, type: String, options: MountOptions) {
        self.source = source
        self.destination = destination
        self.type = type
        self.options = options
    }

    /// `rootfs` and `bundle` are absolute paths of the host.
    package init(_ mount: Mount, rootfs: String, bundle: String) throws(RuntimeError) {
        options = try MountOptions(mount.options)
        source = mount.source ?? ""
        destination = ContainerPath.clean(ContainerPath.strip(mount.destination, root: rootfs))
        type = mount.type ?? ""
        for text in mount.options { try MountRequest.refuseNul(text) }
        try MountRequest.refuseNul(source)
        try MountRequest.refuseNul(destination)
        try MountRequest.refuseNul(type)
        if isBind {
            type = "bind"
            if source.utf8.first != 0x2f { source = "\(bundle)/\(source)" }
            guard options.data.isEmpty else {
                throw RuntimeError(
                    .invalidSpec,
                    "bind mounts cannot have any filesystem-specific options applied"
                )
            }
        } else {
            readOnlyLater = options.flags.contains(.readOnly) && (type == "tmpfs" || destination == "/dev")
        }
    }

    /// A NUL would end the string that the kernel gets, and what follows would be ignored.
    private static func refuseNul(_ text: String) throws(RuntimeError) {
        for byte in text.utf8 where byte == 0 { throw RuntimeError(.invalidSpec, "mount field contains null byte") }
    }
}

extension MountRequest: CustomStringConvertible {
    /// `mount proc on /proc (type proc, flags MS_NOSUID|MS_NODEV|MS_NOEXEC)`
    package var description: String {
        var text = "mount \(source) on \(destination) (type \(type), flags \(options.flags)"
        if !options.cleared.isEmpty { text += ", cleared \(options.cleared)" }
        if let below = options.below { text += ", below +\(below.set) -\(below.clear)" }
        for flags in options.propagation { text += ", propagation \(flags)" }
        if !options.data.isEmpty { text += ", data \(options.data.joined(separator: ","))" }
        if options.copyUp { text += ", copied up" }
        if readOnlyLater { text += ", read-only later" }
        return text + ")"
    }

    /// What an error names: the call, both ends, type, flags and data.
    package var attempted: String {
        let data = options.data.joined(separator: ",")
        return
            "mount \"\(source)\" to \"\(destination)\" (type \(type), flags \(options.flags), data \"\(data)\")"
    }

    /// How runc begins an error about a mount; callers match it.
    package var failure: String { "error mounting \"\(source)\" to rootfs at \"\(destination)\"" }
}

/// Paths as text: what is right for a container path only before links are looked at.
package enum ContainerPath {
    /// Absolute, without empty parts, `.` and `..`; `..` cannot leave the root.
    package static func clean(_ path: String) -> String {
        if isClean(path) { return path }
        var result: [String] = []
        for part in path.utf8.split(separator: 0x2f) {
            if part.elementsEqual([0x2e]) { continue }
            if part.elementsEqual([0x2e, 0x2e]) {
                _ = result.popLast()
            } else {
                result.append("/" + String(Substring(part)))
            }
        }
        return result.joined().orRoot
    }

    /// Nearly every path is, so nothing is allocated to find out.
    private static func isClean(_ path: String) -> Bool {
        guard path.utf8.first == 0x2f else { return false }
        if path.utf8.count == 1 { return true }
        var name = (length: 0, dots: 0)
        for byte in path.utf8.dropFirst() {
            if byte != 0x2f {
                name.length += 1
                if byte == 0x2e { name.dots += 1 }
                continue
            }
            if isOdd(name) { return false }
            name = (0, 0)
        }
        return !isOdd(name)
    }

    /// An empty name, `.` or `..`.
    private static func isOdd(_ name: (length: Int, dots: Int)) -> Bool { name.length == name.dots && name.dots < 3 }

    /// `path` without `root` in front: some callers name a destination by its place on the host.
    package static func strip(_ path: String, root: String) -> String {
        guard path.hasPrefix(root), root != "/" else { return path }
        let rest = path.utf8.dropFirst(root.utf8.count)
        guard let next = rest.first else { return "/" }
        return next == 0x2f ? String(Substring(rest)) : path
    }

    /// The folder above a clean path.
    package static func parent(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: 0x2f) else { return "/" }
        return String(path[..<slash]).orRoot
    }

    /// The last part of a clean path.
    package static func name(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: 0x2f) else { return path }
        return String(path[path.utf8.index(after: slash)...])
    }
}

extension String {
    fileprivate var orRoot: String { isEmpty ? "/" : self }
}
