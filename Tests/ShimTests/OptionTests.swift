import CommandLine
import Linux
import OCI
import ShimCore
import Testing

@testable import shim

@Suite("Options of a new shim")
struct OptionTests {
    private static let needed = ["--id", "web", "--state", "/run/web", "--runtime", "/bin/runtime"]

    private func options(_ words: [String]) throws -> ShimOptions {
        try ShimOptions(try Parser(flags: Shim.flags, stopsAtFirstOperand: true).parse(words).values)
    }

    private func fault(_ words: [String]) -> String {
        do {
            _ = try options(Self.needed + words)
            return "none"
        } catch let error as RuntimeError { return error.description } catch { return "\(error)" }
    }

    @Test("SM-10 What is not given has its default")
    func defaults() throws {
        let options = try options(Self.needed)
        let here = try HostFile.workingDirectory()
        #expect(options.id == "web" && options.state == "/run/web" && options.runtime == "/bin/runtime")
        #expect(options.bundle == here)
        #expect(options.runtimeArguments.isEmpty && options.createArguments.isEmpty && options.cgroups.isEmpty)
        #expect(!options.terminal && !options.stdin && !options.stdinOnce && !options.start)
        #expect(options.logPath == nil && options.logOptions.isEmpty)
        #expect(options.readyDescriptor == nil && options.oomScoreAdjustment == nil)
        #expect(options.name == "shim" && options.linger == 10_000_000_000)
        #expect(options.syncs && !options.keepsContainer && !options.termKills && !options.foreground)
        #expect(options.environment == ThisProcess.environment)
    }

    @Test("SM-10 Every flag reaches its member")
    func everyFlag() throws {
        let options = try options(
            Self.needed + [
                "--bundle", "/b/../c", "--runtime-arg", "--root", "--runtime-arg", "/r", "--create-arg=--no-pivot",
                "--terminal", "--stdin", "--stdin-once", "--log", "/l", "--log-opt", "max-size=1m", "--log-opt",
                "max-file=2", "--start", "--ready-fd", "2", "--cgroup", "/sys/fs/cgroup/a", "--cgroup", "/d",
                "--oom-score-adj", "-500", "--name", "web", "--linger", "1m30s", "--no-fsync", "--keep", "--term-kills",
                "--foreground",
            ]
        )
        #expect(options.bundle == "/c")
        #expect(options.runtimeArguments == ["--root", "/r"] && options.createArguments == ["--no-pivot"])
        #expect(options.terminal && options.stdin && options.stdinOnce && options.start)
        #expect(options.logPath == "/l" && options.logOptions == ["max-size=1m", "max-file=2"])
        #expect(options.readyDescriptor == 2 && options.oomScoreAdjustment == -500)
        #expect(options.cgroups == ["/sys/fs/cgroup/a", "/d"])
        #expect(options.name == "web" && options.linger == 90_000_000_000)
        #expect(!options.syncs && options.keepsContainer && options.termKills && options.foreground)
    }

    @Test("SM-1 Paths are absolute, and the runtime is looked up in PATH only without a slash")
    func paths() throws {
        let here = try HostFile.workingDirectory()
        let options = try options([
            "--id", "x", "--state", "s", "--bundle", "b/./c", "--log", "l", "--cgroup", "g", "--runtime", "sh",
        ])
        #expect(options.state == "\(here)/s" && options.bundle == "\(here)/b/c" && options.logPath == "\(here)/l")
        #expect(options.cgroups == ["\(here)/g"])
        #expect(options.runtime.hasPrefix("/") && options.runtime.hasSuffix("/sh"))
        #expect(try self.options(Self.needed + ["--runtime", "./run"]).runtime == "\(here)/run")
    }

    @Test(
        "SM-11 What cannot be is refused by name",
        arguments: [
            (["--id", ""], "--id is needed"), (["--id", "-x"], "--id \"-x\""), (["--id", "a/b"], "--id \"a/b\""),
            (["--id", ".."], "--id \"..\""), (["--state", ""], "--state is needed"),
            (["--runtime", "no-such-runtime"], "runtime \"no-such-runtime\" is not in $PATH"),
            (["--stdin-once"], "--stdin-once needs --stdin"), (["--log-driver", "json-file"], "needs --log"),
            (["--log-driver", "syslog"], "json-file or none"), (["--log-opt", "max-size=1m"], "--log-opt needs a log"),
            (["--log", "/l", "--log-driver", "none", "--log-opt", "mode=blocking"], "--log-opt needs a log"),
            (["--ready-fd", "-1"], "--ready-fd -1"), (["--ready-fd", "1000000"], "bad file descriptor"),
            (["--ready-fd", "4294967296"], "--ready-fd 4294967296"), (["--oom-score-adj", "1001"], "-1000 to 1000"),
            (["--name", "sixteen-bytes-xx"], "more than 15 bytes"), (["--linger", "-1s"], "not below zero"),
        ]
    )
    func refused(words: [String], text: String) { #expect(fault(words).contains(text), "\(fault(words))") }

    @Test("SM-10 A log is json-file where there is one, and none where it is not wanted")
    func logDriver() throws {
        #expect(try options(Self.needed + ["--log", "/l", "--log-driver", "json-file"]).logPath == "/l")
        #expect(try options(Self.needed + ["--log", "/l", "--log-driver", "none"]).logPath == nil)
        #expect(try options(Self.needed + ["--log-driver", "none"]).logPath == nil)
    }
}
