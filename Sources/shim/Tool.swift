internal import CommandLine
internal import Linux
internal import OCI
internal import ShimCore

/// The command line from the first argument to the exit status.
struct Tool {
    /// argv[0] as given.
    private let program: String

    /// Runs what the arguments ask for and returns the exit status.
    static func main(_ arguments: [String]) -> Int32 {
        let tool = Tool(program: arguments.first ?? Shim.name)
        return tool.run(Array(arguments.dropFirst()))
    }

    private func run(_ arguments: [String]) -> Int32 {
        let line: Parser.Result
        do {
            line = try Parser(flags: Shim.flags, stopsAtFirstOperand: true).parse(arguments)
        } catch {
            return refuse(error.message, page: "--help")
        }
        if line.values.isOn(.help) { return show(HelpPage<Shim>(program: program).text) }
        if line.values.isOn(.version) { return show(Shim.versionText) }
        if !arguments.isEmpty && line.operands.isEmpty { return start(line.values) }
        // Flags of a shim that is to be started mean nothing to a verb.
        if let verb = line.operands.first, arguments.first != verb, Shim.command(verb) != nil {
            return refuse("flags of \"\(verb)\" stand behind it", page: "help \(verb)")
        }
        return perform(line.operands)
    }

    private func start(_ values: Values) -> Int32 {
        let options: ShimOptions
        do { options = try ShimOptions(values) } catch {
            tell(values.integer(.readyDescriptor), error.description)
            return fail(error.description, status: 1)
        }
        return ShimMain.run(options)
    }

    /// SM-12: whoever waits for an answer gets one, also to a wrong command line.
    private func tell(_ number: Int?, _ error: String) {
        guard let number = number.flatMap({ Int32(exactly: $0) }), number >= 0 else { return }
        let line = "{\"ok\":false,\"error\":\(Log.quoted(error)),\"runtimeLog\":[]}\n"
        do { try BorrowedDescriptor(number).writeAll(Array(line.utf8)) } catch {
            // It is not open, or nobody reads: standard error says the same.
            return
        }
    }

    private func perform(_ words: [String]) -> Int32 {
        switch Shim.invocation(words, calledAs: Shim.name) {
        case .page(let text): return show(text)
        case .unknown(let name): return refuse("there is no verb \"\(name)\"", page: "--help")
        case .wrong(let message, _), .miscounted(let message, _):
            return refuse(message, page: "help \(words.first ?? "")")
        case .perform(let command, let line):
            do {
                return try command.perform(Call(values: line.values, operands: line.operands))
            } catch {
                return fail(command.report(of: error), status: error.kind == .usage ? 1 : command.failureStatus)
            }
        }
    }

    private func show(_ text: String) -> Int32 {
        do { try Output.write(text) } catch { return fail(error.description, status: 1) }
        return 0
    }

    private func refuse(_ message: String, page: String) -> Int32 {
        fail("\(message)\nSee '\(Shim.name) \(page)'.", status: 1)
    }

    private func fail(_ message: String, status: Int32) -> Int32 {
        Complaint.write(message)
        return status
    }
}

/// Standard error.
enum Complaint {
    static func write(_ message: String) {
        do {
            try BorrowedDescriptor.standardError.writeAll(Array("\(Shim.name): \(message)\n".utf8))
        } catch {
            // There is nowhere else to say it; the exit status still tells.
            return
        }
    }
}
