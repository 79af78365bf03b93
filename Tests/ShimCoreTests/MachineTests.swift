import Linux
import ShimProtocol
import Testing

@testable import ShimCore

/// Ways through several events that the tables of pairs do not show.
@Suite struct MachineTests {
    private struct Play {
        var machine = Machine(MachineSettings(id: "c", bundle: "/b"))
        var actions: [Action] = []

        init() { give(.begin) }

        mutating func give(_ event: Event) {
            var now: [Action] = []
            machine.handle(event, now: 1, into: &now)
            actions += now
            for case .writeRecord(let owner, let record) in now { give(.recordWritten(owner, record, nil)) }
        }

        /// Ends the oldest run of the runtime; what comes of it is all there is to see.
        mutating func end(_ result: CallResult) {
            actions = []
            if let call = machine.calls.first { give(.callEnded(call.id, result)) }
        }

        var shorts: [String] { actions.map { $0.short } }
    }

    private static let ok = CallResult(status: .exited(0))

    private static func created(isChild: Bool = true) -> CallResult {
        var result = CallResult(status: .exited(0), pid: 7)
        result.isChild = isChild
        return result
    }

    @Test("SM-11 a process that is not the shim's child: what the runtime has made is removed, and the caller told")
    func notAChild() {
        var play = Play()
        play.end(Self.created(isChild: false))
        #expect(play.shorts == ["call(state)"])
        var answer = Self.ok
        answer.isChild = false
        answer.report = StateAnswer(status: "created", bundle: "/b", pid: 7, created: 1)
        play.end(answer)
        #expect(play.shorts == ["call(delete)"])
        play.end(Self.ok)
        #expect(play.shorts.contains("record(c,creating,255)"))
        #expect(play.machine.container.error == "the runtime's process 7 is not a child of the shim")
    }

    @Test("SM-11 what a failed create has left and the runtime can't remove is not kept silent")
    func leftover() {
        var play = Play()
        play.end(CallResult(status: .signaled(9), message: "killed"))
        play.end(CallResult(status: .exited(1), message: "does not exist"))
        #expect(play.shorts == ["call(delete)"])
        play.end(CallResult(status: .exited(1), message: "busy"))
        #expect(play.machine.container.error == "killed; what it has left could not be removed: busy")
    }

    @Test("SM-34 a kill that is under way is the clean-up: the runtime's delete never runs twice at once")
    func oneDelete() {
        var play = Play()
        play.end(Self.created())
        play.actions = []
        play.give(.request(ClientID(3), .shutdown(kill: true)))
        #expect(play.shorts == ["signal(7,9)", "call(delete)"])
        play.actions = []
        play.give(.childEnded(7, .signaled(9)))
        #expect(play.shorts == ["record(c,created,137)"])
        play.end(Self.ok)
        #expect(play.shorts == ["reply3(ok)", "drain(c)"])
    }

    @Test("SM-44 of two kills at once the one that finds nothing left has not failed", arguments: [true, false])
    func twoKills(failsFirst: Bool) {
        var play = Play()
        play.end(Self.created())
        play.give(.request(ClientID(3), .shutdown(kill: true)))
        play.give(.request(ClientID(4), .shutdown(kill: true)))
        let failure = CallResult(status: .exited(1), message: "no such folder")
        play.end(failsFirst ? failure : Self.ok)
        #expect(play.shorts == ["reply3(ok)"])
        play.end(failsFirst ? Self.ok : failure)
        #expect(play.shorts == ["reply4(ok)"])
        play.actions = []
        play.give(.childEnded(7, .signaled(9)))
        #expect(play.shorts == ["record(c,created,137)", "call(delete)"])
    }

    @Test("SM-34 a kill that failed is tried again after the end")
    func deleteAgain() {
        var play = Play()
        play.end(Self.created())
        play.give(.request(ClientID(3), .shutdown(kill: true)))
        play.give(.childEnded(7, .signaled(9)))
        play.end(CallResult(status: .exited(1), message: "busy"))
        #expect(play.shorts == ["reply3(runtime)", "call(delete)"])
        play.end(CallResult(status: .exited(1), message: "busy"))
        #expect(play.shorts == ["call(delete)"])
        play.end(CallResult(status: .exited(1), message: "busy"))
        #expect(play.shorts == ["drain(c)"])
        #expect(play.machine.leftover == "busy")
    }
}
