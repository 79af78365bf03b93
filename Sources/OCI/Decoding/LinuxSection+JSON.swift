internal import JSON

extension LinuxSection: JSONObject {
    mutating func members(_ json: inout JSONReader) throws(JSONError) {
        try json.member("namespaces", &namespaces)
        try json.member("devices", &devices)
        try json.member("cgroupsPath", &cgroupsPath)
        try json.member("resources", &resources)
        try json.member("rootfsPropagation", &rootfsPropagation)
        try json.member("seccomp", &seccomp)
        try json.member("sysctl", &sysctl)
        try json.member("maskedPaths", &maskedPaths)
        try json.member("readonlyPaths", &readonlyPaths)
        try json.flag("uidMappings")
        try json.flag("gidMappings")
        try json.flag("timeOffsets")
        try json.flag("netDevices")
        try json.flag("intelRdt")
        try json.flag("memoryPolicy")
        try json.flag("personality")
        try json.flag("mountLabel")
    }
}

extension LinuxSection.Namespace: JSONDecodable {
    init(from json: inout JSONReader) throws(JSONError) {
        var kind: LinuxSection.NamespaceKind?
        var path: String?
        try json.object { (json) throws(JSONError) in
            try json.member("type", &kind)
            try json.member("path", &path)
        }
        self.init(kind: try json.required(kind, "type"), path: path)
        if kind == .user || kind == .time { json.flag(path: "\(json.path): \(self.kind.rawValue)") }
    }
}

extension LinuxSection.NamespaceKind: JSONDecodable {
    init(from json: inout JSONReader) throws(JSONError) {
        let word = try json.text()
        guard let kind = LinuxSection.NamespaceKind(rawValue: word) else {
            throw json.invalid("unknown namespace \(quoted(word))")
        }
        self = kind
    }
}

extension LinuxSection.Device.Kind: JSONDecodable {
    init(from json: inout JSONReader) throws(JSONError) {
        let word = try json.text()
        guard let kind = LinuxSection.Device.Kind(rawValue: word) else {
            throw json.invalid("unknown device type \(quoted(word))")
        }
        self = kind
    }
}

extension LinuxSection.Device: JSONDecodable {
    init(from json: inout JSONReader) throws(JSONError) {
        var path: String?
        var kind: Kind?
        var major: UInt32?
        var minor: UInt32?
        var device = LinuxSection.Device(path: "", kind: .character)
        try json.object { (json) throws(JSONError) in
            try json.member("path", &path)
            try json.member("type", &kind)
            try json.member("major", &major)
            try json.member("minor", &minor)
            try json.member("fileMode", &device.fileMode)
            try json.member("uid", &device.uid)
            try json.member("gid", &device.gid)
        }
        device.path = try json.required(path, "path")
        device.kind = try json.required(kind, "type")
        // config-linux.md, "Devices": REQUIRED unless it is a pipe.
        device.major = try device.kind == .fifo ? major ?? 0 : json.required(major, "major")
        device.minor = try device.kind == .fifo ? minor ?? 0 : json.required(minor, "minor")
        self = device
    }
}
