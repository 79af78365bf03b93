internal import ContainerLog
internal import Linux
internal import OCI
internal import ShimProtocol

/// The shim as a program, without its command line.
package enum ShimMain {
    /// Starts a shim. Unless it stays in the foreground it returns when the daemon has said how the start went: 0, or 1
    /// after saying why not on standard error (SM-10, SM-11). Descriptors 0 to 2 are open.
    package static func run(_ options: ShimOptions) -> Int32 {
        do throws(RuntimeError) {
            let options = try takeReadyDescriptor(options)
            if options.foreground { return try runHere(options, pipe: nil) }
            let pipe = try attempt("make a pipe") { () throws(Errno) in try Pipe() }
            switch try attempt("fork", { () throws(Errno) in try clone([]) }) {
            case .parent(let daemon):
                // It goes on, whatever becomes of this process.
                _ = daemon.release()
                if let copy = options.readyDescriptor { _ = FileDescriptor(owning: copy) }
                return try waitForDaemon(pipe.dropWriteEnd())
            case .child:
                let (readEnd, writeEnd) = pipe.release()
                _ = FileDescriptor(owning: readEnd)
                ThisProcess.exit(runAsDaemon(options, FileDescriptor(owning: writeEnd)))
            }
        } catch { return complain(error.description) }
    }

    /// `--ready-fd` may be one of the standard streams, which are replaced, and it may be none: both before something else
    /// is opened under its number.
    private static func takeReadyDescriptor(_ options: ShimOptions) throws(RuntimeError) -> ShimOptions {
        guard let number = options.readyDescriptor else { return options }
        var result = options
        result.readyDescriptor = try attempt("--ready-fd \(number)") { () throws(Errno) in
            try BorrowedDescriptor(number).duplicate().release()
        }
        // Whoever reads there waits for the end of the last copy.
        if number > 2 { _ = FileDescriptor(owning: number) }
        return result
    }

    private static func waitForDaemon(_ pipe: consuming FileDescriptor) throws(RuntimeError) -> Int32 {
        let bytes = try attempt("wait for the shim") { () throws(Errno) in try pipe.readAll() }
        guard let failure = StartPipe.failure(in: bytes) else { return 0 }
        return complain(failure)
    }

    private static func complain(_ message: String) -> Int32 {
        // Without a standard error there is nobody to tell.
        do throws(Errno) { try BorrowedDescriptor.standardError.writeAll(Array("\(message)\n".utf8)) } catch {}
        return 1
    }

    // MARK: - The shim itself

    private static func runAsDaemon(_ options: ShimOptions, _ pipe: consuming FileDescriptor) -> Int32 {
        let pipe = Optional(pipe)
        do throws(RuntimeError) { try Daemon.detach(keeping: [pipe.view()?.rawValue, options.readyDescriptor]) } catch {
            _ = Reporter(pipe: pipe, line: nil, isForeground: false).failed(error.description, log: [])
            return 1
        }
        do throws(RuntimeError) { return try runHere(options, pipe: pipe) } catch { return 1 }
    }

    /// The caller hears of every failure here by `Reporter`; what is thrown is for the foreground's exit status alone.
    private static func runHere(_ options: ShimOptions, pipe: consuming FileDescriptor?) throws(RuntimeError) -> Int32 {
        let report = Reporter(
            pipe: pipe,
            line: options.readyDescriptor.map { FileDescriptor(owning: $0) },
            isForeground: options.foreground
        )
        do throws(RuntimeError) {
            let driver = try makeDriver(options, report)
            do throws(Errno) { return try driver.run() } catch {
                driver.discard()
                throw RuntimeError(.kernel, "wait for events", errno: error)
            }
        } catch {
            _ = report.failed(error.description, log: [])
            return 1
        }
    }

    private static func makeDriver(_ options: ShimOptions, _ report: Reporter) throws(RuntimeError) -> Driver {
        try Daemon.prepare(options)
        let inheritance = try Daemon.raiseLimits(options)
        let folder = try StateFolder.create(options.state)
        let parts: DriverParts
        do throws(RuntimeError) { parts = try makeParts(options, folder) } catch {
            // What this call has made, and while it has the lock: another shim may be waiting to take the folder.
            folder.empty(removing: folder.isNew)
            throw error
        }
        return Driver(options, DriverStart(folder: folder, parts: parts, report: report, inheritance: inheritance))
    }

    private static func makeParts(
        _ options: ShimOptions,
        _ folder: borrowing StateFolder
    ) throws(RuntimeError) -> DriverParts {
        let log = try openLog(options)
        do throws(Errno) { return try DriverParts(log, in: folder) } catch {
            throw RuntimeError(.kernel, "make the control socket", errno: error)
        }
    }

    private static func openLog(_ options: ShimOptions) throws(RuntimeError) -> LogWriter {
        guard let path = options.logPath else { return LogWriter() }
        let parsed: LogOptions
        do throws(LogOptions.Failure) { parsed = try LogOptions(parsing: options.logOptions) } catch {
            throw RuntimeError(.usage, error.description)
        }
        do throws(Errno) { return try LogWriter(path: path, options: parsed) } catch {
            // LG-19
            let reason = LogWriter.hasUnsafeFolder(path) ? ": others can change its folder, which is not root's" : ""
            throw RuntimeError(.kernel, "open log \(path)\(reason)", errno: error)
        }
    }
}
