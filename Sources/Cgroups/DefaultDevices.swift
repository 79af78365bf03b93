package import OCI

extension Cgroup {
    /// What every container may use, after the rules of its config.json: making any node (which gives no access to the
    /// device behind it), and the devices of config-linux.md "Default Devices", with pseudo terminals and, as in runc
    /// (opencontainers/runc#3468), /dev/net/tun.
    package static let defaultDeviceRules = deviceRules(withoutNodes: [])

    /// The rules for a container: its own, then the defaults but those for nodes that `linux.devices` describes itself.
    package static func deviceRules(
        _ own: [Resources.DeviceRule],
        nodes: [String] = []
    ) -> [Resources.DeviceRule] {
        own + (nodes.isEmpty ? defaultDeviceRules : deviceRules(withoutNodes: nodes))
    }

    private static func deviceRules(withoutNodes nodes: [String]) -> [Resources.DeviceRule] {
        let table: [(node: String, type: String, major: Int64?, minor: Int64?, access: String)] = [
            ("", "c", nil, nil, "m"),
            ("", "b", nil, nil, "m"),
            ("/dev/null", "c", 1, 3, "rwm"),
            ("/dev/random", "c", 1, 8, "rwm"),
            ("/dev/full", "c", 1, 7, "rwm"),
            ("/dev/tty", "c", 5, 0, "rwm"),
            ("/dev/zero", "c", 1, 5, "rwm"),
            ("/dev/urandom", "c", 1, 9, "rwm"),
            ("/dev/pts/*", "c", 136, nil, "rwm"),
            ("/dev/ptmx (5:2)", "c", 5, 2, "rwm"),
            ("/dev/net/tun (10:200)", "c", 10, 200, "rwm"),
        ]
        return table.filter { !nodes.contains($0.node) }.map { (row) in
            var rule = Resources.DeviceRule(allow: true)
            rule.type = row.type
            rule.major = row.major
            rule.minor = row.minor
            rule.access = row.access
            return rule
        }
    }
}
