import Cgroups
import CommandLine
import JSON
import RuntimeCore
import Testing

@testable import runc_swift

@Suite("Events")
struct EventTests {
    private func line(_ event: ContainerEvent) -> String {
        String(decoding: EventLine.json(of: event, id: "c\"1"), as: UTF8.self)
    }

    @Test("An OOM kill is one short line")
    func oom() { #expect(line(.oom) == "{\"type\":\"oom\",\"id\":\"c\\\"1\"}\n") }

    /// What Go's encoder writes of runc's types when all is zero.
    @Test("Zeros are left out where runc leaves them out")
    func zeros() {
        #expect(
            line(.stats(CgroupStats())) == """
                {"type":"stats","id":"c\\"1","data":{"cpu":{},"cpuset":{"cpu_exclusive":0,"mem_hardwall":0,\
                "mem_exclusive":0,"memory_migrate":0,"memory_spread_page":0,"memory_spread_slab":0,\
                "memory_pressure":0,"sched_load_balance":0,"sched_relax_domain_level":0},"memory":{},"pids":{},\
                "blkio":{},"hugetlb":{},"intel_rdt":{},"network_interfaces":null}}

                """
        )
    }

    @Test("Counters stand in runc's order under runc's names")
    func counters() {
        var stats = CgroupStats()
        stats.cpu.total = 7
        stats.cpu.user = 4
        stats.cpu.perCPU = [3, 4]
        stats.cpu.throttledPeriods = 2
        stats.memory.cache = 1
        stats.memory.usage.limit = 100
        stats.memory.usage.usage = 50
        stats.memory.raw = ["b": 2, "a": 1]
        stats.pids.current = 5
        let text = line(.stats(stats))
        #expect(text.contains("\"cpu\":{\"usage\":{\"total\":7,\"percpu\":[3,4],\"kernel\":0,\"user\":4},"))
        #expect(text.contains("\"throttling\":{\"throttledPeriods\":2}}"))
        #expect(
            text.contains(
                """
                "memory":{"cache":1,"usage":{"limit":100,"usage":50,"failcnt":0},"raw":{"a":1,"b":2}}
                """
            )
        )
        #expect(text.contains("\"pids\":{\"current\":5}"))
    }
}

@Suite("Features")
struct FeaturesTests {
    /// Every string of the document, under the key that it or its array has.
    private func words() throws -> [String: [String]] {
        var reader = JSONReader(Features.json(version: "1.2.3", commit: "abc"))
        var words: [String: [String]] = [:]
        try reader.entries { (json, key) throws(JSONError) in try collect(&json, key, &words) }
        try reader.finish()
        return words
    }

    private func collect(
        _ json: inout JSONReader,
        _ key: String,
        _ words: inout [String: [String]]
    ) throws(JSONError) {
        switch key {
        case "linux", "seccomp", "annotations":
            try json.entries { (json, key) throws(JSONError) in try collect(&json, key, &words) }
        case "cgroup", "apparmor", "selinux", "intelRdt", "memoryPolicy", "mountExtensions", "netDevices", "enabled":
            try json.skip()
        case "hooks", "mountOptions", "namespaces", "capabilities", "actions", "operators", "archs", "knownFlags",
            "supportedFlags", "potentiallyUnsafeConfigAnnotations":
            try json.array { (json) throws(JSONError) in words[key, default: []].append(try json.string()) }
        default: words[key] = [try json.string()]
        }
    }

    @Test("Every mount option of the specification's tables that this version acts on is there")
    func mountOptions() throws {
        let words = try #require(try words()["mountOptions"])
        #expect(words == MountOption.names())
        #expect(words == words.sorted())
        for word in ["ro", "rro", "nosymfollow", "iversion", "lazytime", "silent", "tmpcopyup", "rslave"] {
            #expect(words.contains(word))
        }
        #expect(!words.contains("idmap"))
    }

    @Test("Hooks, capabilities and seccomp words are the tables'")
    func tables() throws {
        let words = try words()
        #expect(words["hooks"]?.first == "prestart" && words["hooks"]?.count == 6)
        #expect(words["capabilities"]?.first == "CAP_CHOWN" && words["capabilities"]?.count == 41)
        #expect(words["namespaces"] == ["cgroup", "ipc", "mount", "network", "pid", "uts"])
        #expect(words["actions"]?.contains("SCMP_ACT_ERRNO") == true)
        #expect(words["actions"]?.contains("SCMP_ACT_NOTIFY") == false)
        #expect(words["archs"]?.contains("SCMP_ARCH_X86_64") == true)
        #expect(words["operators"]?.count == 7)
        #expect(Set(words["supportedFlags"] ?? []).isSubset(of: words["knownFlags"] ?? []))
    }

    @Test("Annotations say which build it is, and that nothing is checkpointed")
    func annotations() throws {
        let words = try words()
        #expect(words["runc-swift.version"] == ["1.2.3"] && words["runc-swift.commit"] == ["abc"])
        #expect(words["org.opencontainers.runc.checkpoint.enabled"] == ["false"])
        #expect(words["ociVersionMax"] == ["1.3.0"])
    }

    @Test("It is indented by four")
    func indentation() {
        let text = String(decoding: Features.json(version: "1", commit: "c"), as: UTF8.self)
        #expect(text.hasPrefix("{\n    \"ociVersionMin\": \"1.0.0\",\n"))
    }
}
