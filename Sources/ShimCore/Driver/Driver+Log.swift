internal import ContainerLog
internal import Linux

/// `mode=non-blocking`: what the pipe to the log's helper had no room for.
extension Driver {
    /// After each call of the log, before anything else is opened: a pipe that the log has closed must not be in the set
    /// under a number that somebody else has by then.
    func watchLog() {
        guard let pipe = log.waiting else {
            if let watch = logWatch { watcher.remove(watch) }
            logWatch = nil
            return
        }
        guard logWatch == nil else { return }
        // Without epoll the next output and the next quiet time still try.
        do throws(Errno) { logWatch = try watcher.add(pipe, .output, for: .log) } catch {}
    }

    func logReady() {
        log.push()
        watchLog()
    }
}
