import CommandLine
import Testing

@testable import shim

@Suite("Help, manual and completions of the shim")
struct HelpTests {
    private static let visible = Verb.allCases.filter { !$0.command.hidden }

    @Test("Every verb is found under its own name", arguments: Verb.allCases)
    func names(verb: Verb) { #expect(verb.command.name == verb.rawValue) }

    @Test("No two flags of a verb have one spelling, and none hides help", arguments: Verb.allCases)
    func distinctFlags(verb: Verb) {
        let words = (verb.command.flags + [.help]).flatMap(\.words)
        #expect(Set(words).count == words.count)
    }

    @Test("Every flag of a new shim is in the help and in the manual once")
    func startFlags() {
        let page = HelpPage<Shim>(program: "shim").text
        let roff = ManualPage<Shim>.roff
        #expect(Set(Shim.flags.flatMap(\.words)).count == Shim.flags.flatMap(\.words).count)
        for flag in Shim.flags {
            #expect(page.contains("\n   \(flag.spellings[0])") && !flag.help.isEmpty, "\(flag.name)")
            let entry = Roff.escaped(flag.spellings.joined(separator: ", "))
            #expect(roff.contains("\n.TP\n\\fB\(entry)\\fR\n"), "\(flag.name)")
        }
    }

    @Test("Every verb and its flags are in the help and in the manual", arguments: visible)
    func verbs(verb: Verb) throws {
        let command = verb.command
        let page = HelpPage<Shim>(program: "/sbin/shim").text(of: command)
        #expect(page.hasPrefix("NAME:\n   shim \(verb.rawValue) - \(command.summary)\n"))
        #expect(HelpPage<Shim>(program: "shim").text.contains("\n   \(verb.rawValue) "))
        let sections = ManualPage<Shim>.roff.split(separator: "\n.S")
        let section = try #require(sections.first { $0.hasPrefix("S \(verb.rawValue)\n") })
        for flag in command.flags {
            #expect(page.contains("   \(flag.spellings[0])"), "\(flag.name)")
            #expect(section.contains(Roff.escaped("--\(flag.name)")), "\(flag.name)")
        }
    }

    @Test("Verbs that speak to a shim ask for its folder")
    func state() {
        let without = Self.visible.filter { !$0.command.flags.contains { $0.name == "state" } }
        #expect(without == [.completion])
    }

    @Test("The line that shows how to call a verb has the folder in it", arguments: visible)
    func calls(verb: Verb) {
        let page = HelpPage<Shim>(program: "shim").text(of: verb.command)
        let needsFolder = page.contains("\n   shim \(verb.rawValue) --state DIR")
        #expect(needsFolder == (verb != .completion && verb != .logs), "\(page)")
        // One that takes nothing else has no options to be shown.
        #expect(page.contains("[command options]") == (verb.command.flags.count > 1 || verb == .logs))
        let call = Roff.escaped("\(verb.rawValue)") + "\\fR" + Roff.escaped(" --state DIR")
        #expect(ManualPage<Shim>.roff.contains(call) == needsFolder)
    }

    @Test("Every shell completes every verb and flag", arguments: Shell.allCases)
    func completions(shell: Shell) {
        let script = shell.script(for: Shim.self)
        for flag in Shim.flags { #expect(script.contains(flag.name), "\(flag.name)") }
        for command in Verb.visible {
            #expect(script.contains(command.name))
            for flag in command.flags { #expect(script.contains(flag.name), "\(command.name) \(flag.name)") }
        }
        #expect(script.contains("_shim") || shell == .fish)
        #expect(!script.contains("containers") && !script.contains("list -q"))
    }

    @Test("No page has a line that a terminal of 150 columns wraps")
    func width() {
        let page = HelpPage<Shim>(program: "shim")
        let texts = [page.text] + Verb.allCases.map { page.text(of: $0.command) }
        for line in texts.flatMap({ $0.split(separator: "\n") }) { #expect(line.count <= 150, "\(line)") }
    }

    @Test("Only a process of the container has a status of its own")
    func failureStatus() {
        #expect(Verb.allCases.filter { $0.command.failureStatus == 255 } == [.attach, .exec])
    }
}
