@testable import Linux
@testable import OCI
@testable import ShimCore
@testable import ShimProtocol

/// libFuzzer's entry: one input through every reader of the shim's protocol and of its files. A trap is a finding, and so is
/// a broken promise.
@c(LLVMFuzzerTestOneInput)
public func fuzzOne(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    checkConnection(bytes)
    checkRequest(bytes)
    checkFiles(bytes)
    checkKeys(bytes)
    return 0
}

/// A connection cut into reads of any size: the parser wants something, takes no more than it wants, and gathers within the
/// limit.
private func checkConnection(_ bytes: [UInt8]) {
    guard let step = bytes.first.map({ Int($0 % 37) + 1 }) else { return }
    var parser = FrameParser()
    var rest = bytes.dropFirst()
    while !rest.isEmpty {
        precondition(parser.wanted > 0 && parser.gathers <= FrameKind.request.limit)
        let part = rest.prefix(min(step, parser.wanted))
        rest = rest.dropFirst(part.count)
        if parser.expectsInput {
            parser.takeInput(part.count)
            continue
        }
        do throws(ProtocolError) {
            if case .request(let payload) = try parser.take(Array(part)) { checkRequest(payload) }
        } catch {
            precondition(error.code == .malformed && error.frame.payload.count <= FrameKind.error.limit)
            return
        }
    }
}

/// What was read is written and read again without change; an error has one code of two, and a frame that fits.
private func checkRequest(_ payload: [UInt8]) {
    do throws(ProtocolError) {
        let request = try Request(payload: payload)
        precondition(isSame(request), "a request changed on its way")
    } catch {
        precondition(error.code == .invalid || error.code == .malformed)
        precondition(error.frame.payload.count <= FrameKind.error.limit)
    }
}

private func isSame(_ request: Request) -> Bool {
    do throws(ProtocolError) { return try Request(payload: request.payload) == request } catch { return false }
}

private func checkFiles(_ bytes: [UInt8]) {
    if let record = parsed({ () throws(RuntimeError) in try ExitRecord.parse(bytes) }) {
        let again = parsed { () throws(RuntimeError) in try ExitRecord.parse(record.encode()) }
        precondition(again == record, "a record changed on its way")
    }
    if let state = parsed({ () throws(RuntimeError) in try ShimStateFile.parse(bytes) }) {
        let again = parsed { () throws(RuntimeError) in try ShimStateFile.parse(state.encode()) }
        precondition(again == state, "shim.json changed on its way")
    }
    do throws(ProtocolError) { _ = try ProtocolError(payload: bytes) } catch { precondition(error.code == .malformed) }
    _ = StateAnswer(parsing: bytes)
    if let text = String(validating: bytes, as: UTF8.self) {
        _ = DetachKeys(parsing: text)
        if let time = Timestamp(text) { precondition(Timestamp(time.rfc3339Nano) == time) }
    }
}

/// nil where the reader has refused it.
private func parsed<Value>(_ parse: () throws(RuntimeError) -> Value) -> Value? {
    do { return try parse() } catch {
        precondition(error.kind == .invalidSpec)
        return nil
    }
}

/// No byte is lost or doubled, however the input is cut.
private func checkKeys(_ bytes: [UInt8]) {
    guard bytes.count > 2 else { return }
    let length = Int(bytes[0] % 4)
    let input = bytes.dropFirst(1 + min(length, bytes.count - 1))
    var keys = DetachKeys(Array(bytes.dropFirst().prefix(length)))
    var passed: [UInt8] = []
    var whole: [UInt8] = []
    for byte in input {
        let outcome = keys.scan([byte])
        passed += outcome.bytes
        whole.append(byte)
        if outcome.isDetached {
            precondition(passed + keys.bytes == whole, "not what was typed before the keys")
            return
        }
    }
    passed += keys.end()
    precondition(passed.elementsEqual(input), "bytes were lost")
}
