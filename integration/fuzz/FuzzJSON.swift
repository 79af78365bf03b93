@testable import JSON
@testable import OCI

/// libFuzzer's entry: one input through every reader of outside JSON. A trap is a finding, and so is a broken promise.
@c(LLVMFuzzerTestOneInput)
public func fuzzOne(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    let isJSON = accepts { () throws(JSONError) in
        var json = JSONReader(bytes)
        try json.skip()
        try json.finish()
    }
    check(isJSON) { () throws(RuntimeError) in _ = try Spec.parse(bytes) }
    check(isJSON) { () throws(RuntimeError) in _ = try Process.parse(bytes) }
    check(isJSON) { () throws(RuntimeError) in _ = try Resources.parse(bytes) }
    check(isJSON) { () throws(RuntimeError) in try checkState(bytes) }
    checkString(bytes)
    return 0
}

private func accepts(_ body: () throws(JSONError) -> Void) -> Bool {
    do {
        try body()
        return true
    } catch {
        precondition(error.offset >= 0 && error.line >= 1 && error.column >= 1)
        return false
    }
}

private func check(_ isJSON: Bool, _ parse: () throws(RuntimeError) -> Void) {
    do {
        try parse()
        precondition(isJSON, "took what is not JSON")
    } catch {
        precondition(error.kind == .invalidSpec)
        precondition(!error.description.utf8.contains { $0 < 0x20 }, "an error has one line")
        precondition(error.description.utf8.count < 8192, "an error is short")
    }
}

/// What was read once is written and read again without change.
private func checkState(_ bytes: [UInt8]) throws(RuntimeError) {
    let state = try ContainerState.parse(bytes)
    let again = try ContainerState.parse(state.encode())
    // A path of an unknown namespace is dropped, an empty text is none: both happened the first time.
    precondition(again == state, "state.json changed on its way")
}

private func checkString(_ bytes: [UInt8]) {
    guard let text = String(validating: bytes, as: UTF8.self) else { return }
    var writer = JSONWriter()
    writer.string(text)
    var json = JSONReader(writer.bytes)
    do {
        let again = try json.string()
        try json.finish()
        // Compared as bytes: equal strings may be normalised differently.
        precondition(again.utf8.elementsEqual(text.utf8), "a string changed on its way")
    } catch { preconditionFailure("the writer wrote no JSON: \(error)") }
}
