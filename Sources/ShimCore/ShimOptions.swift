/// What a shim is started with. Paths are absolute.
package struct ShimOptions: Equatable, Sendable {
    package var bundle = ""
    package var id = ""
    /// The state folder, SM-1.
    package var state = ""
    package var runtime = ""
    /// Before the runtime's verb.
    package var runtimeArguments: [String] = []
    /// After `create`.
    package var createArguments: [String] = []
    package var terminal = false
    package var stdin = false
    package var stdinOnce = false
    /// nil: no log.
    package var logPath: String?
    /// `max-size=10m` and so on, as given.
    package var logOptions: [String] = []
    /// Starts the container once it is created.
    package var start = false
    package var readyDescriptor: Int32?
    package var cgroups: [String] = []
    package var oomScoreAdjustment: Int32?
    package var name = "shim"
    /// Nanoseconds that a record waits for somebody to take it before the shim leaves.
    package var linger: UInt64 = 10_000_000_000
    package var syncs = true
    package var keepsContainer = false
    package var termKills = false
    package var foreground = false
    /// Of the runtime's runs.
    package var environment: [String] = []

    package init() {}
}
