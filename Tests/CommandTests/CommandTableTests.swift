import CommandLine
import Testing

@testable import runc_swift

@Suite("Command table")
struct CommandTableTests {
    @Test("Every verb is found under its own name", arguments: Verb.allCases)
    func names(verb: Verb) { #expect(verb.command.name == verb.rawValue) }

    @Test("No two flags of a verb have one spelling, and none hides help", arguments: Verb.allCases)
    func distinctFlags(verb: Verb) {
        let words = (verb.command.flags + [.help]).flatMap(\.words)
        #expect(Set(words).count == words.count)
    }

    @Test("Global flags have spellings of their own")
    func distinctGlobals() {
        let words = Flag.globals.flatMap(\.words)
        #expect(Set(words).count == words.count)
    }

    @Test("Everything that is shown is explained", arguments: Verb.allCases)
    func explained(verb: Verb) {
        #expect(!verb.command.summary.isEmpty)
        for flag in verb.command.flags { #expect(!flag.help.isEmpty, "\(flag.name)") }
    }

    /// The flags of runc's commands (its man pages): a caller of runc may give any of them.
    @Test(
        "Every flag of runc is known",
        arguments: [
            (Verb.create, "bundle b console-socket pidfd-socket pid-file no-pivot no-new-keyring preserve-fds"),
            (
                .run,
                """
                bundle b console-socket pidfd-socket pid-file no-pivot no-new-keyring preserve-fds detach d keep \
                no-subreaper
                """
            ),
            (
                .exec,
                """
                console-socket pidfd-socket cwd env e tty t user u additional-gids g process p detach d pid-file \
                process-label apparmor no-new-privs cap c preserve-fds cgroup ignore-paused
                """
            ),
            (.kill, "all a"), (.delete, "force f"), (.list, "format f quiet q"), (.ps, "format f"),
            (.events, "interval stats"), (.spec, "bundle b rootless"),
            (
                .update,
                """
                resources r blkio-weight cpu-period cpu-quota cpu-burst cpu-share cpu-rt-period cpu-rt-runtime \
                cpuset-cpus cpuset-mems kernel-memory kernel-memory-tcp memory cpu-idle memory-reservation \
                memory-swap pids-limit l3-cache-schema mem-bw-schema
                """
            ),
            (
                .checkpoint,
                """
                image-path work-path parent-path leave-running tcp-established tcp-skip-in-flight link-remap \
                ext-unix-sk shell-job lazy-pages status-fd page-server file-locks pre-dump manage-cgroups-mode \
                empty-ns auto-dedup
                """
            ),
            (
                .restore,
                """
                console-socket image-path work-path tcp-established ext-unix-sk shell-job file-locks \
                manage-cgroups-mode bundle b detach d pid-file no-subreaper no-pivot empty-ns auto-dedup \
                lazy-pages lsm-profile lsm-mount-context
                """
            ),
        ]
    )
    func knowsFlags(verb: Verb, names: String) {
        let known = verb.command.flags.flatMap { [$0.name] + ($0.alias.map { [$0] } ?? []) }
        #expect(Set(known) == Set(names.split(separator: " ").map(String.init)))
    }

    @Test(
        "The count of operands is judged in runc's words",
        arguments: [
            (OperandCount.exactly(1), 0, "exactly 1"), (.exactly(0), 1, "exactly 0"),
            (.atLeast(1), 0, "a minimum of 1"), (.between(1, 2), 0, "a minimum of 1"),
            (.between(1, 2), 3, "a maximum of 2"),
        ]
    )
    func operands(rule: OperandCount, count: Int, fault: String) { #expect(rule.fault(count) == fault) }

    @Test(
        "The right count is no fault",
        arguments: [
            (OperandCount.exactly(1), 1), (.exactly(0), 0), (.atLeast(1), 1), (.atLeast(1), 9), (.between(1, 2), 1),
            (.between(1, 2), 2),
        ]
    )
    func rightCount(rule: OperandCount, count: Int) { #expect(rule.fault(count) == nil) }

    @Test("The errors of exec, run and create begin as callers match them")
    func failures() {
        #expect(Command.run.failure == "runc run failed")
        #expect(Command.create.failure == "runc create failed")
        #expect(Command.exec.failure == "exec failed")
        #expect(Verb.allCases.filter { $0.command.failureStatus == 255 } == [.exec])
    }

    @Test("Programs of the container, ps and signals keep their own flags")
    func stopping() {
        #expect(Verb.allCases.filter { $0.command.stopsAtFirstOperand } == [.exec, .kill, .ps])
    }
}
