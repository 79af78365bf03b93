internal import Cgroups
internal import Linux
internal import OCI
internal import Seccomp

/// The container's first process, from its birth in clone3(2) to execve(2).
enum InitProcess {
    /// Performs the plan; never returns. A failure goes to the parent while it listens; later ones are init's own, on
    /// its standard error, as a shell would report them.
    static func run(
        _ plan: consuming InitPlan,
        _ channel: consuming ChildChannel,
        fifo: consuming FileDescriptor?,
        console: consuming FileDescriptor?,
        runtime: Runtime
    ) -> Never {
        runtime.trace?.becomeChild()
        var child = ContainerInit(plan, channel, fifo: fifo, console: console, runtime: runtime)
        do throws(RuntimeError) {
            try attempt("watch the parent") { () throws(Errno) in
                // Until its record is written init dies with the runtime: nobody else would know of it.
                try ThisProcess.setParentDeathSignal(Signal.kill.number)
            }
            try child.performAll()
        } catch {
            child.report(error)
        }
        ThisProcess.exit(ContainerInit.failure)
    }
}

/// What init holds while it performs its steps.
struct ContainerInit: ~Copyable {
    /// The exit status of an init that could not run its program, as runc's.
    static let failure: Int32 = 255

    var plan: InitPlan
    let runtime: Runtime
    var channel: ChildChannel?
    /// The parent has stopped to listen for failures.
    var handshakeIsOver = false
    var fifo: FileDescriptor?
    var console: FileDescriptor?
    var rootfs: Rootfs?
    /// v1: the cgroups, until they are joined.
    var entrance: CgroupEntrance?
    /// For exec.fifo, which is opened when the container's own /proc, not to be trusted, has taken the host's place.
    var procfs: ProcFS?

    init(
        _ plan: consuming InitPlan,
        _ channel: consuming ChildChannel,
        fifo: consuming FileDescriptor?,
        console: consuming FileDescriptor?,
        runtime: Runtime
    ) {
        self.plan = plan
        self.channel = consume channel
        self.fifo = fifo
        self.console = console
        self.runtime = runtime
    }

    mutating func performAll() throws(RuntimeError) {
        if fifo != nil {
            procfs = try attempt("open a procfs") { () throws(Errno) in try ProcFS() }
        }
        for index in plan.steps.indices {
            let step = plan.steps[index]
            runtime.trace?.mark(step: index)
            try perform(step)
        }
    }

    mutating func report(_ failure: RuntimeError) {
        do throws(RuntimeError) { try tell(.failed(failure)) } catch {
            // Nobody listens: this line is all that the caller gets.
            do { try BorrowedDescriptor.standardError.write("\(failure)\n") } catch {}
        }
    }
}
