/// What `PairTests` expects, a line a pair: the state, the event, the phase afterwards, and what is done.
enum PairTables {
    static let container = """
        creating call ok: created save(created) report(ready)
        creating call fails: creating call(state)
        creating call killed: creating call(state)
        creating call says it runs: created save(created) report(ready)
        creating process ends: creating
        creating orphan ends: creating
        creating client gone: creating
        creating drained: creating
        creating reported: creating
        creating not reported: creating
        creating linger over: creating
        creating grace over: creating
        creating retry: creating
        creating SIGTERM: creating
        creating state: creating reply9(state,creating)
        creating start: creating reply9(state)
        creating attach: creating reply9(state)
        creating attach and start: creating reply9(state)
        creating resize: creating reply9(state)
        creating kill: creating reply9(state)
        creating exec: creating reply9(state)
        creating delete-exec: creating reply9(notfound)
        creating wait: creating
        creating take: creating
        creating pause: creating reply9(state)
        creating resume: creating reply9(state)
        creating update: creating reply9(state)
        creating stats: creating reply9(state)
        creating reopen: creating reopenLog
        creating close-stdin: creating reply9(state)
        creating shutdown: creating reply9(state)
        creating shutdown kill: creating reply9(state)
        created call ok: created
        created call fails: created
        created call killed: created
        created call says it runs: created
        created process ends: ending record(c,created,3) call(delete)
        created orphan ends: created
        created client gone: created
        created drained: created
        created reported: created
        created not reported: created
        created linger over: created
        created grace over: created
        created retry: created
        created SIGTERM: created
        created state: created reply9(state,created)
        created start: starting save(starting) call(start)
        created attach: created reply9(ok) attach
        created attach and start: starting reply9(ok) attach save(starting) call(start)
        created resize: created resize
        created kill: created call(kill15)
        created exec: created/made prepare
        created delete-exec: created reply9(notfound)
        created wait: created
        created take: created
        created pause: created call(pause)
        created resume: created call(resume)
        created update: created call(update)
        created stats: created stats
        created reopen: created reopenLog
        created close-stdin: created closeInput
        created shutdown: created signal(7,9) call(delete)
        created shutdown kill: created signal(7,9) call(delete)
        starting call ok: running disarm(startGrace) openInput(c) save(running) reply2(pid7)
        starting call fails: created disarm(startGrace) reply2(runtime) save(created)
        starting call killed: starting call(state)
        starting call says it runs: running disarm(startGrace) openInput(c) save(running) reply2(pid7)
        starting process ends: starting arm(startGrace)
        starting orphan ends: starting
        starting client gone: starting
        starting drained: starting
        starting reported: starting
        starting not reported: starting
        starting linger over: starting
        starting grace over: starting
        starting retry: starting
        starting SIGTERM: starting
        starting state: starting reply9(state,starting)
        starting start: starting reply9(state)
        starting attach: starting reply9(ok) attach
        starting attach and start: starting reply9(state)
        starting resize: starting resize
        starting kill: starting call(kill15)
        starting exec: starting/made prepare
        starting delete-exec: starting reply9(notfound)
        starting wait: starting
        starting take: starting
        starting pause: starting call(pause)
        starting resume: starting call(resume)
        starting update: starting call(update)
        starting stats: starting stats
        starting reopen: starting reopenLog
        starting close-stdin: starting closeInput
        starting shutdown: starting signal(7,9) call(delete)
        starting shutdown kill: starting signal(7,9) call(delete)
        confirming call ok: created disarm(startGrace) reply2(runtime) save(created)
        confirming call fails: created disarm(startGrace) reply2(runtime) save(created)
        confirming call killed: created disarm(startGrace) reply2(runtime) save(created)
        confirming call says it runs: running disarm(startGrace) openInput(c) save(running) reply2(pid7)
        confirming process ends: starting arm(startGrace)
        confirming orphan ends: starting
        confirming client gone: starting
        confirming drained: starting
        confirming reported: starting
        confirming not reported: starting
        confirming linger over: starting
        confirming grace over: starting
        confirming retry: starting
        confirming SIGTERM: starting
        confirming state: starting reply9(state,starting)
        confirming start: starting reply9(state)
        confirming attach: starting reply9(ok) attach
        confirming attach and start: starting reply9(state)
        confirming resize: starting resize
        confirming kill: starting call(kill15)
        confirming exec: starting/made prepare
        confirming delete-exec: starting reply9(notfound)
        confirming wait: starting
        confirming take: starting
        confirming pause: starting call(pause)
        confirming resume: starting call(resume)
        confirming update: starting call(update)
        confirming stats: starting stats
        confirming reopen: starting reopenLog
        confirming close-stdin: starting closeInput
        confirming shutdown: starting signal(7,9) call(delete)
        confirming shutdown kill: starting signal(7,9) call(delete)
        startingEnded call ok: ending disarm(startGrace) openInput(c) reply2(pid7) record(c,running,3) call(delete)
        startingEnded call fails: ending disarm(startGrace) reply2(runtime) record(c,starting,3) call(delete)
        startingEnded call killed: ending disarm(startGrace) reply2(runtime) record(c,starting,3) call(delete)
        startingEnded call says it runs: ending disarm(startGrace) openInput(c) reply2(pid7) record(c,running,3) call(delete)
        startingEnded process ends: starting
        startingEnded orphan ends: starting
        startingEnded client gone: starting
        startingEnded drained: starting
        startingEnded reported: starting
        startingEnded not reported: starting
        startingEnded linger over: starting
        startingEnded grace over: ending record(c,starting,3) call(delete)
        startingEnded retry: starting
        startingEnded SIGTERM: starting
        startingEnded state: starting reply9(state,starting)
        startingEnded start: starting reply9(state)
        startingEnded attach: starting reply9(ok) attach
        startingEnded attach and start: starting reply9(state)
        startingEnded resize: starting resize
        startingEnded kill: starting call(kill15)
        startingEnded exec: starting/made prepare
        startingEnded delete-exec: starting reply9(notfound)
        startingEnded wait: starting
        startingEnded take: starting
        startingEnded pause: starting call(pause)
        startingEnded resume: starting call(resume)
        startingEnded update: starting call(update)
        startingEnded stats: starting stats
        startingEnded reopen: starting reopenLog
        startingEnded close-stdin: starting closeInput
        startingEnded shutdown: starting call(delete)
        startingEnded shutdown kill: starting call(delete)
        running call ok: running
        running call fails: running
        running call killed: running
        running call says it runs: running
        running process ends: ending record(c,running,3) call(delete)
        running orphan ends: running
        running client gone: running
        running drained: running
        running reported: running
        running not reported: running
        running linger over: running
        running grace over: running
        running retry: running
        running SIGTERM: running
        running state: running reply9(state,running)
        running start: running reply9(state)
        running attach: running reply9(ok) attach
        running attach and start: running reply9(state)
        running resize: running resize
        running kill: running call(kill15)
        running exec: running/made prepare
        running delete-exec: running reply9(notfound)
        running wait: running
        running take: running
        running pause: running call(pause)
        running resume: running call(resume)
        running update: running call(update)
        running stats: running stats
        running reopen: running reopenLog
        running close-stdin: running closeInput
        running shutdown: running reply9(state)
        running shutdown kill: running signal(7,9) call(delete)
        deleting call ok: ending drain(c)
        deleting call fails: ending call(delete)
        deleting call killed: ending call(delete)
        deleting call says it runs: ending drain(c)
        deleting process ends: ending
        deleting orphan ends: ending
        deleting client gone: ending
        deleting drained: ended save(ended) announce(c,running,3) arm(linger)
        deleting reported: ending
        deleting not reported: ending
        deleting linger over: ending
        deleting grace over: ending
        deleting retry: ending
        deleting SIGTERM: ending
        deleting state: ending reply9(state,ending)
        deleting start: ending reply9(state)
        deleting attach: ending reply9(ok) attach
        deleting attach and start: ending reply9(state)
        deleting resize: ending reply9(state)
        deleting kill: ending reply9(ok)
        deleting exec: ending reply9(state)
        deleting delete-exec: ending reply9(notfound)
        deleting wait: ending
        deleting take: ending
        deleting pause: ending reply9(state)
        deleting resume: ending reply9(state)
        deleting update: ending reply9(state)
        deleting stats: ending reply9(state)
        deleting reopen: ending reopenLog
        deleting close-stdin: ending reply9(state)
        deleting shutdown: ending reply9(ok)
        deleting shutdown kill: ending reply9(ok)
        draining call ok: ending
        draining call fails: ending
        draining call killed: ending
        draining call says it runs: ending
        draining process ends: ending
        draining orphan ends: ending
        draining client gone: ending
        draining drained: ended save(ended) announce(c,running,3) arm(linger)
        draining reported: ending
        draining not reported: ending
        draining linger over: ending
        draining grace over: ending
        draining retry: ending
        draining SIGTERM: ending
        draining state: ending reply9(state,ending)
        draining start: ending reply9(state)
        draining attach: ending reply9(ok) attach
        draining attach and start: ending reply9(state)
        draining resize: ending reply9(state)
        draining kill: ending reply9(ok)
        draining exec: ending reply9(state)
        draining delete-exec: ending reply9(notfound)
        draining wait: ending
        draining take: ending
        draining pause: ending reply9(state)
        draining resume: ending reply9(state)
        draining update: ending reply9(state)
        draining stats: ending reply9(state)
        draining reopen: ending reopenLog
        draining close-stdin: ending reply9(state)
        draining shutdown: ending reply9(ok)
        draining shutdown kill: ending reply9(ok)
        ended call ok: ended
        ended call fails: ended
        ended call killed: ended
        ended call says it runs: ended
        ended process ends: ended
        ended orphan ends: ended
        ended client gone: ended
        ended drained: ended
        ended reported: ended
        ended not reported: ended
        ended linger over: ended leave
        ended grace over: ended
        ended retry: ended
        ended SIGTERM: ended leave
        ended state: ended reply9(state,ended)
        ended start: ended reply9(state)
        ended attach: ended reply9(ok) tellExit
        ended attach and start: ended reply9(state)
        ended resize: ended reply9(state)
        ended kill: ended reply9(ok)
        ended exec: ended reply9(state)
        ended delete-exec: ended reply9(notfound)
        ended wait: ended reply9(record,3)
        ended take: ended reply9(record,3) leave(removing)
        ended pause: ended reply9(state)
        ended resume: ended reply9(state)
        ended update: ended reply9(state)
        ended stats: ended reply9(state)
        ended reopen: ended reopenLog
        ended close-stdin: ended reply9(state)
        ended shutdown: ended reply9(ok) leave
        ended shutdown kill: ended reply9(ok) leave
        """
}
