import Linux
import OCI
import RuntimeCore
import Testing

@Suite("Program lookup")
struct ProgramLookupTests {
    /// A folder with `tool` (executable), `data` (not) and the folder `dir`.
    private final class Folder {
        let path: String

        init(_ name: String) throws {
            path = "/tmp/lookup-\(ThisProcess.pid)-\(name)"
            let here = BorrowedDescriptor.currentDirectory
            try here.makeDirectory(path, mode: 0o755)
            _ = try here.open("\(path)/data", [.write, .create], mode: 0o644)
            let tool = try here.open("\(path)/tool", [.write, .create], mode: 0o755)
            try tool.changeMode(0o755)
            try here.makeDirectory("\(path)/dir", mode: 0o755)
        }

        deinit {
            let here = BorrowedDescriptor.currentDirectory
            for name in ["data", "tool"] { do { try here.unlink("\(path)/\(name)") } catch {} }
            do {
                try here.removeDirectory("\(path)/dir")
                try here.removeDirectory(path)
            } catch {}
        }
    }

    private func failure(_ name: String, in path: String?) -> String? {
        do {
            _ = try ProgramLookup.find(name, in: path)
            return nil
        } catch {
            return error.description
        }
    }

    @Test("PR-7: a name is looked for in the folders of PATH, in order")
    func found() throws {
        let folder = try Folder("found")
        #expect(try ProgramLookup.find("tool", in: "/nonexistent:\(folder.path):/bin") == "\(folder.path)/tool")
        #expect(try ProgramLookup.find("tool", in: "\(folder.path)/") == "\(folder.path)/tool")
        #expect(try ProgramLookup.find("\(folder.path)/tool", in: nil) == "\(folder.path)/tool")
    }

    @Test(
        "PR-7: what is not executable is not found, not even by root",
        arguments: ["data", "dir", "none", "", ".", ".."]
    )
    func notFound(name: String) throws {
        let folder = try Folder("not-found-\(name.isEmpty ? "empty" : name)")
        #expect(failure(name, in: folder.path) == "exec: \"\(name)\": executable file not found in $PATH")
    }

    @Test("PR-7: without a PATH nothing is found", arguments: [nil, ""])
    func noPath(path: String?) {
        #expect(failure("sh", in: path) == "exec: \"sh\": executable file not found in $PATH")
    }

    @Test("PR-7: a path says what is wrong with it")
    func paths() throws {
        let path = try Folder("paths")
        #expect(
            failure("/nonexistent", in: nil)
                == "exec: \"/nonexistent\": stat /nonexistent: no such file or directory"
        )
        #expect(failure("\(path.path)/data", in: nil) == "exec: \"\(path.path)/data\": permission denied")
        #expect(failure("\(path.path)/dir", in: nil) == "exec: \"\(path.path)/dir\": is a directory")
    }

    @Test("PR-7: a program below the working directory is refused")
    func relative() {
        // Every folder is below / and so below enough of these.
        let up = String(repeating: "../", count: 40)
        let text = "exec: \"sh\": cannot run executable found relative to current directory"
        #expect(failure("sh", in: "\(up)bin") == text)
    }
}
