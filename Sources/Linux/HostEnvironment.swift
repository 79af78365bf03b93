/// The environment that this process was given, environ(7).
package enum HostEnvironment {
    /// The first value of a name; nil where it is not set.
    package static func value(_ name: String) -> String? {
        let start = Array("\(name)=".utf8)
        let entry = ThisProcess.environment.first { $0.utf8.starts(with: start) }
        return entry.map { String(decoding: $0.utf8.dropFirst(start.count), as: UTF8.self) }
    }
}
