import CommandLine
import Testing

@testable import runc_swift

@Suite("Parser")
struct ParserTests {
    private let flags = [
        Flag("bundle", short: "b", placeholder: "DIR", "folder"),
        Flag("env", short: "e", kind: .list, "variable"),
        Flag("preserve-fds", kind: .integer, "number"),
        Flag("interval", kind: .duration, "time"),
        Flag.toggle("detach", short: "d", "return at once"),
    ]

    private func parse(_ words: [String], stops: Bool = false) throws -> Parser.Result {
        try Parser(flags: flags, stopsAtFirstOperand: stops).parse(words)
    }

    @Test(
        "A value follows its flag or an equals sign, after one dash or two",
        arguments: [
            ["--bundle", "x"], ["--bundle=x"], ["-bundle", "x"], ["-bundle=x"], ["-b", "x"], ["-b=x"], ["--b", "x"],
        ]
    )
    func spellings(words: [String]) throws {
        let result = try parse(words + ["id"])
        #expect(result.values.text(flags[0]) == "x")
        #expect(result.operands == ["id"])
    }

    @Test("Flags may follow the operands")
    func flagsAfterOperands() throws {
        let result = try parse(["id", "-d", "--bundle", "x", "more"])
        #expect(result.operands == ["id", "more"])
        #expect(result.values.isOn(flags[4]))
    }

    @Test("Where the rest belongs to a program, nothing after the first operand is read")
    func stopsAtFirstOperand() throws {
        let result = try parse(["-d", "id", "sh", "-c", "--bundle", "--"], stops: true)
        #expect(result.operands == ["id", "sh", "-c", "--bundle", "--"])
    }

    @Test("Two dashes end the flags, one dash is an operand")
    func dashes() throws {
        #expect(try parse(["--", "-d", "--"]).operands == ["-d", "--"])
        #expect(try parse(["-", "-d"]).operands == ["-"])
    }

    @Test("A list keeps every value, a text the last")
    func repeated() throws {
        let result = try parse(["-e", "A=1,2", "--env=B=x=y", "-b", "1", "-b", "2"])
        #expect(result.values.list(flags[1]) == ["A=1,2", "B=x=y"])
        #expect(result.values.text(flags[0]) == "2")
    }

    @Test("A value may begin with a dash")
    func negativeValue() throws {
        #expect(try parse(["--preserve-fds", "-1"]).values.integer(flags[2]) == -1)
        #expect(try parse(["-b", "-d"]).values.text(flags[0]) == "-d")
    }

    @Test("A toggle takes a word only after an equals sign", arguments: [("false", false), ("1", true), ("T", true)])
    func toggles(word: String, on: Bool) throws {
        #expect(try parse(["-d=\(word)"]).values.isOn(flags[4]) == on)
        #expect(try parse(["-d", word]).operands == [word])
    }

    private func parseJoined(_ words: [String]) throws -> Parser.Result {
        var parser = Parser(flags: flags)
        parser.joinsShortFlags = true
        return try parser.parse(words)
    }

    @Test(
        "Short flags may stand together where the program says so, the last one with its value",
        arguments: [
            ["-db", "x"], ["-dbx"], ["-db=x"], ["-dd", "-b", "x"], ["-d=true", "-bx"], ["--detach", "-bundle", "x"],
        ]
    )
    func joined(words: [String]) throws {
        let result = try parseJoined(words + ["id"])
        #expect(result.values.isOn(flags[4]) && result.values.text(flags[0]) == "x")
        #expect(result.operands == ["id"])
    }

    @Test(
        "Letters of which one is no flag, and letters after two dashes, are refused as a whole",
        arguments: [
            (["-dx"], "flag provided but not defined: -dx"), (["--db", "x"], "flag provided but not defined: -db"),
            (["-db"], "flag needs an argument: --bundle"),
            (["-bd=maybe", "-dd=no"], "invalid value \"no\" for flag --detach: want true or false"),
        ]
    )
    func notJoined(words: [String], message: String) {
        #expect(throws: UsageError(message)) { try parseJoined(words) }
    }

    @Test("runc-swift reads what stands together as one name, as runc does")
    func apart() {
        let invocation = RuncSwift.invocation(["exec", "-td", "id", "sh"], calledAs: "runc")
        guard case .wrong(let message, _) = invocation else {
            Issue.record("it was read")
            return
        }
        #expect(message == "flag provided but not defined: -td")
    }

    @Test(
        "What cannot be read is refused by name",
        arguments: [
            (["--bogus"], "flag provided but not defined: -bogus"),
            (["-dt"], "flag provided but not defined: -dt"),
            (["--bundle"], "flag needs an argument: --bundle"),
            (["---bundle", "x"], "bad flag syntax: ---bundle"),
            (["--=x"], "bad flag syntax: --=x"),
            (["-d=maybe"], "invalid value \"maybe\" for flag --detach: want true or false"),
            (["--preserve-fds", "two"], "invalid value \"two\" for flag --preserve-fds: want a number"),
            (["--interval=5"], "invalid value \"5\" for flag --interval: want a duration such as 1s or 100ms"),
        ]
    )
    func refused(words: [String], message: String) {
        #expect(throws: UsageError(message)) { try parse(words) }
    }

    @Test("Any words give a result or a usage error, and lose no operand after two dashes")
    func total() throws {
        var random = SystemRandomNumberGenerator()
        let alphabet = ["-", "--", "=", "b", "bundle", "d", "", "é", "\u{0}", "interval", "1s", "-1"]
        for _ in 0..<2000 {
            let words = (0..<4).map { _ in
                (0..<3).map { _ in alphabet.randomElement(using: &random) ?? "" }.joined()
            }
            do {
                let result = try parse(["--"] + words)
                #expect(result.operands == words)
                _ = try parse(words)
            } catch is UsageError {
                continue
            }
        }
    }
}
