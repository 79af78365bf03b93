@testable import ContainerLog
@testable import OCI

/// libFuzzer's entry: one input as a line of a log, as the header of a compressed one, as what a container writes, and as
/// a size. A trap is a finding, and so is a broken promise.
@c(LLVMFuzzerTestOneInput)
public func fuzzOne(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    decode(bytes)
    encode(bytes)
    _ = LogMetadata(json: bytes)
    if let size = LogSize.parse(String(decoding: bytes, as: UTF8.self), unit: LogSize.binary) { precondition(size >= 0) }
    return 0
}

/// The short way takes nothing that the JSON reader refuses, and makes the same of it.
private func decode(_ line: [UInt8]) {
    var short = LogRecord()
    var long = LogRecord()
    let isShort = RecordDecoder.usual(line.span, into: &short)
    let isLong = RecordDecoder.general(line.span, into: &long)
    precondition(!isShort || (isLong && short == long), "two readers, two records")
    if isLong { precondition(roundTrip(long.bytes, long) == long, "a record changed on its way") }
}

private func encode(_ bytes: [UInt8]) {
    let line = Array(bytes.prefix { $0 != UInt8(ascii: "\n") })
    let record = LogRecord(stream: .stderr, time: Timestamp(nanoseconds: UInt64(line.count)), bytes: line)
    let again = roundTrip(line, record)
    // Each byte that is no UTF-8 became U+FFFD; Swift's decoding may take several for one.
    if String(validating: line, as: UTF8.self) != nil {
        precondition(again == record, "a line changed on its way")
    } else {
        precondition(again != nil, "the writer wrote no record")
    }
}

/// As the writer writes it and the reader reads it. Newlines are escaped one by one, as the writer ends a text there.
private func roundTrip(_ bytes: [UInt8], _ record: LogRecord) -> LogRecord? {
    var line = Array("{\"log\":\"".utf8)
    for (index, part) in bytes.split(separator: 10, maxSplits: .max, omittingEmptySubsequences: false).enumerated() {
        if index > 0 { line += Array("\\n".utf8) }
        let source = Array(part) + [UInt8](repeating: 0, count: 8)
        var out = [UInt8](repeating: 0, count: part.count * RecordEncoder.growth + 16)
        let (read, written) = source.withUnsafeBufferPointer { source in
            out.withUnsafeMutableBufferPointer { out in
                RecordEncoder.escape(source.baseAddress!, part.count, to: out.baseAddress!)
            }
        }
        precondition(read == part.count && written <= part.count * RecordEncoder.growth)
        precondition(out[..<written].allSatisfy { $0 >= 0x20 })
        line += out[..<written]
    }
    line += Array("\",\"stream\":\"\(record.stream.name)\",\"time\":\"\(record.time.rfc3339Nano)\"}".utf8)
    var result = LogRecord()
    return RecordDecoder.decode(line.span, into: &result) ? result : nil
}
