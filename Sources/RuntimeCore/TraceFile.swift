internal import Linux
internal import OCI

/// The phases of `--trace`: the runtime's own by name, the child's by their place in its plan.
final class Trace {
    /// What the runtime does, in its order.
    enum Phase: UInt32 {
        case readConfig, plan, makeState, clone, makeCgroups, compileFilter, setLimits, runHooks, writeRecord, letGo,
            end

        var name: String {
            switch self {
            case .readConfig: "read config.json"
            case .plan: "plan"
            case .makeState: "make state and cgroup"
            case .clone: "clone"
            case .makeCgroups: "make the cgroups"
            case .compileFilter: "compile the seccomp filter"
            case .setLimits: "set limits"
            case .runHooks: "run hooks"
            case .writeRecord: "write the record"
            case .letGo: "init goes on alone"
            case .end: "end"
            }
        }
    }

    private let moments: SharedTrace
    private let file: BorrowedDescriptor
    /// The child's plan.
    var steps: [ChildStep] = []

    /// nil where the kernel has no memory to share.
    init?(_ file: BorrowedDescriptor) {
        guard let moments = SharedTrace() else { return nil }
        self.moments = moments
        self.file = file
    }

    func becomeChild() { moments.becomeChild() }
    func mark(_ phase: Phase) { moments.mark(phase.rawValue) }
    func mark(step index: Int) { moments.mark(UInt32(index)) }

    private func name(_ mark: SharedTrace.Mark, _ side: SharedTrace.Side) -> String {
        if side == .parent { return Phase(rawValue: mark.phase)?.name ?? "" }
        let index = Int(mark.phase)
        return steps.indices.contains(index) ? steps[index].description : ""
    }

    /// Chrome trace events (chrome://tracing, Perfetto), one row for the runtime, one for the container's init. Every
    /// phase lasts until the next one of its side begins.
    func write() throws(Errno) {
        // Bytes in one array: a trace should cost what a clock read costs, not what strings do.
        var bytes: [UInt8] = []
        bytes.reserveCapacity(32768)
        bytes.append(UInt8(ascii: "["))
        for side in SharedTrace.Side.allCases {
            let marks = moments.marks(of: side)
            for index in marks.indices.dropLast() {
                bytes.append(contentsOf: (bytes.count == 1 ? "\n{\"name\":\"" : ",\n{\"name\":\"").utf8)
                appendEscaped(name(marks[index], side), to: &bytes)
                bytes.append(contentsOf: "\",\"ph\":\"X\",\"ts\":".utf8)
                appendMicroseconds(marks[index].time, to: &bytes)
                bytes.append(contentsOf: ",\"dur\":".utf8)
                appendMicroseconds(marks[index + 1].time - marks[index].time, to: &bytes)
                bytes.append(contentsOf: (side == .parent ? ",\"pid\":0,\"tid\":0}" : ",\"pid\":1,\"tid\":1}").utf8)
            }
        }
        bytes.append(contentsOf: "\n]\n".utf8)
        try file.writeAll(bytes)
        try file.cut(to: bytes.count)
    }

    /// Names hold paths of the configuration: what would end the JSON string is escaped.
    private func appendEscaped(_ text: String, to bytes: inout [UInt8]) {
        let isPlain = text.utf8.allSatisfy { $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
        if isPlain { return bytes.append(contentsOf: text.utf8) }
        bytes.append(contentsOf: Log.quoted(text).utf8.dropFirst().dropLast())
    }

    /// Nanoseconds as the format wants them: microseconds with a fraction.
    private func appendMicroseconds(_ nanoseconds: UInt64, to bytes: inout [UInt8]) {
        let fraction = nanoseconds % 1000
        bytes.append(contentsOf: String(nanoseconds / 1000).utf8)
        bytes.append(UInt8(ascii: "."))
        for digit in [fraction / 100, fraction / 10 % 10, fraction % 10] {
            bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit))
        }
    }
}

extension Runtime {
    /// A trace that cannot be written is a warning: the container runs.
    func finishTrace() {
        guard let trace else { return }
        trace.mark(.end)
        do { try trace.write() } catch { log.warning("write the trace: \(error)") }
    }
}
