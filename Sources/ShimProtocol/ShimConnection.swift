package import Linux
package import OCI

/// A client's end of the control socket. Every call waits.
package struct ShimConnection: ~Copyable {
    private let socket: FileDescriptor

    /// To poll it; what is read goes through `receive`.
    package var descriptor: BorrowedDescriptor { socket.borrowed }

    /// - Throws: `.notFound` where no shim listens there.
    package static func open(_ folder: borrowing StateFolder) throws(RuntimeError) -> ShimConnection {
        do throws(Errno) {
            // By the open folder: its path may be longer than a socket's address can be (SM-4).
            return ShimConnection(
                socket: try UnixSocket.connect("\(folder.descriptor.procPath)/\(StateFolder.Name.socket)")
            )
        } catch {
            if error == .noEntry || error == .refused {
                throw RuntimeError(.notFound, "no shim answers at \(folder.path)")
            }
            throw RuntimeError(.kernel, "connect to the shim at \(folder.path)", errno: error)
        }
    }

    package borrowing func send(_ frame: Frame) throws(RuntimeError) {
        try attempt("write to the shim") { () throws(Errno) in try socket.sendAll(frame.bytes) }
    }

    /// nil at the end of the connection.
    package borrowing func receive() throws(RuntimeError) -> Frame? {
        guard let start = try read(FrameHeader.size) else { return nil }
        let header: FrameHeader
        do throws(ProtocolError) { header = try FrameHeader(start[...]) } catch {
            throw RuntimeError(.kernel, "the shim's answer: \(error.message)")
        }
        guard let payload = try read(header.length) else {
            throw RuntimeError(.kernel, "the shim has ended in the middle of an answer")
        }
        return Frame(header.kind, payload)
    }

    /// nil at the end where nothing came.
    private borrowing func read(_ count: Int) throws(RuntimeError) -> [UInt8]? {
        var bytes: [UInt8] = []
        while bytes.count < count {
            let part = try attempt("read from the shim") { () throws(Errno) in
                try socket.read(upTo: count - bytes.count)
            }
            if part.isEmpty {
                if bytes.isEmpty { return nil }
                throw RuntimeError(.kernel, "the shim has ended in the middle of an answer")
            }
            bytes += part
        }
        return bytes
    }

    /// Sends a request and waits for its answer: the payload of a REPLY.
    ///
    /// - Throws: the shim's error: `.wrongState`, `.notFound`, `.exists`, `.invalidSpec` or `.kernel`.
    package borrowing func ask(_ request: Request) throws(RuntimeError) -> [UInt8] {
        do throws(RuntimeError) { try send(Frame(.request, request.payload)) } catch {
            // A connection too many has been told so, and closed.
            if error.errno != .brokenPipe { throw error }
        }
        guard let frame = try receive() else { throw RuntimeError(.kernel, "the shim has ended without an answer") }
        switch frame.kind {
        case .reply: return frame.payload
        case .error: throw try ShimConnection.error(frame)
        default: throw RuntimeError(.kernel, "the shim answered with a frame of type \(frame.kind.rawValue)")
        }
    }

    /// What an ERROR frame says.
    package static func error(_ frame: Frame) throws(RuntimeError) -> RuntimeError {
        let error: ProtocolError
        do throws(ProtocolError) { error = try ProtocolError(payload: frame.payload) } catch {
            throw RuntimeError(.kernel, "the shim's error: \(error.message)")
        }
        let kind: RuntimeError.Kind =
            switch error.code {
            case .state: .wrongState
            case .notFound: .notFound
            case .exists: .exists
            case .invalid: .invalidSpec
            default: .kernel
            }
        return RuntimeError(kind, error.message)
    }
}

extension Descriptor where Self: ~Copyable {
    /// Every byte, without SIGPIPE.
    fileprivate borrowing func sendAll(_ bytes: [UInt8]) throws(Errno) {
        var rest = bytes[...]
        while !rest.isEmpty { rest = rest.dropFirst(try sendSome(rest)) }
    }
}
