internal import Linux
internal import OCI

/// What makes a process a shim, SM-10 to SM-14.
enum Daemon {
    /// Cuts what ties the process to its caller: session, terminal, working directory, descriptors.
    ///
    /// `kept`: descriptors that stay.
    static func detach(keeping kept: [Int32?]) throws(RuntimeError) {
        try attempt("setsid") { () throws(Errno) in try ThisProcess.startSession() }
        try attempt("chdir /") { () throws(Errno) in try ThisProcess.changeDirectory("/") }
        try attempt("open /dev/null") { () throws(Errno) in
            let null = try openNull()
            for number: Int32 in 0...2 { try null.replace(number) }
        }
        let views = [0, 1, 2] + kept.compactMap { $0 }
        OpenDescriptors.closeAll(but: views.map { BorrowedDescriptor($0) })
    }

    private static func openNull() throws(Errno) -> FileDescriptor {
        try BorrowedDescriptor.currentDirectory.open("/dev/null", .readWrite)
    }

    /// In the foreground, too.
    static func prepare(_ options: ShimOptions) throws(RuntimeError) {
        // Of a reader that has gone a write's error tells, also where the caller is told of the next failure here.
        try attempt("ignore SIGPIPE") { () throws(Errno) in try Signal.pipe.ignore() }
        for cgroup in options.cgroups {
            try attempt("enter cgroup \(cgroup)") { () throws(Errno) in
                try HostFile.write("\(cgroup)/cgroup.procs", "0")
            }
        }
        try attempt("prepare the process") { () throws(Errno) in
            FileMask.set(0o022)
            try ThisProcess.becomeSubreaper()
            try ThisProcess.setName(options.name)
            try Signal.child.restoreDefault()
            // Of a log that may not grow, too.
            try Signal.fileSize.ignore()
            try Driver.signals.setMask()
        }
    }

    private static let openFiles = 7
    private static let ownScore = "/proc/self/oom_score_adj"

    /// The shim's own limit of descriptors goes up and its OOM score where the caller wants it; what the container is to
    /// have instead is returned.
    static func raiseLimits(_ options: ShimOptions) throws(RuntimeError) -> Inheritance {
        var result = Inheritance()
        try attempt("RLIMIT_NOFILE") { () throws(Errno) in
            let (soft, hard) = try ResourceLimit.get(openFiles)
            (result.soft, result.hard) = (soft, hard)
            if soft < hard { try ResourceLimit.set(openFiles, soft: hard, hard: hard) }
        }
        guard let score = options.oomScoreAdjustment else { return result }
        try attempt("write \(score) to \(ownScore)") { () throws(Errno) in
            result.oomScore = RuntimeLog.text(try HostFile.read(ownScore))
            try HostFile.write(ownScore, String(score))
        }
        return result
    }
}
