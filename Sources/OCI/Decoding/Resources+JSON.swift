internal import JSON

extension Resources {
    /// Reads resources alone, as `update --resources` takes them.
    package static func parse(_ bytes: [UInt8]) throws(RuntimeError) -> Resources {
        try parseJSON(bytes) { (json) throws(JSONError) in try Resources(from: &json) }
    }
}

extension Resources: JSONObject {
    mutating func members(_ json: inout JSONReader) throws(JSONError) {
        try json.member("devices", &devices)
        try json.member("memory", &memory)
        try json.member("cpu", &cpu)
        try json.nested("pids") { (json) throws(JSONError) in try json.member("limit", &pidsLimit) }
        try json.member("blockIO", &blockIO)
        try json.member("hugepageLimits", &hugepageLimits)
        try json.nested("network") { (json) throws(JSONError) in
            try json.member("classID", &networkClassID)
            try json.member("priorities", &networkPriorities)
        }
        try json.member("rdma", &rdma)
        try json.member("unified", &unified)
    }
}

extension Resources.DeviceRule: JSONDecodable {
    init(from json: inout JSONReader) throws(JSONError) {
        var allow: Bool?
        var type: String?
        var rule = Resources.DeviceRule(allow: false)
        try json.object { (json) throws(JSONError) in
            try json.member("allow", &allow)
            try json.deviceType("type", &type)
            try json.member("major", &rule.major)
            try json.member("minor", &rule.minor)
            try json.member("access", &rule.access)
        }
        rule.allow = try json.required(allow, "allow")
        rule.type = type ?? rule.type
        self = rule
    }
}

extension Resources.Memory: JSONObject {
    mutating func members(_ json: inout JSONReader) throws(JSONError) {
        try json.member("limit", &limit)
        try json.member("reservation", &reservation)
        try json.member("swap", &swap)
        try json.member("kernel", &kernel)
        try json.member("kernelTCP", &kernelTCP)
        try json.member("swappiness", &swappiness)
        try json.member("disableOOMKiller", &disableOOMKiller)
        try json.member("useHierarchy", &useHierarchy)
        try json.member("checkBeforeUpdate", &checkBeforeUpdate)
    }
}

extension Resources.CPU: JSONObject {
    mutating func members(_ json: inout JSONReader) throws(JSONError) {
        try json.member("shares", &shares)
        try json.member("quota", &quota)
        try json.member("burst", &burst)
        try json.member("period", &period)
        try json.member("realtimeRuntime", &realtimeRuntime)
        try json.member("realtimePeriod", &realtimePeriod)
        try json.member("cpus", &cpus)
        try json.member("mems", &mems)
        try json.member("idle", &idle)
    }
}

extension Resources.BlockIO: JSONObject {
    mutating func members(_ json: inout JSONReader) throws(JSONError) {
        try json.member("weight", &weight)
        try json.member("leafWeight", &leafWeight)
        try json.member("weightDevice", &weightDevice)
        try json.member("throttleReadBpsDevice", &throttleReadBpsDevice)
        try json.member("throttleWriteBpsDevice", &throttleWriteBpsDevice)
        try json.member("throttleReadIOPSDevice", &throttleReadIOPSDevice)
        try json.member("throttleWriteIOPSDevice", &throttleWriteIOPSDevice)
    }
}

extension Resources.BlockIO.WeightDevice: JSONDecodable {
    init(from json: inout JSONReader) throws(JSONError) {
        var major: Int64?
        var minor: Int64?
        var device = Resources.BlockIO.WeightDevice(major: 0, minor: 0)
        try json.object { (json) throws(JSONError) in
            try json.member("major", &major)
            try json.member("minor", &minor)
            try json.member("weight", &device.weight)
            try json.member("leafWeight", &device.leafWeight)
        }
        device.major = try json.required(major, "major")
        device.minor = try json.required(minor, "minor")
        self = device
    }
}

extension Resources.BlockIO.ThrottleDevice: JSONDecodable {
    init(from json: inout JSONReader) throws(JSONError) {
        var major: Int64?
        var minor: Int64?
        var rate: UInt64?
        try json.object { (json) throws(JSONError) in
            try json.member("major", &major)
            try json.member("minor", &minor)
            try json.member("rate", &rate)
        }
        self.init(
            major: try json.required(major, "major"),
            minor: try json.required(minor, "minor"),
            rate: try json.required(rate, "rate")
        )
    }
}

extension Resources.HugepageLimit: JSONDecodable {
    init(from json: inout JSONReader) throws(JSONError) {
        var pageSize: String?
        var limit: UInt64?
        try json.object { (json) throws(JSONError) in
            try json.member("pageSize", &pageSize)
            try json.member("limit", &limit)
        }
        self.init(pageSize: try json.required(pageSize, "pageSize"), limit: try json.required(limit, "limit"))
    }
}

extension Resources.InterfacePriority: JSONDecodable {
    init(from json: inout JSONReader) throws(JSONError) {
        var name: String?
        var priority: UInt32?
        try json.object { (json) throws(JSONError) in
            try json.member("name", &name)
            try json.member("priority", &priority)
        }
        self.init(name: try json.required(name, "name"), priority: try json.required(priority, "priority"))
    }
}

extension Resources.RdmaLimit: JSONObject {
    mutating func members(_ json: inout JSONReader) throws(JSONError) {
        try json.member("hcaHandles", &hcaHandles)
        try json.member("hcaObjects", &hcaObjects)
    }
}

extension JSONReader {
    fileprivate mutating func deviceType(_ name: StaticString, _ type: inout String?) throws(JSONError) {
        guard takes(name), try !null() else { return }
        let word = try text()
        // Empty is as good as absent: every type.
        guard ["a", "b", "c", ""].contains(word) else { throw invalid("unknown device type \(quoted(word))") }
        type = word.isEmpty ? nil : word
    }
}
