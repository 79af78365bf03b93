internal import Cgroups
internal import Linux
internal import OCI

/// One `exec`: what is to run, and in which container.
struct ExecRequest: ~Copyable {
    let options: ExecOptions
    let container: Container
    let process: Process
    /// The configuration as it was at create: namespaces and the seccomp profile are the container's own.
    let spec: Spec
    let pidfd: FileDescriptor

    init(_ options: ExecOptions, in store: ContainerStore) throws(RuntimeError) {
        let container = try Container(options.id, in: store)
        switch try container.status() {
        case .stopped: throw RuntimeError(.wrongState, "cannot exec in a stopped container")
        case .paused where !options.ignorePaused:
            throw RuntimeError(
                .wrongState,
                "cannot exec in a paused container (use --ignore-paused to override)"
            )
        default: break
        }
        let kept = try container.directory.readConfig()
        let spec = try Spec.parse(kept)
        let process = try ExecRequest.process(options, bundle: container.state.bundle, kept: kept, spec: spec)
        try Rules.validate(process)
        let pidfd = try container.openInit()
        self.spec = spec
        self.process = process
        self.pidfd = pidfd
        self.options = options
        self.container = container
    }

    /// `--process` stands for everything; else config.json as it is now, with the flags over it.
    private static func process(
        _ options: ExecOptions,
        bundle: String,
        kept: [UInt8],
        spec: Spec
    ) throws(RuntimeError) -> Process {
        if let file = options.processFile {
            let bytes = try attempt("read \(file)") { () throws(Errno) in try HostFile.read(file) }
            return try during(file) { () throws(RuntimeError) in try Process.parse(bytes) }
        }
        let current = try Bundle.readConfig(in: bundle)
        let now = current == kept ? spec : try Spec.parse(current)
        guard let process = now.process else {
            throw RuntimeError(.invalidSpec, "process property must not be empty")
        }
        return process.overridden(by: options)
    }
}

extension Process {
    /// The flags of `exec` over the configuration's process; its terminal is not inherited.
    fileprivate func overridden(by options: ExecOptions) -> Process {
        var process = self
        process.args = options.args
        if let cwd = options.cwd { process.cwd = cwd }
        process.env += options.env
        process.terminal = options.tty
        if let user = options.user {
            process.user.uid = user.uid
            if let gid = user.gid { process.user.gid = gid }
        }
        process.user.additionalGids += options.additionalGids
        if let forbidden = options.noNewPrivs { process.noNewPrivileges = forbidden }
        if !options.caps.isEmpty { process.addCapabilities(options.caps) }
        return process
    }

    /// Bounding, effective and permitted; ambient only where the configuration has inheritable ones, and never
    /// inheritable itself (CVE-2022-29162).
    private mutating func addCapabilities(_ names: [String]) {
        var sets = capabilities ?? Capabilities()
        sets.bounding += names
        sets.effective += names
        sets.permitted += names
        if !sets.inheritable.isEmpty { sets.ambient += names }
        capabilities = sets
    }
}
