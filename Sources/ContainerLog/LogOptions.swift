/// How a log is written, from Docker's names and values.
package struct LogOptions: Equatable, Sendable {
    package enum Mode: Equatable, Sendable { case blocking, nonBlocking }

    package struct Failure: Error, Equatable, CustomStringConvertible {
        package let description: String
    }

    /// A file of this size or more is rotated before the next record.
    package var maxSize: Int64 = 10_000_000
    /// Files, the current one included.
    package var maxFile = 3
    package var compress = true
    package var mode = Mode.blocking
    /// What a writer in `nonBlocking` mode may lag behind.
    package var maxBufferSize = 1 << 20

    package init() {}

    /// From `name=value` words. Sizes have decimal units (`10m` is 10,000,000 bytes) but for max-buffer-size, whose units
    /// are binary: both as dockerd reads them.
    package init(parsing words: [String]) throws(Failure) {
        var compressIsGiven = false
        var bufferIsGiven = false
        for word in words {
            let (name, value) = try LogOptions.split(word)
            compressIsGiven = compressIsGiven || name == "compress"
            bufferIsGiven = bufferIsGiven || name == "max-buffer-size"
            try set(name, value)
        }
        if bufferIsGiven && mode == .blocking {
            throw Failure(description: "max-buffer-size option is only supported with 'mode=non-blocking'")
        }
        if maxFile == 1 && compress {
            if compressIsGiven {
                throw Failure(
                    description: "compress cannot be true when max-file is less than 2 or max-size is not set"
                )
            }
            compress = false
        }
    }

    private static func split(_ word: String) throws(Failure) -> (String, String) {
        let bytes = Array(word.utf8)
        guard let equals = bytes.firstIndex(of: UInt8(ascii: "=")), equals > 0 else {
            throw Failure(description: "log opt '\(word)' is not name=value")
        }
        let name = String(decoding: bytes[..<equals], as: UTF8.self)
        return (name, String(decoding: bytes[(equals + 1)...], as: UTF8.self))
    }

    private mutating func set(_ name: String, _ value: String) throws(Failure) {
        switch name {
        case "max-size": maxSize = try LogOptions.positive(name, value, LogSize.decimal)
        case "max-buffer-size": maxBufferSize = Int(try LogOptions.positive(name, value, LogSize.binary))
        case "max-file": maxFile = try LogOptions.files(value)
        case "compress": compress = try LogOptions.boolean(value)
        case "mode":
            switch value {
            case "", "blocking": mode = .blocking
            case "non-blocking": mode = .nonBlocking
            default: throw Failure(description: "logging mode not supported: \(value)")
            }
        default: throw Failure(description: "unknown log opt '\(name)' for json-file log driver")
        }
    }

    private static func positive(_ name: String, _ value: String, _ unit: Int64) throws(Failure) -> Int64 {
        guard let size = LogSize.parse(value, unit: unit) else {
            throw Failure(description: "\(name): invalid size: '\(value)'")
        }
        if size <= 0 { throw Failure(description: "\(name) must be a positive number") }
        return size
    }

    private static func files(_ value: String) throws(Failure) -> Int {
        guard let count = Int(value) else { throw Failure(description: "max-file: invalid number: '\(value)'") }
        if count < 1 { throw Failure(description: "max-file cannot be less than 1") }
        // Each rotation renames every file.
        if count > 1000 { throw Failure(description: "max-file cannot be more than 1000") }
        return count
    }

    /// As Go's strconv.ParseBool.
    private static func boolean(_ value: String) throws(Failure) -> Bool {
        switch value {
        case "1", "t", "T", "true", "TRUE", "True": return true
        case "0", "f", "F", "false", "FALSE", "False": return false
        default: throw Failure(description: "compress: invalid boolean: '\(value)'")
        }
    }
}

/// Sizes as docker/go-units reads them: `10m`, `1.5 GB`, `64kib`, `512`, `100b`.
package enum LogSize {
    package static let decimal: Int64 = 1000
    package static let binary: Int64 = 1024

    package static func parse(_ text: String, unit: Int64) -> Int64? {
        let bytes = Array(text.utf8)
        guard let last = bytes.lastIndex(where: { isNumeric($0) || $0 == UInt8(ascii: " ") }) else { return nil }
        let number = bytes[last] == UInt8(ascii: " ") ? bytes[..<last] : bytes[...last]
        guard let factor = factor(bytes[(last + 1)...], unit) else { return nil }
        return scaled(number, by: factor)
    }

    private static func isNumeric(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ".") || (byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9"))
    }

    private static func factor(_ suffix: ArraySlice<UInt8>, _ unit: Int64) -> Int64? {
        let letters = suffix.map { $0 | 0x20 }
        guard let first = letters.first else { return 1 }
        if first == UInt8(ascii: "b") { return letters.count == 1 ? 1 : nil }
        guard let power = [UInt8]("kmgtp".utf8).firstIndex(of: first) else { return nil }
        let rest = letters.dropFirst()
        guard rest.isEmpty || rest.elementsEqual("b".utf8) || rest.elementsEqual("ib".utf8) else { return nil }
        return (0...power).reduce(1) { (product, _) in product * unit }
    }

    /// A decimal number of which six places count, times `factor`, cut to whole bytes; nil beyond 2^62.
    private static func scaled(_ digits: ArraySlice<UInt8>, by factor: Int64) -> Int64? {
        let parts = digits.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count <= 2, digits.count > parts.count - 1, let whole = number(parts[0]) else { return nil }
        let (result, overflow) = whole.multipliedReportingOverflow(by: factor)
        if overflow || result > 1 << 62 { return nil }
        guard parts.count == 2 else { return result }
        guard let part = number(parts[1].prefix(6)), number(parts[1].dropFirst(6).prefix(12)) != nil else { return nil }
        let scale = parts[1].prefix(6).reduce(Int64(1)) { (scale, _) in scale * 10 }
        return result + multiply(part, factor, over: scale)
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
        var value: Int64 = 0
        for byte in digits {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9"), value < 1 << 56 else { return nil }
            value = value * 10 + Int64(byte - UInt8(ascii: "0"))
        }
        return value
    }

    private static func multiply(_ part: Int64, _ factor: Int64, over scale: Int64) -> Int64 {
        let (high, low) = part.multipliedFullWidth(by: factor)
        return scale.dividingFullWidth((high, low)).quotient
    }
}
