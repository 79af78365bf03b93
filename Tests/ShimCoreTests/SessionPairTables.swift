extension PairTables {
    static let sessions = """
        none call ok: running
        none call fails: running
        none process ends: running
        none container ends: ending record(c,running,3) call(delete)
        none drained: running
        none lost: running
        none client gone: running
        none state: running reply9(notfound)
        none start: running reply9(notfound)
        none attach: running reply9(notfound)
        none attach and start: running reply9(notfound)
        none resize: running reply9(notfound)
        none kill: running reply9(notfound)
        none exec: running/made prepare
        none delete-exec: running reply9(notfound)
        none wait: running reply9(notfound)
        none close-stdin: running reply9(notfound)
        made call ok: running/made
        made call fails: running/made
        made process ends: running/made
        made container ends: ending/made record(c,running,3) call(delete)
        made drained: running/made
        made lost: running/made
        made client gone: running/made
        made state: running/made reply9(state,made)
        made start: running/starting call(exec)
        made attach: running/made reply9(ok) attach
        made attach and start: running/starting reply9(ok) attach call(exec)
        made resize: running/made resize
        made kill: running/made reply9(state)
        made exec: running/made reply9(exists)
        made delete-exec: running forget reply9(ok)
        made wait: running/made
        made close-stdin: running/made closeInput
        starting call ok: running/running openInput(e) reply4(pid8)
        starting call fails: running/ending reply4(runtime) record(e,starting,255) drain(e)
        starting process ends: running/starting
        starting container ends: ending/starting record(c,running,3) call(delete)
        starting drained: running/starting
        starting lost: running/starting
        starting client gone: running/starting
        starting state: running/starting reply9(state,starting)
        starting start: running/starting reply9(state)
        starting attach: running/starting reply9(ok) attach
        starting attach and start: running/starting reply9(state)
        starting resize: running/starting resize
        starting kill: running/starting reply9(state)
        starting exec: running/starting reply9(exists)
        starting delete-exec: running/starting reply9(state)
        starting wait: running/starting
        starting close-stdin: running/starting closeInput
        startingEnded call ok: running/ending openInput(e) reply4(pid8) record(e,running,4) drain(e)
        startingEnded call fails: running/ending reply4(runtime) record(e,starting,255) drain(e)
        startingEnded process ends: running/starting
        startingEnded container ends: ending/starting record(c,running,3) call(delete)
        startingEnded drained: running/starting
        startingEnded lost: running/starting
        startingEnded client gone: running/starting
        startingEnded state: running/starting reply9(state,starting)
        startingEnded start: running/starting reply9(state)
        startingEnded attach: running/starting reply9(ok) attach
        startingEnded attach and start: running/starting reply9(state)
        startingEnded resize: running/starting resize
        startingEnded kill: running/starting reply9(state)
        startingEnded exec: running/starting reply9(exists)
        startingEnded delete-exec: running/starting reply9(state)
        startingEnded wait: running/starting
        startingEnded close-stdin: running/starting closeInput
        running call ok: running/running
        running call fails: running/running
        running process ends: running/ending record(e,running,4) drain(e)
        running container ends: ending/running record(c,running,3) call(delete)
        running drained: running/running
        running lost: running/running
        running client gone: running/running
        running state: running/running reply9(state,running)
        running start: running/running reply9(state)
        running attach: running/running reply9(ok) attach
        running attach and start: running/running reply9(state)
        running resize: running/running resize
        running kill: running/running signal(8,15) reply9(ok)
        running exec: running/running reply9(exists)
        running delete-exec: running/running reply9(state)
        running wait: running/running
        running close-stdin: running/running closeInput
        ending call ok: running/ending
        ending call fails: running/ending
        ending process ends: running/ending
        ending container ends: ending/ending record(c,running,3) call(delete)
        ending drained: running/ending
        ending lost: running/ending
        ending client gone: running/ending
        ending state: running/ending reply9(state,ending)
        ending start: running/ending reply9(state)
        ending attach: running/ending reply9(ok) attach
        ending attach and start: running/ending reply9(state)
        ending resize: running/ending resize
        ending kill: running/ending reply9(ok)
        ending exec: running/ending reply9(exists)
        ending delete-exec: running/ending reply9(state)
        ending wait: running/ending
        ending close-stdin: running/ending closeInput
        former call ok: running
        former call fails: running
        former process ends: running
        former container ends: ending record(c,running,3) call(delete)
        former drained: running
        former lost: running
        former client gone: running
        former state: running readRecord
        former start: running reply9(state)
        former attach: running reply9(state)
        former attach and start: running reply9(state)
        former resize: running reply9(state)
        former kill: running reply9(ok)
        former exec: running reply9(exists)
        former delete-exec: running dropRecord reply9(ok)
        former wait: running readRecord
        former close-stdin: running reply9(state)
        """
}
