/// Where a container is in its life, as the shim sees it. The last two are the shim's own.
package enum ContainerPhase: String, CaseIterable, Sendable {
    /// The runtime's `create` runs.
    case creating
    case created
    /// The runtime's `start` runs.
    case starting
    case running
    /// The first process has ended; the record is being written and the streams are read to their end.
    case ending
    /// Everyone may know.
    case ended
}

/// Where an exec session is in its life.
package enum SessionPhase: String, CaseIterable, Sendable {
    /// Made, not started.
    case made
    /// The runtime's `exec` runs.
    case starting
    case running
    /// It has ended; the record is being written and the streams are read to their end.
    case ending
}
