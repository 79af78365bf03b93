/// A terminal that passes keys on as they are typed, ^C too. It gets back the settings that it had when this goes,
/// however that comes about.
package final class RawMode {
    private let descriptor: BorrowedDescriptor
    private let settings: TerminalSettings
    private var isOn = true

    /// `processingOutput`: a newline is still written with its carriage return. `ENOTTY` for what is no terminal.
    package init(_ descriptor: BorrowedDescriptor, processingOutput: Bool) throws(Errno) {
        settings = try TerminalSettings(of: descriptor)
        self.descriptor = descriptor
        try settings.raw(processingOutput: processingOutput).apply(to: descriptor)
    }

    deinit { restore() }

    /// Ends it earlier.
    package func restore() {
        if !isOn { return }
        isOn = false
        do { try settings.apply(to: descriptor) } catch {
            // The terminal has gone: there is nothing left to restore.
            return
        }
    }
}
