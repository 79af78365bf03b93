internal import CLinux

/// pipe(7).
package struct Pipe: ~Copyable {
    package var readEnd: FileDescriptor
    package var writeEnd: FileDescriptor

    package init() throws(Errno) {
        var numbers: [CInt] = [-1, -1]
        _ = try check {
            unsafe numbers.withUnsafeMutableBufferPointer { unsafe clinux_pipe2($0.baseAddress, 0o2_000_000) }
        }
        readEnd = FileDescriptor(owning: numbers[0])
        writeEnd = FileDescriptor(owning: numbers[1])
    }

    private static let setCapacity: CInt = 1031
    private static let getCapacity: CInt = 1032

    /// The read end of a pipe that holds `bytes` and then ends: nobody has to stay to write, and nobody can get SIGPIPE.
    /// Beyond /proc/sys/fs/pipe-max-size `EPERM` for a user without privileges.
    package static func filled(with bytes: [UInt8]) throws(Errno) -> FileDescriptor {
        let pipe = try Pipe()
        let number = pipe.writeEnd.rawValue
        if Int(try check { clinux_fcntl(number, getCapacity, 0) }) < bytes.count {
            _ = try check { clinux_fcntl(number, setCapacity, bytes.count) }
        }
        try pipe.writeEnd.writeAll(bytes)
        return pipe.dropWriteEnd()
    }

    package consuming func dropWriteEnd() -> FileDescriptor { readEnd }

    /// Gives both numbers away.
    package consuming func release() -> (read: CInt, write: CInt) {
        let reader = readEnd
        let writer = writeEnd
        return (reader.release(), writer.release())
    }
}
