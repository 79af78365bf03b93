package import Linux
package import OCI

/// What becomes of a cloned child before its execve(2): all that can be read, checked and allocated beforehand.
/// The methods, in their order, are what the child does (spec/process.md PR-1).
package struct ProcessPlan: Sendable {
    /// What the process does not say itself.
    package struct Context: Sendable {
        package var containerID: String
        /// False: `--no-new-keyring`.
        package var joinsKeyring = true
        /// The first process of a container, not one of `exec`.
        package var isInit = true
        package var hasUserNamespace = false
        /// The runtime's user is not root: supplementary groups stay as they are.
        package var isRootless = false
        package var inherited = InheritedDescriptors()

        package init(containerID: String) { self.containerID = containerID }
    }

    package struct Limit: Equatable, Sendable {
        package let number: Int
        package let soft: UInt64
        package let hard: UInt64
    }

    /// The five sets as masks.
    package struct CapabilityMasks: Equatable, Sendable {
        package var bounding: CapabilitySet = []
        package var effective: CapabilitySet = []
        package var inheritable: CapabilitySet = []
        package var permitted: CapabilitySet = []
        package var ambient: CapabilitySet = []
    }

    package let context: Context
    package let arguments: [String]
    package let directory: String
    package let user: Process.User
    package let limits: [Limit]
    /// nil: the capabilities stay as they are.
    package let capabilities: CapabilityMasks?
    package let noNewPrivileges: Bool
    package let oomScoreAdjustment: Int?
    /// For the log, before the clone.
    package let warnings: [String]

    package internal(set) var environment: Environment
    /// The path for execve(2), once `findProgram` has found it.
    package internal(set) var program: String?
    /// Whether `enterDirectory` still has to succeed.
    package internal(set) var isInDirectory = false

    package init(_ process: Process, _ context: Context) throws(RuntimeError) {
        guard !process.args.isEmpty else { throw RuntimeError(.invalidSpec, "args must not be empty") }
        for argument in process.args where argument.utf8.contains(0) {
            throw RuntimeError(.invalidSpec, "args must not contain a nul byte")
        }
        var unknown: [String] = []
        self.context = context
        arguments = process.args
        directory = process.cwd
        user = process.user
        limits = try ProcessPlan.limits(process.rlimits)
        capabilities = process.capabilities.map { ProcessPlan.masks($0, unknown: &unknown) }
        noNewPrivileges = process.noNewPrivileges
        oomScoreAdjustment = process.oomScoreAdj
        environment = try Environment(process.env + context.inherited.environment)
        warnings = ProcessPlan.warnings(unknown)
    }
}

extension ProcessPlan {
    private static func limits(_ list: [Process.Rlimit]) throws(RuntimeError) -> [Limit] {
        var limits: [Limit] = []
        limits.reserveCapacity(list.count)
        for entry in list {
            guard let number = ResourceLimit.number(entry.type) else {
                throw RuntimeError(.invalidSpec, "wrong rlimit value: \(entry.type)")
            }
            // config.md "POSIX process": an error, not the last one wins.
            if limits.contains(where: { $0.number == number }) {
                throw RuntimeError(.invalidSpec, "rlimit \(entry.type) is set more than once")
            }
            limits.append(Limit(number: number, soft: entry.soft, hard: entry.hard))
        }
        return limits
    }

    package static func masks(_ names: Process.Capabilities, unknown: inout [String]) -> CapabilityMasks {
        CapabilityMasks(
            bounding: mask(names.bounding, &unknown),
            effective: mask(names.effective, &unknown),
            inheritable: mask(names.inheritable, &unknown),
            permitted: mask(names.permitted, &unknown),
            ambient: mask(names.ambient, &unknown)
        )
    }

    /// A name that the kernel does not know is left out: images list what other hosts have.
    private static func mask(_ names: [String], _ unknown: inout [String]) -> CapabilitySet {
        var result: CapabilitySet = []
        for name in names {
            if let number = Capability.number(name), isAvailable(number) {
                result.insert(CapabilitySet(number: number))
            } else if !unknown.contains(name) {
                unknown.append(name)
            }
        }
        return result
    }

    /// Every kernel with close_range(2) has the capabilities up to CAP_CHECKPOINT_RESTORE's three forerunners, so only
    /// the youngest are asked for.
    private static func isAvailable(_ number: Int) -> Bool {
        number <= 37 || Capability.isSupported(number)
    }

    private static func warnings(_ unknown: [String]) -> [String] {
        if unknown.isEmpty { return [] }
        let names = unknown.sorted().joined(separator: " ")
        return ["ignoring unknown or unavailable capabilities: [\(names)]"]
    }
}
