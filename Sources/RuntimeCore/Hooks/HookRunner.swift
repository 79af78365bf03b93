package import Linux
package import OCI

/// Runs hooks, runtime.md "Lifecycle" and config.md "POSIX-platform Hooks".
package enum HookRunner {
    /// When a hook runs; its name is part of an error's text.
    package enum Point: String, CaseIterable, Sendable {
        case prestart, createRuntime, createContainer, startContainer, poststart, poststop
    }

    /// Runs `hooks` one after the other, in this process's namespaces, with `state` (the JSON of the container's
    /// state) on their standard input; the first failure ends it. A hook that lists no environment gets `inherited`,
    /// which is the container process's for startContainer and nothing else's.
    package static func run(
        _ hooks: [Hook],
        _ point: Point,
        state: [UInt8],
        inherited: Environment? = nil
    ) throws(RuntimeError) {
        for (index, hook) in hooks.enumerated() {
            try during("error running \(point.rawValue) hook #\(index)") { () throws(RuntimeError) in
                try run(hook, state, inherited)
            }
        }
    }

    /// Runs all of `hooks`, whatever became of the one before, and throws the first failure at the end.
    package static func runEach(_ hooks: [Hook], _ point: Point, state: [UInt8]) throws(RuntimeError) {
        var failure: RuntimeError?
        for (index, hook) in hooks.enumerated() {
            do throws(RuntimeError) { try run(hook, state, nil) } catch {
                failure = failure ?? error.during("error running \(point.rawValue) hook #\(index)")
            }
        }
        if let failure { throw failure }
    }

    private static func run(_ hook: Hook, _ state: [UInt8], _ inherited: Environment?) throws(RuntimeError) {
        let own = hook.env ?? []
        let command = Command(
            hook.path,
            arguments: hook.args.isEmpty ? [hook.path] : hook.args,
            environment: own.isEmpty ? inherited?.entries ?? [] : own
        )
        let output = try attempt("fork/exec \(hook.path)") { () throws(Errno) in
            try command.run(input: state, seconds: hook.timeout)
        }
        if output.timedOut, let timeout = hook.timeout {
            throw RuntimeError(.kernel, "hook ran past specified timeout of \(timeout).0s")
        }
        if output.status == .exited(0) { return }
        let streams = "stdout: \(text(output.output)), stderr: \(text(output.error))"
        throw RuntimeError(.kernel, "\(output.status.words), \(streams)")
    }

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}

extension ExitStatus {
    /// `exit status 1`, `signal: killed`.
    package var words: String {
        switch self {
        case .exited(let code): "exit status \(code)"
        case .signaled(let signal): "signal: \(Signal(signal).words)"
        }
    }
}
