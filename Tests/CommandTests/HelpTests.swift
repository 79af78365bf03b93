import CommandLine
import OCI
import Testing

@testable import runc_swift

@Suite("Help, manual and completions")
struct HelpTests {
    /// Lines as bats splits them: empty ones are not seen.
    private func lines(_ text: String) -> [Substring] { text.split(separator: "\n") }

    @Test("The page of the program begins as runc's test suite wants it")
    func program() {
        let lines = lines(HelpPage<RuncSwift>(program: "/usr/bin/runc-swift").text)
        #expect(lines[0] == "NAME:")
        #expect(lines[1].hasPrefix("   runc - Open Container Initiative runtime"))
    }

    @Test("The page of a verb names the program as it was called", arguments: Verb.allCases)
    func verbPage(verb: Verb) {
        let command = verb.command
        let lines = lines(HelpPage<RuncSwift>(program: "/opt/bin/runtime").text(of: command))
        #expect(lines[0] == "NAME:")
        #expect(lines[1] == "   runtime \(verb.rawValue) - \(command.summary)")
        #expect(lines.contains("USAGE:"))
    }

    @Test("Pages list every visible flag and no hidden one", arguments: Verb.allCases)
    func flags(verb: Verb) {
        let text = HelpPage<RuncSwift>(program: "x").text(of: verb.command)
        for flag in verb.command.flags {
            #expect(text.contains("   \(flag.spellings[0])") == !flag.hidden, "\(flag.name)")
        }
    }

    @Test("No verb of runc's needs a flag, so that the lines of its calls are runc's", arguments: Verb.allCases)
    func calls(verb: Verb) {
        let lines = lines(HelpPage<RuncSwift>(program: "x").text(of: verb.command))
        let call = "   x \(verb.rawValue)"
        let bare = "\(call) \(verb.command.synopsis)"
        #expect(lines.contains { $0 == call || $0 == bare || $0.hasPrefix("\(call) [command options]") })
    }

    @Test("The words in front of a failure come once, also where a program below has said them")
    func report() {
        let exec = Verb.exec.command
        #expect(exec.report(of: RuntimeError(.kernel, "exec: \"x\"")) == "exec failed: exec: \"x\"")
        #expect(exec.report(of: RuntimeError(.kernel, "exec failed: no")) == "exec failed: no")
        #expect(Verb.list.command.report(of: RuntimeError(.kernel, "no")) == "no")
    }

    @Test("The program's page lists every visible verb")
    func verbs() {
        let text = HelpPage<RuncSwift>(program: "x").text
        for command in Verb.visible { #expect(text.contains("\n   \(command.name) ")) }
        #expect(!text.contains("\n   man "))
    }

    @Test("No page has a line that a terminal of 150 columns wraps")
    func width() {
        let page = HelpPage<RuncSwift>(program: "runc-swift")
        let texts = [page.text] + Verb.allCases.map { page.text(of: $0.command) }
        for line in texts.flatMap(lines) { #expect(line.count <= 150, "\(line)") }
    }

    @Test("The manual has every visible verb and flag")
    func manual() {
        let roff = ManualPage<RuncSwift>.roff
        for command in Verb.visible {
            #expect(roff.contains("\n.SS \(command.name)\n"))
            for flag in command.flags where !flag.hidden {
                #expect(roff.contains(Roff.escaped("--\(flag.name)")), "\(flag.name)")
            }
        }
        for line in lines(roff) where line.hasPrefix(".") {
            let request = line.prefix { $0 != " " }
            #expect([".TH", ".SH", ".SS", ".TP", ".PP", ".nf", ".fi"].contains(request), "\(line)")
        }
    }

    @Test("Text of the manual is not read as a request")
    func escaping() {
        var roff = Roff()
        roff.text(".danger\n'quote\nback\\slash - dash")
        #expect(roff.source == "\\&.danger\n\\&'quote\nback\\eslash \\- dash\n")
    }

    @Test("Every shell completes every visible verb and flag", arguments: Shell.allCases)
    func completions(shell: Shell) {
        let script = shell.script(for: RuncSwift.self)
        for command in Verb.visible {
            #expect(script.contains(command.name))
            for flag in command.flags where !flag.hidden { #expect(script.contains(flag.name), "\(flag.name)") }
        }
        #expect(!script.contains("kernel-memory"))
    }

    @Test("The version is three lines and more that go-runc and dockerd parse")
    func version() {
        let lines = lines(Version.text)
        #expect(lines[0].hasPrefix("runc version \(Build.version)"))
        #expect(lines[0].wholeMatch(of: /runc version [0-9]+\.[0-9]+\.[0-9]+.*/) != nil)
        #expect(lines[1].hasPrefix("commit: "))
        #expect(lines[2] == "spec: 1.3.0")
        #expect(lines[3].hasPrefix("libseccomp: "))
    }
}
