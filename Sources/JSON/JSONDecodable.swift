/// A value that can be read from JSON text.
///
/// What is generic here is inlinable: made once for all types it would look up their metadata at run time, which costs a
/// fifth of the time of a start's parse.
@usableFromInline
package protocol JSONDecodable {
    init(from json: inout JSONReader) throws(JSONError)
}

/// A value that is read from an object, each member of which may be absent.
@usableFromInline
package protocol JSONObject: JSONDecodable {
    init()
    /// Takes the reader's current member, if it is one of this type's.
    mutating func members(_ json: inout JSONReader) throws(JSONError)
}

extension JSONObject {
    @inlinable
    package init(from json: inout JSONReader) throws(JSONError) {
        self.init()
        try read(&json)
    }

    /// Reads an object on top of what is there: as in Go, a second object under the same key adds to the first.
    @inlinable
    package mutating func read(_ json: inout JSONReader) throws(JSONError) {
        try json.object { (json) throws(JSONError) in try members(&json) }
    }
}

extension String: JSONDecodable {
    /// Strings of the runtime end in system calls: NUL is refused.
    @inlinable
    package init(from json: inout JSONReader) throws(JSONError) { self = try json.text() }
}

extension Bool: JSONDecodable {
    @inlinable
    package init(from json: inout JSONReader) throws(JSONError) { self = try json.bool() }
}

extension FixedWidthInteger where Self: JSONDecodable {
    @inlinable
    package init(from json: inout JSONReader) throws(JSONError) { self = try json.integer() }
}

extension Int: JSONDecodable {}
extension Int32: JSONDecodable {}
extension Int64: JSONDecodable {}
extension UInt16: JSONDecodable {}
extension UInt32: JSONDecodable {}
extension UInt64: JSONDecodable {}

/// For use inside `object { }`. `null` means absent: it empties what can be empty, and leaves the rest.
extension JSONReader {
    @inlinable
    package mutating func member<Value: JSONDecodable>(
        _ name: StaticString,
        _ value: inout Value
    ) throws(JSONError) {
        guard takes(name), try !null() else { return }
        value = try Value(from: &self)
    }

    @inlinable
    package mutating func member<Value: JSONObject>(_ name: StaticString, _ value: inout Value) throws(JSONError) {
        guard takes(name), try !null() else { return }
        try value.read(&self)
    }

    @inlinable
    package mutating func member<Value: JSONDecodable>(
        _ name: StaticString,
        _ value: inout Value?
    ) throws(JSONError) {
        guard takes(name) else { return }
        value = try null() ? nil : Value(from: &self)
    }

    @inlinable
    package mutating func member<Value: JSONObject>(
        _ name: StaticString,
        merging value: inout Value?
    ) throws(JSONError) {
        guard takes(name) else { return }
        if try null() { return value = nil }
        var merged = value ?? Value()
        try merged.read(&self)
        value = merged
    }

    /// An object whose members belong to the surrounding type.
    @inlinable
    package mutating func nested(
        _ name: StaticString,
        _ members: (inout JSONReader) throws(JSONError) -> Void
    ) throws(JSONError) {
        guard takes(name), try !null() else { return }
        try object(members)
    }

    /// An empty string is as good as none, as Go's types have it.
    @inlinable
    package mutating func member(_ name: StaticString, _ value: inout String?) throws(JSONError) {
        guard takes(name) else { return }
        value = try null() ? nil : text()
        if value?.isEmpty == true { value = nil }
    }

    @inlinable
    package mutating func member<Value: JSONDecodable>(
        _ name: StaticString,
        _ values: inout [Value]
    ) throws(JSONError) {
        guard takes(name) else { return }
        values = try null() ? [] : list()
    }

    @inlinable
    package mutating func member<Value: JSONDecodable>(
        _ name: StaticString,
        _ values: inout [Value]?
    ) throws(JSONError) {
        guard takes(name) else { return }
        values = try null() ? nil : list()
    }

    @inlinable
    package mutating func member<Value: JSONDecodable>(
        _ name: StaticString,
        _ map: inout [String: Value]
    ) throws(JSONError) {
        guard takes(name), try !null() else { return }
        try entries { (json, key) throws(JSONError) in
            if key.utf8.contains(0) { throw json.invalid("must not contain a NUL character") }
            if try json.null() { return }
            map[key] = try Value(from: &json)
        }
    }

    /// Reads an array of values of one type.
    @inlinable
    package mutating func list<Value: JSONDecodable>() throws(JSONError) -> [Value] {
        var values: [Value] = []
        try array { (json) throws(JSONError) in values.append(try Value(from: &json)) }
        return values
    }
}
