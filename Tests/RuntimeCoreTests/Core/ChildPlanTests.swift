import Linux
import OCI
import Testing

@testable import RuntimeCore

/// The order of the child's steps, which on another machine would take root to see.
@Suite("The plan of a container's init")
struct ChildPlanTests {
    private static let rootfs = RootfsSteps(prepare: [.clearUmask], enter: [.pivot], finish: [.readOnlyRoot])

    private func names(_ spec: Spec, _ change: (inout ChildCircumstances) -> Void = { _ in }) -> [String] {
        var circumstances = ChildCircumstances()
        change(&circumstances)
        return ChildPlan.steps(for: spec, Self.rootfs, circumstances).map(\.description)
    }

    private func spec(_ change: (inout Spec) -> Void = { _ in }) -> Spec {
        var spec = Spec()
        spec.process = Process()
        spec.linux.namespaces = [.init(kind: .pid), .init(kind: .mount)]
        change(&spec)
        return spec
    }

    @Test("PR-1: a plain container's steps, in their order")
    func plain() {
        #expect(
            names(spec()) == [
                "start a session", "join the container's session keyring", "clear the umask",
                "report that the mounts are made", "pivot_root to the rootfs", "make / read-only", "close descriptors",
                "report ready", "become the container's user", "look up the program", "wait for the record",
                "end the handshake", "execute the program",
            ]
        )
    }

    @Test("SC-11: the filter is loaded with privileges before they go, and as late as can be without")
    func seccomp() throws {
        for forbidden in [true, false] {
            let steps = names(
                spec {
                    $0.linux.seccomp = SeccompProfile(defaultAction: "SCMP_ACT_ALLOW")
                    $0.process?.noNewPrivileges = forbidden
                }
            )
            let filter = try #require(steps.firstIndex(of: "load the seccomp filter"))
            let user = try #require(steps.firstIndex(of: "become the container's user"))
            #expect((filter > user) == forbidden)
            #expect(steps.contains("set no_new_privs") == forbidden)
        }
    }

    @Test("ST-5: create closes the handshake before it waits for start")
    func barrier() throws {
        let steps = names(spec { $0.hooks.startContainer = [Hook(path: "/hook")] }) { $0.waitsForStart = true }
        #expect(
            steps.suffix(4) == [
                "end the handshake", "wait for start", "run startContainer hooks", "execute the program",
            ]
        )
    }

    @Test("HS-6: in run a startContainer hook's failure can still be reported")
    func runHooks() {
        let steps = names(spec { $0.hooks.startContainer = [Hook(path: "/hook")] })
        #expect(steps.suffix(3) == ["run startContainer hooks", "end the handshake", "execute the program"])
    }

    @Test("LC-15: init waits for the hooks of the runtime's namespaces while the old root is there")
    func hooks() throws {
        let steps = names(
            spec {
                $0.hooks.createRuntime = [Hook(path: "/hook")]
                $0.hooks.createContainer = [Hook(path: "/hook")]
            }
        )
        let wait = try #require(steps.firstIndex(of: "wait for the runtime's hooks"))
        #expect(steps[wait + 1] == "run createContainer hooks")
        #expect(steps[wait + 2] == "pivot_root to the rootfs")
    }

    @Test("CG-4: on v1 a new cgroup namespace is made, and hooks run, inside the cgroups; else they are joined last")
    func legacyCgroups() throws {
        let late = names(spec()) { $0.joinsCgroups = true }
        #expect(late.firstIndex(of: "open the cgroups") ?? .max < late.firstIndex(of: "pivot_root to the rootfs") ?? 0)
        #expect(late.firstIndex(of: "join the cgroups") ?? 0 > late.firstIndex(of: "close descriptors") ?? .max)
        let hooked = names(spec { $0.hooks.createRuntime = [Hook(path: "/hook")] }) { $0.joinsCgroups = true }
        let inside = try #require(hooked.firstIndex(of: "join the cgroups"))
        #expect(hooked[inside + 1] == "wait for the runtime's hooks")
        let early = names(spec { $0.linux.namespaces.append(.init(kind: .cgroup)) }) { $0.joinsCgroups = true }
        let join = try #require(early.firstIndex(of: "join the cgroups"))
        #expect(join < early.firstIndex(of: "make a cgroup namespace") ?? 0)
    }

    @Test("CG-4: on v1 init makes its network while the runtime makes the cgroups, and has its limits before a device")
    func legacyOverlap() throws {
        let kinds: [LinuxSection.NamespaceKind] = [.pid, .mount, .network, .cgroup]
        let given = spec { $0.linux.namespaces = kinds.map { .init(kind: $0) } }
        let steps = names(given) { $0.joinsCgroups = true }
        #expect(
            steps.prefix(8) == [
                "start a session", "make a network namespace", "set lo up", "join the container's session keyring",
                "wait for the cgroups", "join the cgroups", "make a cgroup namespace", "clear the umask",
            ]
        )
        let change = try #require(steps.firstIndex(of: "pivot_root to the rootfs"))
        #expect(steps[change - 1] == "report that the mounts are made")
        #expect(steps[change + 1] == "wait for the limits")
        let unified = names(given)
        #expect(!unified.contains { $0.hasPrefix("wait for the l") || $0.hasPrefix("make a network") })
    }

    @Test("CG-6: a createContainer hook on v1 runs with the container's access to devices")
    func legacyHook() throws {
        let steps = names(
            spec {
                $0.linux.namespaces.append(.init(kind: .cgroup))
                $0.hooks.createContainer = [Hook(path: "/hook")]
            }
        ) { $0.joinsCgroups = true }
        let hook = try #require(steps.firstIndex(of: "run createContainer hooks"))
        #expect(steps[hook - 1] == "wait for the runtime's hooks")
        #expect(!steps.contains("wait for the limits"))
    }

    @Test("BD-13: namespaces by path are joined while host paths resolve, the mount namespace last")
    func joined() {
        let steps = names(
            spec {
                $0.linux.namespaces = [
                    .init(kind: .mount, path: "/m"), .init(kind: .network, path: "/n"), .init(kind: .pid, path: "/p"),
                ]
            }
        )
        let joins = steps.filter { $0.hasPrefix("join the") && $0.contains("namespace") }
        #expect(joins == ["join the network namespace /n", "join the mount namespace /m"])
    }

    @Test("HS-9: exec joins its cgroups outside and starts its session inside")
    func exec() {
        var circumstances = ChildCircumstances()
        circumstances.joinsCgroups = true
        let steps = ChildPlan.steps(for: Process(), entering: [.pid, .mount], filtered: false, circumstances)
        #expect(
            steps.map(\.description) == [
                "join the cgroups", "enter the container's namespaces", "start a session",
                "join the container's session keyring", "report ready", "become the container's user",
                "look up the program", "wait for the record", "execute the program",
            ]
        )
    }
}
