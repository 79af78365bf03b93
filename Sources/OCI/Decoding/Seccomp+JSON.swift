internal import JSON

extension SeccompProfile: JSONDecodable {
    init(from json: inout JSONReader) throws(JSONError) {
        var action: String?
        var profile = SeccompProfile(defaultAction: "")
        try json.object { (json) throws(JSONError) in
            try json.action("defaultAction", &action)
            try json.member("defaultErrnoRet", &profile.defaultErrnoRet)
            try json.member("architectures", &profile.architectures)
            try json.member("flags", &profile.flags)
            // Without a rule that notifies, nobody listens: both are then kept and of no effect.
            try json.member("listenerPath", &profile.listenerPath)
            try json.member("listenerMetadata", &profile.listenerMetadata)
            try json.member("syscalls", &profile.syscalls)
        }
        profile.defaultAction = try json.required(action, "defaultAction")
        self = profile
    }
}

extension SeccompProfile.Rule: JSONDecodable {
    init(from json: inout JSONReader) throws(JSONError) {
        var names: [String]?
        var action: String?
        var rule = SeccompProfile.Rule(names: [], action: "")
        try json.object { (json) throws(JSONError) in
            try json.member("names", &names)
            try json.action("action", &action)
            try json.member("errnoRet", &rule.errnoRet)
            try json.member("args", &rule.args)
        }
        rule.names = try json.required(names, "names")
        rule.action = try json.required(action, "action")
        self = rule
    }
}

extension SeccompProfile.Argument: JSONDecodable {
    init(from json: inout JSONReader) throws(JSONError) {
        var index: UInt32?
        var value: UInt64?
        var valueTwo: UInt64 = 0
        var op: String?
        try json.object { (json) throws(JSONError) in
            try json.member("index", &index)
            try json.member("value", &value)
            try json.member("valueTwo", &valueTwo)
            try json.member("op", &op)
        }
        self.init(
            index: try json.required(index, "index"),
            value: try json.required(value, "value"),
            op: try json.required(op, "op")
        )
        self.valueTwo = valueTwo
    }
}

extension JSONReader {
    fileprivate mutating func action(_ name: StaticString, _ action: inout String?) throws(JSONError) {
        guard takes(name) else { return }
        action = try null() ? nil : text()
        if action == "SCMP_ACT_NOTIFY" { flag(path: "\(path): SCMP_ACT_NOTIFY") }
    }
}
