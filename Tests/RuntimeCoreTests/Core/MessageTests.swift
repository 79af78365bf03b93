import Linux
import OCI
import Seccomp
import Testing

@testable import RuntimeCore

@Suite("Messages of the handshake")
struct MessageTests {
    private static let all: [ChildMessage] = [
        .prepared, .console, .ready, .spawned(pid: 4_194_304),
        .failed(RuntimeError(.kernel, "open", errno: .noEntry).during("mount proc")),
        .failed(RuntimeError(.invalidSpec, "a: b")),
    ]

    @Test("HS-1 HS-2: what is sent is what is read", arguments: all)
    func roundTrip(message: ChildMessage) {
        #expect(ChildMessage(frame: message.frame) == message)
    }

    @Test("HS-2: kind, errno and trail of a failure are where the picture has them")
    func layout() {
        let frame = ChildMessage.failed(RuntimeError(.kernel, "open", errno: .noEntry).during("mount")).frame
        #expect(frame == [4, RuntimeError.Kind.kernel.rawValue, 2, 0, 0, 0] + Array("mount\0open".utf8))
    }

    @Test(
        "HS-1: what is no message is not taken for one",
        arguments: [[], [0], [9], [4], [4, 6, 0], [5, 1, 2], [4, 99, 0, 0, 0, 0]]
    )
    func bad(frame: [UInt8]) {
        #expect(ChildMessage(frame: frame) == nil)
    }

    @Test("HS-2: a failure that is longer than a packet is cut, not lost")
    func long() throws {
        var error = RuntimeError(.kernel, String(repeating: "x", count: 4000))
        for _ in 0..<40 { error = error.during(String(repeating: "y", count: 4000)) }
        let frame = ChildMessage.failed(error).frame
        #expect(frame.count == HandshakeSocket.capacity)
        #expect(ChildMessage(frame: frame) != nil)
    }

    @Test("HS-1: a filter survives its way to init", arguments: [1, 2, 300])
    func filter(count: Int) throws {
        let program = (0..<count).map { ClassicBPFInstruction(rawValue: UInt64($0) << 33 | 6) }
        let filter = SeccompFilter(program: program, flags: 4)
        let message = try #require(ParentMessage(frame: ParentMessage.filter(filter.encoded).frame))
        guard case .filter(let bytes) = message else { return #expect(Bool(false), "not a filter") }
        let received = try #require(SeccompFilter(frame: bytes))
        #expect(received.program == program)
        #expect(received.flags == 4)
    }

    @Test("HS-1: a filter's frame of a wrong length is none", arguments: [0, 4, 11, 13, 15])
    func badFilter(count: Int) {
        #expect(SeccompFilter(frame: [UInt8](repeating: 0, count: count)) == nil)
    }
}
