import ShimProtocol
import Testing

@Suite struct FrameTests {
    @Test("SM-41 a header is version, type, two zeros and the length in little-endian order")
    func layout() throws {
        #expect(FrameHeader(.standardOutput, length: 0x0102).bytes == [1, 7, 0, 0, 2, 1, 0, 0])
        #expect(try FrameHeader([1, 4, 0, 0, 0, 0, 1, 0][...]) == FrameHeader(.standardInput, length: 65536))
        #expect(Frame.resize(rows: 24, columns: 0x0150).bytes == [1, 6, 0, 0, 4, 0, 0, 0, 24, 0, 0x50, 1])
        #expect(Frame.dropped(0x1_0000_0002).payload == [2, 0, 0, 0, 1, 0, 0, 0])
    }

    @Test("SM-41 every type is written and read alike", arguments: FrameKind.allCases)
    func types(kind: FrameKind) throws {
        let header = FrameHeader(kind, length: kind.limit)
        #expect(try FrameHeader(header.bytes[...]) == header)
        #expect(throws: ProtocolError.self) { try FrameHeader(FrameHeader(kind, length: kind.limit + 1).bytes[...]) }
    }

    @Test(
        "SM-42 a header of another protocol is refused",
        arguments: [
            [0, 1, 0, 0, 0, 0, 0, 0], [2, 1, 0, 0, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0, 0, 0], [1, 12, 0, 0, 0, 0, 0, 0],
            [1, 1, 1, 0, 0, 0, 0, 0], [1, 1, 0, 1, 0, 0, 0, 0], [1, 1, 0, 0, 255, 255, 255, 255],
            [1, 6, 0, 0, 3, 0, 0, 0], [1, 5, 0, 0, 1, 0, 0, 0], [1, 9, 0, 0, 0, 0, 0, 0], [1, 1, 0, 0, 0, 0, 0],
        ] as [[UInt8]]
    )
    func refused(bytes: [UInt8]) {
        let error = #expect(throws: ProtocolError.self) { try FrameHeader(bytes[...]) }
        #expect(error?.code == .malformed)
    }
}

@Suite struct RequestTests {
    static let name = SessionName(of: "e.1")

    static var everything: [Request] {
        var attachment = ShimProtocol.Attachment()
        attachment.input = true
        attachment.error = false
        attachment.detachKeys = [16, 17]
        attachment.mode = .nonBlocking
        attachment.starts = true
        var exec = ExecDescription()
        exec.process = Array(#"{"args":["true"],"terminal":true}"#.utf8)
        exec.terminal = true
        exec.input = true
        return [
            .state(nil), .state(name), .start(nil), .start(name), .attach(nil, attachment), .attach(name, attachment),
            .resize(nil, rows: 1, columns: 65535), .kill(name, signal: 9, all: false), .kill(nil, signal: 0, all: true),
            .exec(name, exec), .deleteExec(name), .wait(nil), .wait(name), .take, .pause, .resume,
            .update(Array(#"{"pids":{"limit":3}}"#.utf8)), .stats, .reopen, .closeInput(nil), .closeInput(name),
            .shutdown(kill: true), .shutdown(kill: false),
        ]
    }

    @Test("SM-44 every request is written and read alike", arguments: everything)
    func roundTrip(request: Request) throws {
        #expect(try Request(payload: request.payload) == request)
    }

    @Test(
        "SM-43 a wrong member is an error that names it",
        arguments: [
            ("[]", "object"), ("{}", "do"), (#"{"do":"dance"}"#, "dance"),
            (#"{"do":"resize","rows":1}"#, "columns"), (#"{"do":"resize","rows":70000,"columns":1}"#, "rows"),
            (#"{"do":"kill"}"#, "signal"), (#"{"do":"kill","signal":65}"#, "signal"),
            (#"{"do":"kill","signal":-1}"#, "signal"),
            (#"{"do":"exec","process":{}}"#, "exec"), (#"{"do":"exec","exec":"e"}"#, "process"),
            (#"{"do":"exec","exec":"e","process":3}"#, "process"),
            (#"{"do":"exec","exec":"../e","process":{}}"#, "exec"), (#"{"do":"wait","exec":".hidden"}"#, "exec"),
            (#"{"do":"wait","exec":""}"#, "exec"), (#"{"do":"exec","exec":"e","process":{"terminal":1}}"#, "terminal"),
            (#"{"do":"attach","mode":"sometimes"}"#, "mode"), (#"{"do":"attach","detachKeys":[256]}"#, "detachKeys"),
            (#"{"do":"attach","detachKeys":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]}"#, "detachKeys"),
            (#"{"do":"attach","stdin":"yes"}"#, "stdin"), (#"{"do":"update"}"#, "resources"),
            (#"{"do":"update","resources":[]}"#, "resources"),
        ]
    )
    func wrong(text: String, word: String) {
        let error = #expect(throws: ProtocolError.self) { try Request(payload: Array(text.utf8)) }
        #expect(error?.code == .invalid)
        #expect(error?.message.contains(word) == true, "\(error?.message ?? "")")
    }

    @Test("SM-42 a request that is no JSON is no request of this protocol", arguments: ["", "{", "do", "{}x", "\u{0}"])
    func noJSON(text: String) {
        let error = #expect(throws: ProtocolError.self) { try Request(payload: Array(text.utf8)) }
        #expect(error?.code == .malformed)
    }

    @Test("SM-44 without members an attachment takes both outputs and no input")
    func defaults() throws {
        let request = try Request(payload: Array(#"{"do":"attach"}"#.utf8))
        #expect(request == .attach(nil, ShimProtocol.Attachment()))
        #expect(ShimProtocol.Attachment().output && ShimProtocol.Attachment().error && !ShimProtocol.Attachment().input)
    }

    @Test("SM-43 an error is written and read alike, and a long one is cut", arguments: ProtocolError.Code.allCases)
    func errors(code: ProtocolError.Code) throws {
        let error = ProtocolError(code, "no \"such\" thing\n")
        #expect(try ProtocolError(payload: error.frame.payload) == error)
        let long = ProtocolError(code, String(repeating: "\u{1}", count: 100_000))
        #expect(long.frame.payload.count <= FrameKind.error.limit)
    }
}
