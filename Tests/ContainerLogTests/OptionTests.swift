import Testing

@testable import ContainerLog

@Suite("Options")
struct OptionTests {
    private func failure(_ words: [String]) -> String? {
        do throws(LogOptions.Failure) { _ = try LogOptions(parsing: words) } catch { return error.description }
        return nil
    }

    @Test("LG-40: without any, 10 MB times 3, compressed, blocking")
    func defaults() throws {
        let options = try LogOptions(parsing: [])
        #expect(options == LogOptions())
        #expect(options.maxSize == 10_000_000 && options.maxFile == 3 && options.compress && options.mode == .blocking)
    }

    @Test("LG-40: all of them")
    func all() throws {
        let words = ["max-size=1.5k", "max-file=7", "compress=f", "mode=non-blocking", "max-buffer-size=4m"]
        let options = try LogOptions(parsing: words)
        #expect(options.maxSize == 1500 && options.maxFile == 7 && !options.compress)
        #expect(options.mode == .nonBlocking && options.maxBufferSize == 4 << 20)
        #expect(try !LogOptions(parsing: ["max-file=1"]).compress)
        #expect(try LogOptions(parsing: ["mode="]).mode == .blocking)
    }

    @Test(
        "LG-40: sizes as go-units has them",
        arguments: [
            ("0", 0), ("32", 32), ("32b", 32), ("32B", 32), ("32k", 32000), ("32K", 32000), ("32kb", 32000),
            ("32Kb", 32000),
            ("32Mb", 32_000_000), ("32 kib", 32000), ("32.5kB", 32500), ("32.5 kB", 32500), ("32.", 32), (".5k", 500),
            ("1g", 1_000_000_000), ("2t", 2_000_000_000_000), ("1p", 1_000_000_000_000_000), ("0.0000019m", 1),
        ] as [(String, Int64)]
    )
    func sizes(text: String, bytes: Int64) {
        #expect(LogSize.parse(text, unit: LogSize.decimal) == bytes)
    }

    @Test(
        "LG-40: what is no size",
        arguments: [
            "", "hello", ".", " ", "-32", "32m b", "32 mb ", "32bm", "32kbb", "32kx", "32x", "1.2.3", "32ibk",
            "99999999999p",
            "1e3", "+1", "１",
        ]
    )
    func noSizes(text: String) {
        #expect(LogSize.parse(text, unit: LogSize.decimal) == nil)
    }

    @Test(
        "LG-41: what is wrong is said in dockerd's words",
        arguments: [
            (["max-sizes=1m"], "unknown log opt 'max-sizes' for json-file log driver"),
            (["max-size=x"], "max-size: invalid size: 'x'"),
            (["max-size=0"], "max-size must be a positive number"),
            (["max-file=0"], "max-file cannot be less than 1"),
            (["max-file=two"], "max-file: invalid number: 'two'"),
            (["compress=yes"], "compress: invalid boolean: 'yes'"),
            (
                ["max-file=1", "compress=true"],
                "compress cannot be true when max-file is less than 2 or max-size is not set"
            ),
            (["mode=lossy"], "logging mode not supported: lossy"),
            (["max-buffer-size=1m"], "max-buffer-size option is only supported with 'mode=non-blocking'"),
            (["mode=non-blocking", "max-buffer-size=0"], "max-buffer-size must be a positive number"),
            (["compress"], "log opt 'compress' is not name=value"),
            (["=1"], "log opt '=1' is not name=value"),
        ] as [([String], String)]
    )
    func failures(words: [String], text: String) {
        #expect(failure(words) == text)
    }
}
