internal import Cgroups
internal import JSON
internal import RuntimeCore

/// A line of `events`: runc's types/events.go as Go writes it, with its order and its omissions.
enum EventLine {
    static func json(of event: ContainerEvent, id: String) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        switch event {
        case .oom: writeHead("oom", id, to: &json)
        case .stats(let stats):
            writeHead("stats", id, to: &json)
            json.key("data")
            stats.write(to: &json)
        }
        json.endObject()
        return json.bytes + [UInt8(ascii: "\n")]
    }

    private static func writeHead(_ type: String, _ id: String, to json: inout JSONWriter) {
        json.key("type")
        json.string(type)
        json.key("id")
        json.string(id)
    }
}
