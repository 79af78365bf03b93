import CommandLine
import Linux
import OCI
import RuntimeCore
import Testing

@testable import runc_swift

@Suite("Options of verbs")
struct OptionsTests {
    private func call(_ command: runc_swift.Command, _ words: [String]) throws -> Call {
        let line = try command.parser.parse(words)
        return Call(
            global: try GlobalOptions(Values()),
            values: line.values,
            operands: line.operands,
            log: Log(),
            trace: nil
        )
    }

    @Test("create takes every flag")
    func create() throws {
        let options = try CreateOptions(
            call(
                .create,
                [
                    "-b", "/bundle", "--console-socket", "/c", "--pidfd-socket", "@p", "--pid-file", "/run/../x",
                    "--no-pivot", "--no-new-keyring", "--preserve-fds", "3", "id",
                ]
            )
        )
        var expected = CreateOptions(id: "id")
        expected.bundle = "/bundle"
        expected.consoleSocket = "/c"
        expected.pidfdSocket = "@p"
        expected.pidFile = "/run/../x"
        expected.noPivot = true
        expected.noNewKeyring = true
        expected.preserveFDs = 3
        #expect(options == expected)
    }

    @Test("create has runc's defaults")
    func defaults() throws {
        #expect(try CreateOptions(call(.create, ["id"])) == CreateOptions(id: "id"))
    }

    @Test("A relative path is seen from where the caller stands")
    func relativePaths() throws {
        let folder = try HostFile.workingDirectory()
        let words = ["-b", "b", "--pid-file", "../p", "--console-socket", "c", "id"]
        let options = try CreateOptions(call(.create, words))
        #expect(options.bundle == "\(folder)/b")
        #expect(options.pidFile == "\(folder)/../p")
        #expect(options.consoleSocket == "\(folder)/c")
        #expect(try ExecOptions(call(.exec, ["-p", "f.json", "id"])).processFile == "\(folder)/f.json")
    }

    @Test("Labels of security modules are refused by name", arguments: ["--apparmor", "--process-label"])
    func labels(flag: String) throws {
        let call = try call(.exec, [flag, "x", "id", "true"])
        #expect(throws: RuntimeError(.unsupported, "\(flag) is not supported by this version")) {
            try ExecOptions(call)
        }
    }

    @Test("A negative number of descriptors is refused")
    func negativeCount() throws {
        let call = try call(.create, ["--preserve-fds", "-1", "id"])
        #expect(throws: RuntimeError(.usage, "invalid value for preserve-fds: -1")) { try CreateOptions(call) }
    }

    @Test("exec takes every flag, and leaves the program's alone")
    func exec() throws {
        let options = try ExecOptions(
            call(
                .exec,
                [
                    "--cwd", "/w", "-e", "A=1", "-e", "B=2", "-t", "-u", "1:2", "-g", "3", "-g", "4", "-d", "--cap",
                    "CAP_KILL", "--no-new-privs=false", "--cgroup", "sub", "--ignore-paused", "id", "sh", "-c", "-t",
                ]
            )
        )
        var expected = ExecOptions(id: "id")
        expected.args = ["sh", "-c", "-t"]
        expected.cwd = "/w"
        expected.env = ["A=1", "B=2"]
        expected.tty = true
        expected.user = UserIdentity(uid: 1, gid: 2)
        expected.additionalGids = [3, 4]
        expected.detach = true
        expected.caps = ["CAP_KILL"]
        expected.noNewPrivs = false
        expected.cgroups = ["sub"]
        expected.ignorePaused = true
        #expect(options == expected)
    }

    @Test("exec wants a program or a file")
    func execArguments() throws {
        let empty = try call(.exec, ["id"])
        #expect(throws: RuntimeError(.usage, "exec args cannot be empty")) { try ExecOptions(empty) }
        #expect(try ExecOptions(call(.exec, ["-p", "/f.json", "id"])).args == [])
    }

    @Test("update reads numbers and sizes, and leaves out what is not given")
    func update() throws {
        let resources = try ResourceFlags(
            call(
                .update,
                [
                    "--cpu-period", "1000", "id", "--memory", "50M", "--memory-swap", "-1", "--cpu-quota=-1",
                    "--pids-limit", "20", "--cpuset-cpus", "0-1", "--cpu-idle", "1", "--blkio-weight", "500",
                ]
            )
        ).resources()
        var expected = Resources()
        expected.cpu.period = 1000
        expected.cpu.quota = -1
        expected.cpu.cpus = "0-1"
        expected.cpu.idle = 1
        expected.memory.limit = 50 << 20
        expected.memory.swap = -1
        expected.pidsLimit = 20
        expected.blockIO.weight = 500
        #expect(resources == expected)
    }

    @Test("No memory limit is no swap limit either")
    func unlimited() throws {
        #expect(try ResourceFlags(call(.update, ["--memory", "-1", "id"])).resources().memory.swap == -1)
    }

    @Test(
        "A limit that is none is refused by name",
        arguments: [
            (["--memory", "lots"], "invalid value for memory: \"lots\""),
            (["--cpu-share", "-1"], "invalid value for cpu-share: \"-1\""),
            (["--blkio-weight", "70000"], "invalid value for blkio-weight: \"70000\""),
            (["--l3-cache-schema", "x"], "--l3-cache-schema is not supported by this version"),
        ]
    )
    func invalidLimits(words: [String], message: String) throws {
        let call = try call(.update, words + ["id"])
        do throws(RuntimeError) {
            _ = try ResourceFlags(call).resources()
            Issue.record("no error")
        } catch {
            #expect(error.description == message)
        }
    }

    @Test(
        "Global flags that this version lacks are refused by name",
        arguments: [
            (["--systemd-cgroup"], "--systemd-cgroup is not supported by this version"),
            (["--rootless", "true"], "--rootless is not supported by this version"),
            (["--rootless", "perhaps"], "invalid rootless: perhaps"),
            (["--log-format", "xml"], "invalid log-format: xml"),
            (["--root", "/tmp/.."], "Option --root argument should not be set to /"),
        ]
    )
    func globals(words: [String], message: String) throws {
        let values = try Parser(flags: Flag.globals, stopsAtFirstOperand: true).parse(words).values
        do throws(RuntimeError) {
            _ = try GlobalOptions(values)
            Issue.record("no error")
        } catch {
            #expect(error.description == message)
        }
    }

    @Test("rootless false and auto are the default", arguments: ["false", "auto", "AUTO", ""])
    func rootless(word: String) throws {
        let values = try Parser(flags: Flag.globals, stopsAtFirstOperand: true).parse(["--rootless", word]).values
        _ = try GlobalOptions(values)
    }
}
