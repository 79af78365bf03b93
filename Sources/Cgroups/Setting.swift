internal import Linux
internal import OCI

/// One value for one file of a cgroup.
struct Setting: Equatable, Sendable {
    /// What to do when the kernel refuses.
    enum Refusal: Equatable, Sendable {
        case fail
        /// The file is not there: nothing to set.
        case skipMissing
        /// The file is not there: another one takes another value.
        case instead(file: String, value: String)
        /// `EINVAL`, as it does not go with the old value of another file: once more after the others.
        case retry
    }

    let file: String
    let value: String
    let refusal: Refusal

    init(_ file: String, _ value: String, _ refusal: Refusal = .fail) {
        self.file = file
        self.value = value
        self.refusal = refusal
    }
}

/// What one controller is to be told, in order.
struct ControllerSettings: Equatable, Sendable {
    let controller: String
    let settings: [Setting]

    init(_ controller: String, _ settings: [Setting]) {
        self.controller = controller
        self.settings = settings
    }

    typealias Write = (_ path: String, _ value: String) throws(RuntimeError) -> Void

    func perform(in directory: String, write: Write = CgroupFile.write) throws(RuntimeError) {
        var later: [Setting] = []
        for setting in settings {
            do { try write("\(directory)/\(setting.file)", setting.value) } catch {
                switch (setting.refusal, error.errno) {
                case (.skipMissing, .some(.noEntry)): continue
                case (.instead(let file, let value), .some(.noEntry)): try write("\(directory)/\(file)", value)
                case (.retry, .some(.invalid)): later.append(setting)
                default: throw error
                }
            }
        }
        for setting in later { try write("\(directory)/\(setting.file)", setting.value) }
    }
}
