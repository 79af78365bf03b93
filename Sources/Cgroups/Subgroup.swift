package import OCI

extension Cgroup {
    /// The existing cgroup below this one that `exec --cgroup` names: one path for all, or on v1 any number of
    /// `controller[,controller…]:path`, the other controllers keeping theirs. Of no arguments: the cgroup itself.
    package func subgroup(_ arguments: [String]) throws(RuntimeError) -> Cgroup {
        let chosen = try Cgroup.subgroupPaths(arguments)
        if chosen.isEmpty { return self }
        if let path = chosen[""] {
            var all: [String: String] = [:]
            for (controller, base) in paths { all[controller] = try Cgroup.below(base, path) }
            return Cgroup(paths: all)
        }
        var result = paths
        for (controller, path) in chosen.sorted(by: { $0.key < $1.key }) {
            guard unifiedPath == nil, let base = paths[controller] else {
                throw RuntimeError(.usage, "unknown controller \(controller) in SubCgroupPaths")
            }
            // Controllers that are mounted together are one hierarchy: there a process is in one place.
            for (other, otherBase) in paths where otherBase == base && chosen[other] == nil {
                result[other] = try Cgroup.below(base, path)
            }
            result[controller] = try Cgroup.below(base, path)
        }
        return Cgroup(paths: result)
    }

    /// `base/path`, which must not lead out of `base`.
    private static func below(_ base: String, _ path: String) throws(RuntimeError) -> String {
        var depth = 0
        for part in path.utf8.split(separator: UInt8(ascii: "/")) where !part.elementsEqual(".".utf8) {
            depth += part.elementsEqual("..".utf8) ? -1 : 1
            if depth < 0 { throw RuntimeError(.usage, "bad sub cgroup path: \(path)") }
        }
        return joined(base, path)
    }

    /// Controller to path; "" for a path that is for all.
    static func subgroupPaths(_ arguments: [String]) throws(RuntimeError) -> [String: String] {
        var result: [String: String] = [:]
        for argument in arguments {
            guard let colon = argument.firstIndex(of: ":") else {
                if arguments.count != 1 {
                    let text = "invalid --cgroup argument: \(argument) (missing <controller>: prefix)"
                    throw RuntimeError(.usage, text)
                }
                return ["": argument]
            }
            let path = String(argument[argument.index(after: colon)...])
            for controller in argument[..<colon].split(separator: ",", omittingEmptySubsequences: false) {
                if controller.isEmpty {
                    let text = "invalid --cgroup argument: \(argument) (empty <controller> prefix)"
                    throw RuntimeError(.usage, text)
                }
                if result.updateValue(path, forKey: String(controller)) != nil {
                    let text = "invalid --cgroup argument(s): controller \(controller) specified multiple times"
                    throw RuntimeError(.usage, text)
                }
            }
        }
        return result
    }
}
