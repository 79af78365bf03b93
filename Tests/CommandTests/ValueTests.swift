import CommandLine
import OCI
import RuntimeCore
import Testing

@testable import runc_swift

@Suite("Values of flags")
struct ValueTests {
    @Test(
        "Durations in Go's notation",
        arguments: [
            ("0", 0), ("1s", 1_000_000_000), ("100ms", 100_000_000), ("1.5h", 5_400_000_000_000),
            ("2h45m", 9_900_000_000_000), ("-1s", -1_000_000_000), ("+3us", 3000), ("1µs", 1000), ("1μs", 1000),
            (".5s", 500_000_000), ("1.s", 1_000_000_000), ("1.0000000001s", 1_000_000_000), ("7ns", 7),
            ("2562047h", 9_223_369_200_000_000_000), ("1.99999999999999999999s", 1_999_999_999),
        ]
    )
    func duration(text: String, nanoseconds: Int64) { #expect(GoDuration(text)?.nanoseconds == nanoseconds) }

    @Test(
        "What is no duration",
        arguments: [
            "", "1", "s", ".s", "-", "--1s", "+-1s", "1 s", "1d", "1s ", "1e3s", "0x1s", "2562048h",
            "99999999999999999999ns", "1s-1s", "١s",
        ]
    )
    func noDuration(text: String) { #expect(GoDuration(text) == nil) }

    @Test("A duration that is written in nanoseconds is read back")
    func durationRoundTrip() {
        for _ in 0..<2000 {
            let value = Int64.random(in: 0...Int64.max)
            #expect(GoDuration("\(value)ns")?.nanoseconds == value)
            let (seconds, rest) = value.quotientAndRemainder(dividingBy: 1_000_000_000)
            #expect(GoDuration("\(seconds)s\(rest)ns")?.nanoseconds == value)
        }
    }

    @Test(
        "Sizes with units of 1024",
        arguments: [
            ("0", 0), ("1024", 1024), ("1k", 1024), ("50M", 52_428_800), ("1G", 1 << 30), ("1T", 1 << 40),
            ("1P", 1 << 50), ("1.5g", 1_610_612_736), ("10b", 10), ("10kb", 10240), ("10KiB", 10240), ("1 MB", 1 << 20),
            ("-1", -1), ("0.5", 0), ("9223372036854775807", Int64.max), ("8191P", 8191 << 50),
        ]
    )
    func size(text: String, bytes: Int64) { #expect(ByteSize.parse(text) == bytes) }

    @Test(
        "What is no size",
        arguments: [
            "", "M", "-2", "-1M", "+1", "1X", "1KM", "1kk", "1  M", "1M ", "1ibs", "8192P", "9223372036854775808",
            "0x10",
            "1e3", " 1", "1bb",
        ]
    )
    func noSize(text: String) { #expect(ByteSize.parse(text) == nil) }

    @Test(
        "Signals by number and by name",
        arguments: [
            ("0", 0), ("9", 9), ("64", 64), ("KILL", 9), ("SIGKILL", 9), ("kill", 9), ("sigTerm", 15), ("SIGIOT", 6),
            ("CLD", 17), ("POLL", 29), ("WINCH", 28), ("RTMIN", 34), ("SIGRTMIN+2", 36), ("rtmin+30", 64),
            ("RTMAX", 64), ("SIGRTMAX-30", 34),
        ]
    )
    func signal(text: String, number: Int32) { #expect(SignalName.number(text) == number) }

    @Test(
        "What is no signal",
        arguments: [
            "", "65", "-9", "99999999999", "SIG", "SIGSIGKILL", "KILLED", "RTMIN+31", "RTMIN+", "RTMIN-1", "RTMAX+1",
            "RTMAX--1", "9 ", "0x9",
        ]
    )
    func noSignal(text: String) { #expect(SignalName.number(text) == nil) }

    @Test(
        "The root is absolute and clean",
        arguments: [("/a/b", "/a/b"), ("/a//b/./../c/", "/a/c"), ("/..", "/"), ("/", "/"), ("/../../run", "/run")]
    )
    func cleanPath(path: String, result: String) { #expect(HostPath.clean(path) == result) }
}

@Suite("Users")
struct UserIdentityTests {
    @Test(
        "A number, or two",
        arguments: [("0", UInt32(0), UInt32?.none), ("1000:100", 1000, 100), ("4294967294", 4_294_967_294, nil)]
    )
    func users(text: String, uid: UInt32, gid: UInt32?) throws {
        #expect(try UserIdentity(parsing: text) == UserIdentity(uid: uid, gid: gid))
    }

    @Test(
        "Nothing else, so that no mistake becomes root",
        arguments: [
            "", ":", "1:", ":1", "root", "1x", "x1", "+1", "-1", " 1", "1 ", "1:2:3", "4294967295", "4294967296",
            "18446744073709551616", "1.0", "0x0", "1\u{0}", "١", "1:-1", "1:+0", "1:root", "²",
        ]
    )
    func refused(text: String) { #expect(throws: RuntimeError.self) { try UserIdentity(parsing: text) } }

    @Test("Whatever is read writes itself back: no text is taken by a part of it")
    func total() {
        let alphabet = Array("0123456789:+- x٣\u{0}")
        for _ in 0..<20000 {
            let text = String((0..<Int.random(in: 0...12)).map { _ in alphabet.randomElement() ?? "0" })
            guard let user = try? UserIdentity(parsing: text) else { continue }
            let halves = [user.uid] + (user.gid.map { [$0] } ?? [])
            let written = text.split(separator: ":").map { $0.drop { $0 == "0" } }.map { $0.isEmpty ? "0" : String($0) }
            #expect(halves.map(String.init) == written, "\(text)")
        }
    }

    @Test("Every number of a user is read as itself")
    func numbers() throws {
        for _ in 0..<2000 {
            let (uid, gid) = (UInt32.random(in: 0..<UInt32.max), UInt32.random(in: 0..<UInt32.max))
            #expect(try UserIdentity(parsing: "\(uid):\(gid)") == UserIdentity(uid: uid, gid: gid))
        }
    }
}
