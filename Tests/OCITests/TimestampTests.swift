import Testing

@testable import OCI

@Suite("Timestamps")
struct TimestampTests {
    @Test(
        "Moments are written as Go writes them",
        arguments: [
            (0, "1970-01-01T00:00:00Z"), (951_782_400_000_000_000, "2000-02-29T00:00:00Z"),
            (1_709_164_799_000_000_001, "2024-02-28T23:59:59.000000001Z"),
            (1_709_164_800_100_000_000, "2024-02-29T00:00:00.1Z"), (4_102_444_800_000_000_000, "2100-01-01T00:00:00Z"),
            (4_107_542_399_999_000_000, "2100-02-28T23:59:59.999Z"),
            (4_107_542_400_000_000_000, "2100-03-01T00:00:00Z"),
        ] as [(UInt64, String)]
    )
    func written(nanoseconds: UInt64, text: String) {
        #expect(Timestamp(nanoseconds: nanoseconds).rfc3339Nano == text)
    }

    @Test("Without a fraction there is none")
    func seconds() {
        #expect(Timestamp(nanoseconds: 1_709_164_799_000_000_001).rfc3339 == "2024-02-28T23:59:59Z")
    }

    @Test(
        "a text of RFC 3339 is read, with any offset and fraction",
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("1970-01-01T00:00:01.5Z", 1_500_000_000),
            ("2026-11-24T18:25:58.123456789Z", 1_795_544_758_123_456_789),
            ("2026-11-24T19:25:58.1234567899999+01:00", 1_795_544_758_123_456_789),
            ("2026-11-24T12:55:58.123456789-05:30", 1_795_544_758_123_456_789),
            ("2000-02-29T23:59:60Z", 951_868_800_000_000_000),
        ] as [(String, UInt64)]
    )
    func read(text: String, nanoseconds: UInt64) {
        #expect(Timestamp(text)?.nanoseconds == nanoseconds)
    }

    @Test(
        "another text is none",
        arguments: [
            "", "Z", "2026-11-24", "2026-11-24T18:25:58", "2026-11-24 18:25:58Z", "2026-11-24T18:25:58.Z",
            "2026-13-24T18:25:58Z", "2026-11-32T18:25:58Z", "2026-11-24T24:00:00Z", "2026-11-24T18:60:00Z",
            "2026-11-24T18:25:58+1:00", "2026-11-24T18:25:58Zx", "1969-12-31T23:59:59Z", "9999-01-01T00:00:00Z",
            "1970-01-01T00:00:00+00:01", "2026-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "２026-11-24T18:25:58Z",
        ]
    )
    func refused(text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test(
        "what is written is read again",
        arguments: [0, 1, 999, 1_000_000_000, 1_795_544_758_120_000_000] as [UInt64]
    )
    func again(nanoseconds: UInt64) {
        #expect(Timestamp(Timestamp(nanoseconds: nanoseconds).rfc3339Nano)?.nanoseconds == nanoseconds)
    }
}
