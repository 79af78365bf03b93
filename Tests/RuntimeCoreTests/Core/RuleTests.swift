import OCI
import Testing

@testable import RuntimeCore

@Suite("Rules of a configuration")
struct RuleTests {
    private static func valid() -> Spec {
        var spec = Spec()
        spec.ociVersion = "1.3.0"
        spec.root = Root(path: "rootfs")
        var process = Process()
        process.cwd = "/"
        process.args = ["sh"]
        spec.process = process
        spec.linux.namespaces = [.init(kind: .mount), .init(kind: .uts)]
        return spec
    }

    private func failure(_ change: (inout Spec) -> Void) -> String? {
        var spec = Self.valid()
        change(&spec)
        do throws(RuntimeError) { try Rules.validate(spec) } catch { return error.description }
        return nil
    }

    @Test("BD-2: what runc spec writes passes")
    func passes() {
        #expect(failure { _ in } == nil)
    }

    private static let broken: [(String, @Sendable (inout Spec) -> Void)] = [
        ("unsupported version \"2.0.0\"", { $0.ociVersion = "2.0.0" }),
        ("unsupported version \"\"", { $0.ociVersion = "" }),
        ("linux.intelRdt is not supported", { $0.unsupported = ["linux.intelRdt"] }),
        ("process property must not be empty", { $0.process = nil }),
        ("Cwd must be an absolute path", { $0.process?.cwd = "tmp" }),
        ("Cwd property must not be empty", { $0.process?.cwd = "" }),
        ("args must not be empty", { $0.process?.args = [] }),
        ("root property must not be empty", { $0.root = nil }),
        ("duplicated ns mount", { $0.linux.namespaces.append(.init(kind: .mount)) }),
        ("\"net\" is not an absolute path", { $0.linux.namespaces.append(.init(kind: .network, path: "net")) }),
        (
            "unable to set hostname without",
            { spec in
                spec.hostname = "h"
                spec.linux.namespaces = []
            }
        ),
        ("65 bytes are more than the 64", { $0.hostname = String(repeating: "h", count: 65) }),
        (
            "without a private MNT namespace",
            { spec in
                spec.linux.namespaces = []
                spec.linux.maskedPaths = ["/proc/kcore"]
            }
        ),
        ("hooks.poststart[0].path: \"hook\" is not an absolute path", { $0.hooks.poststart = [Hook(path: "hook")] }),
        (
            "the soft limit is above the hard one",
            { spec in
                spec.process?.rlimits = [.init(type: "RLIMIT_CORE", soft: 2, hard: 1)]
            }
        ),
        (
            "is given twice",
            { spec in
                spec.process?.rlimits = [
                    .init(type: "RLIMIT_CORE", soft: 1, hard: 1), .init(type: "RLIMIT_CORE", soft: 1, hard: 1),
                ]
            }
        ),
    ]

    @Test("BD-5: each rule says what it is about", arguments: broken.indices)
    func refused(index: Int) throws {
        let (text, change) = Self.broken[index]
        #expect(try #require(failure(change)).contains(text))
    }

    @Test(
        "LC-4: ids are names, never paths",
        arguments: ["", ".", "..", "a/b", "/", "a b", "é", "a\0", String(repeating: "a", count: 256)]
    )
    func badID(id: String) {
        #expect(throws: RuntimeError.self) { try ContainerID.validate(id) }
    }

    @Test(
        "LC-4: what runc takes is taken",
        arguments: ["a", "A-b_c+d.e", "0", "..a", String(repeating: "a", count: 255)]
    )
    func goodID(id: String) throws {
        try ContainerID.validate(id)
    }
}
