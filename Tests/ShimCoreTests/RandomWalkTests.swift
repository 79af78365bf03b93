import Linux
import ShimProtocol
import Testing

@testable import ShimCore

@Suite struct RandomWalkTests {
    /// Steps at random, then a way to the end: every process ends, every run of the runtime ends, every stream is drained,
    /// every deadline passes. Whatever came before, the shim has then told the truth, once, and has left.
    @Test("SM-30, SM-32, SM-34 random walks: one true record, told after it is written, and an end", arguments: 0..<16)
    func walks(part: Int) {
        for seed in 0..<250 {
            var world = World(
                seed: UInt64(part * 250 + seed),
                starts: seed % 3 == 0,
                keeps: seed % 5 == 0,
                termKills: seed % 2 == 0
            )
            for _ in 0..<80 where world.left == nil { world.step() }
            world.finish()
            if world.left == nil { world.fault("it never left: \(world.machine.phase)") }
            world.checkEnd()
            if !world.faults.isEmpty {
                Issue.record("seed \(part * 250 + seed): \(world.faults[0])")
                return
            }
        }
    }
}

extension World {
    mutating func step() {
        switch Int.random(in: 0..<10, using: &dice) {
        case 0, 1:
            if !calls.isEmpty { endCall(Int.random(in: 0..<calls.count, using: &dice), failing: dice.chance(failing)) }
        case 2: endSomeProcess()
        case 3: if !draining.isEmpty { handle(.drained(draining.removeFirst())) }
        case 4: if dice.chance(30), let deadline = armed.randomElement(using: &dice) { pass(deadline) }
        case 5: if dice.chance(20) { handle(.terminate) }
        case 6: loseClient()
        default: ask()
        }
    }

    private mutating func pass(_ deadline: Deadline) {
        armed.remove(deadline)
        handle(.deadline(deadline))
    }

    private mutating func endSomeProcess() {
        if dice.chance(30) { _ = spawn(nil) }
        guard let pid = processes.keys.sorted().randomElement(using: &dice) else { return }
        end(pid, dice.chance(50) ? .exited(Int32(dice.next() % 256)) : .signaled(9))
        while !pending.isEmpty { handle(pending.removeFirst()) }
    }

    private mutating func loseClient() {
        guard let client = asking.union(attached.keys).sorted().randomElement(using: &dice) else { return }
        asking.remove(client)
        attached[client] = nil
        gone.insert(client)
        handle(.clientGone(ClientID(client)))
    }

    private mutating func ask() {
        let client = nextClient
        nextClient += 1
        asking.insert(client)
        handle(.request(ClientID(client), randomRequest()))
        while !pending.isEmpty { handle(pending.removeFirst()) }
    }

    private mutating func randomRequest() -> Request {
        let name = dice.chance(60) ? SessionName("e\(dice.next() % 6)") : nil
        var attachment = Attachment()
        attachment.starts = dice.chance(30)
        switch Int.random(in: 0..<14, using: &dice) {
        case 0: return .state(name)
        case 1, 2: return .start(name)
        case 3: return .attach(name, attachment)
        case 4: return .kill(name, signal: dice.chance(50) ? 9 : 15, all: false)
        case 5, 6: return .exec(SessionName(of: "e\(dice.next() % 6)"), ExecDescription())
        case 7: return .deleteExec(SessionName(of: "e\(dice.next() % 6)"))
        case 8: return .wait(name)
        case 9: return dice.chance(10) ? .take : .wait(nil)
        case 10: return dice.chance(10) ? .shutdown(kill: dice.chance(50)) : .stats
        case 11: return .update([])
        case 12: return dice.chance(50) ? .pause : .resume
        default: return .closeInput(name)
        }
    }

    /// Everything that can end does.
    mutating func finish() {
        failing = 0
        for _ in 0..<400 where left == nil {
            if !calls.isEmpty {
                endCall(0, failing: false)
            } else if let pid = processes.keys.sorted().first {
                end(pid, .exited(0))
                while !pending.isEmpty { handle(pending.removeFirst()) }
            } else if !draining.isEmpty {
                handle(.drained(draining.removeFirst()))
            } else if let deadline = armed.sorted(by: { "\($0)" < "\($1)" }).first {
                pass(deadline)
            } else {
                return
            }
        }
    }

    mutating func checkEnd() {
        if reports.count != 1 { fault("\(reports.count) reports to the caller") }
        if left == false, !durable.contains(.container) { fault("it left without a record on the disk") }
        // Whose record is in memory alone is left with it only when it was taken.
        let told = machine.unwritten.count <= Machine.unwrittenLimit
        if !told { fault("records in memory without bound") }
        if machine.strays.count > Machine.strayLimit { fault("strays without bound") }
        if machine.untaken.count > Machine.untakenLimit { fault("records without bound") }
        let waiting = machine.waiters.filter { asking.contains($0.client.number) }
        if !waiting.isEmpty { fault("clients wait for ever: \(waiting)") }
    }
}
