package import JSON

/// Reads one whole JSON text, and gives its fault as the runtime's.
package func parseJSON<Value>(
    _ bytes: [UInt8],
    _ body: (inout JSONReader) throws(JSONError) -> Value
) throws(RuntimeError) -> Value {
    do {
        var json = JSONReader(bytes)
        let value = try body(&json)
        try json.finish()
        return value
    } catch {
        throw RuntimeError(.invalidSpec, error.description)
    }
}
