import Linux
import OCI
import RuntimeCore
import Testing

@Suite("The plan of a process")
struct ProcessPlanTests {
    private func process(_ change: (inout Process) -> Void = { _ in }) -> Process {
        var process = Process()
        process.args = ["sh"]
        process.cwd = "/"
        change(&process)
        return process
    }

    private func plan(_ change: (inout Process) -> Void) throws -> ProcessPlan {
        try ProcessPlan(process(change), ProcessPlan.Context(containerID: "c1"))
    }

    private func failure(_ change: (inout Process) -> Void) -> String? {
        do {
            _ = try plan(change)
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test("PR-3: names become masks, set by set")
    func masks() throws {
        let plan = try plan {
            var sets = Process.Capabilities()
            sets.bounding = ["CAP_CHOWN", "CAP_KILL"]
            sets.effective = ["CAP_KILL"]
            sets.permitted = ["CAP_KILL", "CAP_CHOWN"]
            sets.inheritable = ["CAP_SETPCAP"]
            sets.ambient = ["CAP_CHOWN"]
            $0.capabilities = sets
        }
        let masks = try #require(plan.capabilities)
        #expect(masks.bounding.numbers == [0, 5])
        #expect(masks.effective.numbers == [5])
        #expect(masks.permitted.numbers == [0, 5])
        #expect(masks.inheritable.numbers == [8])
        #expect(masks.ambient.numbers == [0])
        #expect(plan.warnings.isEmpty)
    }

    @Test("PR-3: no capabilities object leaves them alone, an empty one means none")
    func absent() throws {
        #expect(try plan { _ in }.capabilities == nil)
        let masks = try #require(try plan { $0.capabilities = Process.Capabilities() }.capabilities)
        #expect(masks.bounding.isEmpty && masks.permitted.isEmpty && masks.ambient.isEmpty)
    }

    @Test("PR-3: unknown names are left out, with one warning")
    func unknown() throws {
        let plan = try plan {
            var sets = Process.Capabilities()
            sets.bounding = ["CAP_UNKNOWN", "CAP_KILL", "UNKNOWN_CAP"]
            sets.effective = ["CAP_UNKNOWN"]
            $0.capabilities = sets
        }
        #expect(plan.capabilities?.bounding.numbers == [5])
        #expect(plan.warnings == ["ignoring unknown or unavailable capabilities: [CAP_UNKNOWN UNKNOWN_CAP]"])
    }

    @Test("PR-2: limits are numbers, each once")
    func limits() throws {
        let plan = try plan { $0.rlimits = [Process.Rlimit(type: "RLIMIT_NOFILE", soft: 10, hard: 20)] }
        #expect(plan.limits.map(\.number) == [7])
        #expect(plan.limits.map(\.soft) == [10])
        #expect(plan.limits.map(\.hard) == [20])
        #expect(
            failure { $0.rlimits = [Process.Rlimit(type: "NOFILE", soft: 1, hard: 1)] } == "wrong rlimit value: NOFILE"
        )
        let twice = Process.Rlimit(type: "RLIMIT_CPU", soft: 1, hard: 1)
        #expect(failure { $0.rlimits = [twice, twice] } == "rlimit RLIMIT_CPU is set more than once")
    }

    @Test("PR-2: a limit that cannot be set names its number")
    func refusedLimit() throws {
        // The soft limit above the hard one: EINVAL for whoever asks.
        let plan = try plan { $0.rlimits = [Process.Rlimit(type: "RLIMIT_NOFILE", soft: 20, hard: 10)] }
        do {
            try plan.applyLimits()
            Issue.record("accepted")
        } catch {
            #expect(error.description == "error setting rlimit type 7: invalid argument")
        }
    }

    @Test("PR-8: a nul byte ends no argument early")
    func nulBytes() {
        #expect(failure { $0.args = ["sh", "a\0b"] } == "args must not contain a nul byte")
        #expect(failure { $0.args = [] } == "args must not be empty")
    }

    @Test("PR-9: descriptors of socket activation come first, and the process is told")
    func inherited() throws {
        let activated = try InheritedDescriptors(preserved: 0, environment: ["LISTEN_PID=77", "LISTEN_FDS=2"], pid: 77)
        #expect(activated.count == 2)
        #expect(activated.environment == ["LISTEN_FDS=2", "LISTEN_PID=1"])
        let another = try InheritedDescriptors(preserved: 0, environment: ["LISTEN_PID=78", "LISTEN_FDS=2"], pid: 77)
        #expect(another.count == 0)
        #expect(another.environment.isEmpty)
    }

    @Test("PR-9: a descriptor to preserve has to be there")
    func missingDescriptor() {
        do {
            _ = try InheritedDescriptors(preserved: 100_000, environment: [], pid: 1)
            Issue.record("accepted")
        } catch {
            #expect(error.description.hasPrefix("unable to stat preserved-fd "))
            #expect(error.description.hasSuffix(" (of 100000): no such file or directory"))
        }
    }
}
