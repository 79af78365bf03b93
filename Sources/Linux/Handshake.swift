internal import CLinux

/// One end of a SOCK_SEQPACKET pair between a parent and its cloned child: messages with their bounds, an end of file
/// when the other side is gone, and descriptors by SCM_RIGHTS.
package struct HandshakeSocket: ~Copyable {
    private let descriptor: FileDescriptor

    private init(_ descriptor: consuming FileDescriptor) { self.descriptor = descriptor }

    /// Largest message; beyond it the sender gets `EMSGSIZE` from its own check, not from the kernel's buffer.
    package static let capacity = 64 * 1024

    /// The two ends: after clone(2) each side keeps one and drops the other.
    package struct Pair: ~Copyable {
        package let parent: HandshakeSocket
        package let child: HandshakeSocket

        package init() throws(Errno) {
            var numbers: [CInt] = [-1, -1]
            let type: CInt = 5  // SOCK_SEQPACKET
            _ = try check { unsafe numbers.withUnsafeMutableBufferPointer { unsafe pair(type, $0.baseAddress) } }
            parent = HandshakeSocket(FileDescriptor(owning: numbers[0]))
            child = HandshakeSocket(FileDescriptor(owning: numbers[1]))
        }

        package consuming func keepParent() -> HandshakeSocket { parent }
        package consuming func keepChild() -> HandshakeSocket { child }
    }

    package var borrowed: BorrowedDescriptor { descriptor.borrowed }

    /// Sends one message, and with it a descriptor if there is one. `EPIPE` when the other side is gone.
    package borrowing func send(_ bytes: [UInt8], descriptor other: BorrowedDescriptor? = nil) throws(Errno) {
        guard bytes.count <= HandshakeSocket.capacity else { throw Errno(90) }
        let number = descriptor.rawValue
        _ = try checkSize {
            unsafe bytes.withUnsafeBytes { (buffer) in
                if let other {
                    return unsafe clinux_send_descriptor(number, buffer.baseAddress, buffer.count, other.rawValue)
                }
                return unsafe clinux_send(number, buffer.baseAddress, buffer.count)
            }
        }
    }

    /// One message and the descriptor that came with it.
    package struct Received: ~Copyable {
        /// Empty: the other side is gone.
        package let bytes: [UInt8]
        package var descriptor: FileDescriptor?

        package mutating func takeDescriptor() -> FileDescriptor? { descriptor.take() }
    }

    /// Waits for a message. A side that ends with messages of ours unread makes the kernel report `ECONNRESET`, once and
    /// before its own last words: those come next.
    package borrowing func receive() throws(Errno) -> Received {
        do { return try receiveOnce() } catch {
            guard error == Errno(104) else { throw error }
            return try receiveOnce()
        }
    }

    private borrowing func receiveOnce() throws(Errno) -> Received {
        var number: CInt = -1
        let bytes = unsafe try withBuffer(HandshakeSocket.capacity) { (buffer) throws(Errno) in
            try checkSize {
                unsafe clinux_receive_descriptor(descriptor.rawValue, buffer.baseAddress, buffer.count, &number)
            }
        }
        return Received(bytes: bytes, descriptor: number < 0 ? nil : FileDescriptor(owning: number))
    }
}

private func pair(_ type: CInt, _ numbers: UnsafeMutablePointer<CInt>?) -> CInt {
    guard let numbers = unsafe numbers else { return -Errno.invalid.rawValue }
    return unsafe clinux_socketpair(type, numbers)
}
