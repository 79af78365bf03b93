import Linux
import Testing

/// The kernel's headers are the oracle of every table of names.
@Suite("Names of the kernel")
struct KernelNamesTests {
    /// `#define PREFIX_NAME number` lines of a header.
    private static func definitions(_ paths: [String], prefix: String) throws -> [String: Int] {
        var result: [String: Int] = [:]
        let path = try #require(paths.first(where: HostFile.exists))
        for line in try HostFile.readText(path).split(separator: "\n") {
            guard line.hasPrefix("#") else { continue }
            let words = line.dropFirst().split { $0 == " " || $0 == "\t" }
            guard words.count >= 3, words[0] == "define", words[1].hasPrefix(prefix) else { continue }
            if let number = Int(words[2]) { result[String(words[1])] = number }
        }
        return result
    }

    @Test("PR-3: every capability has the kernel's number, and none is missing")
    func capabilities() throws {
        let header = try Self.definitions(["/usr/include/linux/capability.h"], prefix: "CAP_")
        #expect(header.count > 35)
        for (name, number) in header { #expect(Capability.number(name) == number, "\(name)") }
        #expect(Capability.names.count == header.count)
    }

    @Test("PR-2: every resource limit has the kernel's number, and none is missing")
    func limits() throws {
        var header = try Self.definitions(["/usr/include/asm-generic/resource.h"], prefix: "RLIMIT_")
        header["RLIM_NLIMITS"] = nil
        #expect(header.count == ResourceLimit.names.count)
        for (name, number) in header { #expect(ResourceLimit.number(name) == number, "\(name)") }
    }

    @Test("every signal has the kernel's number")
    func signals() throws {
        let header = try Self.definitions(
            ["/usr/include/x86_64-linux-gnu/asm/signal.h", "/usr/include/asm-generic/signal.h"],
            prefix: "SIG"
        )
        for (index, name) in Signal.names.enumerated() {
            #expect(header["SIG\(name)"] == index + 1, "\(name)")
            #expect(Signal(parsing: name)?.number == Int32(index + 1))
        }
    }

    @Test("names of capabilities are taken as they are written", arguments: ["cap_kill", "KILL", "CAP_KILL ", ""])
    func strictCapabilityNames(name: String) { #expect(Capability.number(name) == nil) }

    @Test("a signal has many spellings", arguments: ["KILL", "SIGKILL", "sigkill", "kill", "9"])
    func signalSpellings(text: String) { #expect(Signal(parsing: text) == .kill) }

    @Test("what is no signal is none", arguments: ["", "SIG", "SIGSIGKILL", "65", "-1", "9x", "FOO"])
    func noSignals(text: String) { #expect(Signal(parsing: text) == nil) }

    @Test("synonyms and words of signals")
    func signalWords() {
        #expect(Signal(parsing: "IOT") == Signal(6))
        #expect(Signal(parsing: "SIGCLD") == .child)
        #expect(Signal.kill.words == "killed")
        #expect(Signal(11).words == "segmentation fault")
        #expect(Signal.kill.name == "SIGKILL")
    }

    @Test("a set of capabilities knows its members")
    func capabilitySet() {
        let set: CapabilitySet = [.setPCap, CapabilitySet(number: 40)]
        #expect(set.numbers == [8, 40])
        #expect(Capability.name(40) == "CAP_CHECKPOINT_RESTORE")
        #expect(Capability.isSupported(0))
        #expect(!Capability.isSupported(63))
    }

    @Test("capget agrees with /proc/self/status")
    func currentCapabilities() throws {
        let sets = try Capability.current()
        let status = try HostFile.readText("/proc/thread-self/status")
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("CapEff:") })
        let mask = try #require(UInt64(line.drop { $0 != "\t" }.dropFirst(), radix: 16))
        #expect(sets.effective.rawValue == mask)
    }
}
