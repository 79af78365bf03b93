import OCI
import RuntimeCore
import Testing

@Suite("Hooks")
struct HookRunnerTests {
    private func hook(_ script: String, env: [String]? = nil, timeout: Int? = nil) -> Hook {
        var hook = Hook(path: "/bin/sh")
        hook.args = ["sh", "-c", script]
        hook.env = env
        hook.timeout = timeout
        return hook
    }

    private func failure(
        _ hooks: [Hook],
        _ point: HookRunner.Point = .createRuntime,
        inherited: Environment? = nil
    ) -> String? {
        do {
            try HookRunner.run(hooks, point, state: Array("{\"id\":\"c1\"}".utf8), inherited: inherited)
            return nil
        } catch {
            return error.description
        }
    }

    @Test("PR-30: the first failure ends it, and says which hook it was")
    func failing() {
        let hooks = [hook("exit 0"), hook("echo out; echo err >&2; exit 1"), hook("kill -9 $$")]
        #expect(
            failure(hooks) == "error running createRuntime hook #1: exit status 1, stdout: out\n, stderr: err\n"
        )
        #expect(
            failure([hook("kill -9 $$")], .poststop)
                == "error running poststop hook #0: signal: killed, stdout: , stderr: "
        )
    }

    @Test("PR-30: the state is the standard input")
    func state() {
        #expect(failure([hook("read line; test \"$line\" = '{\"id\":\"c1\"}'")]) == nil)
    }

    @Test("PR-30: args[0] is as given")
    func arguments() {
        var named = Hook(path: "/bin/sh")
        named.args = ["other", "-c", "test \"$0\" = other"]
        #expect(failure([named]) == nil)
    }

    @Test("PR-32: a hook that takes too long is killed")
    func timeout() {
        #expect(
            failure([hook("exec sleep 60", timeout: 1)], .prestart)
                == "error running prestart hook #0: hook ran past specified timeout of 1.0s"
        )
    }

    @Test("PR-30: a missing program")
    func missing() {
        #expect(
            failure([Hook(path: "/nonexistent")], .poststart)
                == "error running poststart hook #0: fork/exec /nonexistent: no such file or directory"
        )
    }

    @Test("LC-15: the poststop hooks all run, and the first failure is told")
    func each() {
        let hooks = [hook("exit 0"), hook("exit 3"), hook("exit 4")]
        let error = #expect(throws: RuntimeError.self) {
            try HookRunner.runEach(hooks + [Hook(path: "/nonexistent")], .poststop, state: [])
        }
        #expect(error?.description == "error running poststop hook #1: exit status 3, stdout: , stderr: ")
    }

    @Test("PR-34: only the listed environment, or the process's for startContainer")
    func environment() throws {
        let process = try Environment(["ONE=two"])
        #expect(failure([hook("test -z \"$ONE$HOME\"")]) == nil)
        #expect(failure([hook("test \"$ONE\" = two")], .startContainer, inherited: process) == nil)
        let own = hook("test -z \"$ONE\" -a \"$A\" = 1", env: ["A=1"])
        #expect(failure([own], .startContainer, inherited: process) == nil)
    }
}
