/// What `create` is asked for; `run` adds to it.
package struct CreateOptions: Equatable, Sendable {
    package var id: String
    // Every path is absolute: the runtime enters the bundle before it uses them.

    /// The folder that holds config.json.
    package var bundle = "."
    /// A listening unix socket that takes the master of the container's terminal.
    package var consoleSocket: String?
    /// A listening unix socket that takes a pidfd of the container's first process.
    package var pidfdSocket: String?
    package var pidFile: String?
    /// MS_MOVE and chroot(2) instead of pivot_root(2), for a rootfs on the initial ramdisk.
    package var noPivot = false
    /// Keep the caller's session keyring (keyrings(7)).
    package var noNewKeyring = false
    /// How many descriptors from 3 on (after `$LISTEN_FDS`) go to the process as they are.
    package var preserveFDs: UInt32 = 0

    package init(id: String) { self.id = id }
}

/// What `run` is asked for.
package struct RunOptions: Equatable, Sendable {
    package var create: CreateOptions
    /// Return once the process runs.
    package var detach = false
    /// Leave the state of the stopped container.
    package var keep = false
    /// Do not adopt orphans (PR_SET_CHILD_SUBREAPER) while waiting.
    package var noSubreaper = false

    package init(create: CreateOptions) { self.create = create }
}
