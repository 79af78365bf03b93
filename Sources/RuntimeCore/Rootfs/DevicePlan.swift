internal import OCI

/// What `/dev` holds in every container (config-linux.md, "Default Devices").
enum DevicePlan {
    /// Nodes first, then the links among them. Major and minor numbers: Documentation/admin-guide/devices.txt.
    static func append(_ wanted: [LinuxSection.Device], rootfs: String, to steps: inout [RootfsStep]) {
        appendDefault("null", 1, 3, unless: wanted, to: &steps)
        appendDefault("random", 1, 8, unless: wanted, to: &steps)
        appendDefault("full", 1, 7, unless: wanted, to: &steps)
        appendDefault("tty", 5, 0, unless: wanted, to: &steps)
        appendDefault("zero", 1, 5, unless: wanted, to: &steps)
        appendDefault("urandom", 1, 9, unless: wanted, to: &steps)
        for device in wanted {
            let path = ContainerPath.clean(ContainerPath.strip(device.path, root: rootfs))
            // That is a link into the container's own devpts, whatever the list says.
            if path != "/dev/ptmx" { steps.append(.device(device, NodePlace(path))) }
        }
        appendLink("ptmx", to: "pts/ptmx", replacing: true, &steps)
        appendLink("fd", to: "/proc/self/fd", &steps)
        appendLink("stdin", to: "/proc/self/fd/0", &steps)
        appendLink("stdout", to: "/proc/self/fd/1", &steps)
        appendLink("stderr", to: "/proc/self/fd/2", &steps)
        steps.append(.coreLink)
    }

    private static func appendLink(
        _ name: String,
        to target: String,
        replacing: Bool = false,
        _ steps: inout [RootfsStep]
    ) {
        steps.append(.link(NodePlace("/dev", name), to: target, replacing: replacing))
    }

    /// Mode 0666, owner 0:0; an entry of config.json for the same path comes instead.
    private static func appendDefault(
        _ name: String,
        _ major: UInt32,
        _ minor: UInt32,
        unless wanted: [LinuxSection.Device],
        to steps: inout [RootfsStep]
    ) {
        let path = "/dev/" + name
        for device in wanted where device.path == path { return }
        var device = LinuxSection.Device(path: path, kind: .character)
        device.major = major
        device.minor = minor
        steps.append(.device(device, NodePlace("/dev", name)))
    }
}
