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
}
