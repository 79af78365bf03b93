import Linux
import OCI
import ShimProtocol
import Testing

@testable import ShimCore

/// A whole shim with a shell script as its runtime: no root, no container. For exit tests, which run it in a process of
/// their own: a shim reaps every child of its process.
struct FakeRuntime {
    let root: String
    var options = ShimOptions()

    var state: String { "\(root)/state" }
    var log: String { "\(root)/log" }

    /// `command` is what the container runs.
    init(command: String, exec: String = "true") throws {
        root = "/tmp/shim-\(ThisProcess.pid)-\(UInt64.random(in: 0...UInt64.max))"
        try HostFile.makeDirectory(root, mode: 0o700)
        try write("runtime", FakeRuntime.script, mode: 0o755)
        try write("command", command)
        try write("exec", exec)
        options.bundle = root
        options.id = "c1"
        options.state = "\(root)/state"
        options.runtime = "\(root)/runtime"
        options.environment = ["PATH=/usr/local/bin:/usr/bin:/bin", "BUNDLE=\(root)"]
        options.logPath = "\(root)/log"
        options.linger = 1_000_000_000
        options.syncs = false
    }

    func write(_ name: String, _ text: String, mode: UInt32 = 0o644) throws(Errno) {
        let file = try BorrowedDescriptor.currentDirectory.open(
            "\(root)/\(name)",
            [.write, .create, .truncate],
            mode: mode
        )
        try file.writeAll(Array(text.utf8))
    }

    /// The text of a file of the root, "" where it is not there.
    func read(_ name: String) -> String {
        do { return try HostFile.readText("\(root)/\(name)") } catch { return "" }
    }

    /// Names in a folder of the root.
    func files(_ name: String) -> [String] {
        do {
            return try BorrowedDescriptor.currentDirectory.open("\(root)/\(name)", [.read, .directory]).entries()
        } catch { return [] }
    }

    /// The pids of a process's children.
    func children(of pid: Int32) -> [Int32] {
        read("../../proc/\(pid)/task/\(pid)/children").split(separator: " ").compactMap { Int32($0) }
    }

    func connect() throws -> ShimConnection {
        let folder = try StateFolder.open(state)
        return try ShimConnection.open(folder)
    }

    func ask(_ request: Request) throws -> String {
        let connection = try connect()
        return String(decoding: try connection.ask(request), as: UTF8.self)
    }

    /// Attaches, and starts what it is attached to.
    func attach(_ session: SessionName? = nil, input: Bool = false, starts: Bool = true) throws -> ShimConnection {
        var attachment = Attachment()
        attachment.input = input
        attachment.starts = starts
        let connection = try connect()
        _ = try connection.ask(.attach(session, attachment))
        return connection
    }

    /// After the shim's end.
    func clean() throws {
        wait(for: "the shim's end") { !HostFile.exists("\(state)/lock") }
        let folder = try BorrowedDescriptor.currentDirectory.open(root, [.read, .directory])
        for name in try folder.entries() where name != "state" { try folder.unlink(name) }
        if HostFile.exists(state) { try StateFolder.open(state).empty(removing: true) }
        try HostFile.removeDirectory(root)
    }

    /// runc's command line, as far as the shim uses it. A container waits at a fifo until it is started.
    static let script = """
        #!/bin/sh
        while [ $# -gt 0 ]; do
            case $1 in
            --log) log=$2; shift 2;;
            --log-format) shift 2;;
            *) break;;
            esac
        done
        verb=$1
        shift
        while [ $# -gt 0 ]; do
            case $1 in
            --pid-file) pidfile=$2; shift 2;;
            --bundle|--process|--resources|--console-socket) shift 2;;
            --detach|--force|--all) shift;;
            *) break;;
            esac
        done
        echo "$verb $*" >> "$BUNDLE/calls"
        if [ -e "$BUNDLE/fail-$verb" ]; then
            cat "$BUNDLE/fail-$verb" > "$log"
            echo '{"level":"error","msg":"refused by the test","time":"now"}' >> "$log"
            echo "words on standard error" >&2
            exit 1
        fi
        # exec: the shim ends this process and not a child of it.
        if [ -e "$BUNDLE/hang-$verb" ]; then exec sleep 1000; fi
        exec 3<&0
        case $verb in
        create)
            mkfifo "$BUNDLE/fifo"
            (read -r go < "$BUNDLE/fifo"; exec sh "$BUNDLE/command") <&3 3<&- &
            printf %s $! > "$pidfile"
            printf %s $! > "$BUNDLE/init";;
        start) echo go > "$BUNDLE/fifo";;
        exec)
            # A shell may wait for what it has put in the background, true does not.
            (while read -r name < "/proc/$$/comm" && [ "$name" != true ]; do :; done; exec sh "$BUNDLE/exec") <&3 3<&- &
            printf %s $! > "$pidfile"
            exec true;;
        kill) kill -"$2" "$(cat "$BUNDLE/init")";;
        delete)
            kill -9 "$(cat "$BUNDLE/init")" 2>/dev/null
            rm -f "$BUNDLE/fifo";;
        state) echo "{\\"status\\":\\"created\\",\\"bundle\\":\\"$BUNDLE\\"}";;
        esac
        exit 0

        """
}

/// Ends the process of an exit test where something is not so.
func demand(_ condition: Bool, _ what: @autoclosure () -> String, line: Int = #line) {
    if condition { return }
    Issue.record("line \(line): \(what())")
    ThisProcess.exit(1)
}

/// Waits for something to become so, 10 s at most.
func wait(for what: String, line: Int = #line, _ condition: () -> Bool) {
    for _ in 0..<2000 {
        if condition() { return }
        Clock.sleep(nanoseconds: 5_000_000)
    }
    demand(false, "in vain for \(what)", line: line)
}

extension ShimConnection {
    /// Every frame up to the end of the connection.
    borrowing func frames() throws -> [Frame] {
        var result: [Frame] = []
        while let frame = try receive() { result.append(frame) }
        return result
    }
}

extension [Frame] {
    /// The bytes of one stream.
    func text(_ kind: FrameKind) -> String {
        String(decoding: filter { $0.kind == kind }.flatMap { $0.payload }, as: UTF8.self)
    }
}
