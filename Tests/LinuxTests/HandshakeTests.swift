import Linux
import Testing

@Suite("The handshake's socket")
struct HandshakeTests {
    @Test("PR-26: last words are heard, also from a side that left messages unread")
    func lastWords() throws {
        let pair = try HandshakeSocket.Pair()
        try pair.parent.send([1])
        try pair.child.send([7, 7])
        let parent = pair.keepParent()
        #expect(try parent.receive().bytes == [7, 7])
        #expect(try parent.receive().bytes.isEmpty)
    }
}
