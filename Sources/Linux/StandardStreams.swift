/// Descriptors 0, 1 and 2.
package enum StandardStreams {
    package static let all: [BorrowedDescriptor] = [.standardInput, .standardOutput, .standardError]

    /// Opens /dev/null where a caller left one of them closed: else what is opened next would be a standard stream.
    package static func ensureOpen() throws(Errno) {
        for stream in all {
            do { _ = try stream.isCloseOnExec() } catch {
                if error != .badDescriptor { throw error }
                // The lowest number that is free, which is this one: those below are open by now.
                let null = try BorrowedDescriptor.currentDirectory.open("/dev/null", .readWrite)
                try null.setCloseOnExec(false)
                _ = null.release()
            }
        }
    }

    /// Makes three open files this process's standard streams.
    package static func install(
        _ input: BorrowedDescriptor,
        _ output: BorrowedDescriptor,
        _ error: BorrowedDescriptor
    ) throws(Errno) {
        for (index, descriptor) in [input, output, error].enumerated() {
            try descriptor.install(as: CInt(index))
        }
    }
}

extension FileStatus {
    /// Character device 1:3.
    package var isNull: Bool { kind == .character && major == 1 && minor == 3 }
}
