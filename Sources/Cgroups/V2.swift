internal import Linux
internal import OCI

/// cgroup v2 (the kernel's Documentation/admin-guide/cgroup-v2.rst).
enum V2 {
    /// Gives a new cgroup the controllers that its limits need. Without limits nothing is read or written, unless
    /// parents were made: those get all there are, for the containers to come and for the numbers that `events` tells.
    static func prepare(_ path: String, madeParents: Bool, resources: Resources) throws(RuntimeError) {
        let needed = neededControllers(resources)
        if needed.isEmpty && !madeParents { return }
        try refuseThreaded(path, needed: needed)
        let present = words(try CgroupFile.read("\(path)/cgroup.controllers"))
        if !madeParents && needed.allSatisfy(present.contains) { return }
        enableControllers(above: path)
    }

    /// Enables what the topmost cgroup of the mount has, in every cgroup from there to the parent of `path`. What does
    /// not work (a parent that holds processes, a controller that v1 has) shows when a limit is written.
    private static func enableControllers(above path: String) {
        let ancestors = cgroupAncestors(of: path)
        guard let top = ancestors.first else { return }
        var available: [String] = []
        ignoreFailure { () throws(RuntimeError) in available = words(try CgroupFile.read("\(top)/cgroup.controllers")) }
        if available.isEmpty { return }
        let all = available.map { "+" + $0 }
        for ancestor in ancestors {
            let file = "\(ancestor)/cgroup.subtree_control"
            do { try CgroupFile.write(file, all.joined(separator: " ")) } catch {
                for one in all { ignoreFailure { () throws(RuntimeError) in try CgroupFile.write(file, one) } }
            }
        }
    }

    /// The cgroups above `path`, the topmost first.
    private static func cgroupAncestors(of path: String) -> [String] {
        var result: [String] = []
        var current = parent(of: path)
        while current != "/", HostFile.exists("\(current)/cgroup.subtree_control") {
            result.insert(current, at: 0)
            current = parent(of: current)
        }
        return result
    }

    /// Limits that only a domain cgroup can have are refused below threaded cgroups (cgroup-v2.rst, "Threads").
    private static func refuseThreaded(_ path: String, needed: [String]) throws(RuntimeError) {
        guard let text = try CgroupFile.readIfPresent("\(path)/cgroup.type") else { return }
        let type = text.split(separator: "\n").first ?? ""
        guard type != "domain" else { return }
        if needed.contains(where: { ["memory", "io", "cpu", "hugetlb"].contains($0) }) {
            let state = type == "domain invalid" ? "an invalid state" : "\(type) mode"
            throw RuntimeError(
                .kernel,
                "cannot enter cgroupv2 \"\(path)\" with domain controllers -- it is in \(state)"
            )
        }
        _ = try makeThreaded(path)
    }

    /// A cgroup below a threaded one takes processes only when it is threaded too. False if that is not the case.
    static func makeThreaded(_ path: String) throws(RuntimeError) -> Bool {
        guard let type = try CgroupFile.readIfPresent("\(path)/cgroup.type"), type.hasPrefix("domain invalid") else {
            return false
        }
        try CgroupFile.write("\(path)/cgroup.type", "threaded")
        return true
    }

    static func words(_ text: String) -> [String] {
        text.split { $0 == " " || $0 == "\n" }.map(String.init)
    }
}
