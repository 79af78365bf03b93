/// runtime.md "State", with runc's `paused`.
package enum Lifecycle: String, Sendable {
    case creating, created, running, paused, stopped
}
