internal import CLinux

/// unix(7) sockets.
package enum UnixSocket {
    /// sun_path less its NUL.
    private static let longestPath = 107

    /// Connects to a stream socket of the host; `@` in front names an abstract one.
    /// A path too long for the address goes through an O_PATH descriptor of the socket: /proc/self/fd/N.
    package static func connect(_ path: String) throws(Errno) -> FileDescriptor {
        if path.utf8.count <= longestPath || path.hasPrefix("@") { return try connectDirectly(path) }
        let socket = try BorrowedDescriptor.currentDirectory.open(path, .path)
        return try connectDirectly(socket.procPath)
    }

    private static func connectDirectly(_ path: String) throws(Errno) -> FileDescriptor {
        FileDescriptor(owning: try check { unsafe clinux_connect_unix(path) })
    }

    /// Two connected stream sockets.
    package struct Pair: ~Copyable {
        package var first: FileDescriptor
        package var second: FileDescriptor

        package init() throws(Errno) {
            var numbers: [CInt] = [-1, -1]
            _ = try check {
                unsafe numbers.withUnsafeMutableBufferPointer { unsafe clinux_socketpair(1, $0.baseAddress) }
            }
            first = FileDescriptor(owning: numbers[0])
            second = FileDescriptor(owning: numbers[1])
        }
    }

    /// One message with `bytes` (at least one) and, by SCM_RIGHTS, a descriptor.
    package static func send(
        _ bytes: [UInt8],
        _ descriptor: borrowing some Descriptor & ~Copyable,
        to socket: borrowing some Descriptor & ~Copyable
    ) throws(Errno) {
        let (target, passed) = (socket.rawValue, descriptor.rawValue)
        let sent = try checkSize {
            unsafe bytes.withUnsafeBytes {
                unsafe clinux_send_descriptor(target, $0.baseAddress, $0.count, passed)
            }
        }
        if sent != bytes.count { throw .inputOutput }
    }

    /// What `send(_:_:to:)` sent.
    package struct Message: ~Copyable {
        package let bytes: [UInt8]
        package var descriptor: FileDescriptor?
    }

    package static func receive(from socket: borrowing some Descriptor & ~Copyable) throws(Errno) -> Message {
        var number: CInt = -1
        let source = socket.rawValue
        let bytes = unsafe try withBuffer(4096) { (buffer) throws(Errno) in
            try checkSize { unsafe clinux_receive_descriptor(source, buffer.baseAddress, buffer.count, &number) }
        }
        return Message(bytes: bytes, descriptor: number < 0 ? nil : FileDescriptor(owning: number))
    }
}

extension Descriptor where Self: ~Copyable {
    /// One send(2) without SIGPIPE: how many of the bytes it took.
    package borrowing func sendSome(_ bytes: ArraySlice<UInt8>) throws(Errno) -> Int {
        try checkSize {
            unsafe bytes.withUnsafeBytes { unsafe clinux_send(rawValue, $0.baseAddress, $0.count) }
        }
    }
}
