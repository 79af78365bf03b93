internal import Linux
internal import OCI

extension V1 {
    /// A v1 cpuset without CPUs takes no process: an empty one gets its parent's, but for what `resources` sets.
    static func inheritCPUs(_ path: String, isNew: Bool, resources: Resources) throws(RuntimeError) {
        try fill("cpuset.cpus", of: path, isNew: isNew, wanted: resources.cpu.cpuList)
        try fill("cpuset.mems", of: path, isNew: isNew, wanted: resources.cpu.memList)
    }

    private static func fill(_ file: String, of path: String, isNew: Bool, wanted: String) throws(RuntimeError) {
        if !isNew && wanted.isEmpty, try !firstLine(CgroupFile.read("\(path)/\(file)")).isEmpty { return }
        // The parent must have them first.
        let inherited = try effective(parent(of: path), file)
        try CgroupFile.write("\(path)/\(file)", wanted.isEmpty ? inherited : wanted)
    }

    /// The value of a cgroup, which is filled from above where it is empty; the topmost one never is.
    private static func effective(_ path: String, _ file: String) throws(RuntimeError) -> String {
        let value = firstLine(try CgroupFile.read("\(path)/\(file)"))
        if !value.isEmpty { return value }
        let inherited = try effective(parent(of: path), file)
        try CgroupFile.write("\(path)/\(file)", inherited)
        return inherited
    }
}

/// The first line, without its end.
func firstLine(_ text: String) -> String { text.split(separator: "\n").first.map { String($0) } ?? "" }
