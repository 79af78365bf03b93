/// A key and its value in one call.
extension JSONWriter {
    package mutating func member(_ name: String, _ value: String) {
        key(name)
        string(value)
    }

    package mutating func member(_ name: String, _ value: Bool) {
        key(name)
        bool(value)
    }

    package mutating func member<T: BinaryInteger>(_ name: String, _ value: T) {
        key(name)
        integer(value)
    }

    /// A value that is JSON already.
    package mutating func member(_ name: String, raw text: [UInt8]) {
        key(name)
        raw(text)
    }

    package mutating func member(_ name: String, _ values: [String]) {
        key(name)
        beginArray()
        for value in values { string(value) }
        endArray()
    }

    /// In the order of the keys, as Go writes maps.
    package mutating func member(_ name: String, _ map: [String: String]) {
        key(name)
        beginObject()
        for (name, value) in map.sorted(by: { $0.key < $1.key }) { member(name, value) }
        endObject()
    }
}
