internal import CLinux

extension Descriptor where Self: ~Copyable {
    /// Bind-mounts this open file onto another by open_tree(2) and move_mount(2) (Linux 5.2): no path takes part that
    /// somebody could turn elsewhere.
    package borrowing func bind(onto target: borrowing some Descriptor & ~Copyable) throws(Errno) {
        // OPEN_TREE_CLONE, AT_EMPTY_PATH, O_CLOEXEC
        let flags: UInt32 = 0x1 | 0x1000 | 0o2_000_000
        let source = rawValue
        let tree = FileDescriptor(owning: try check { unsafe clinux_open_tree(source, "", flags) })
        let place = target.rawValue
        // MOVE_MOUNT_F_EMPTY_PATH, MOVE_MOUNT_T_EMPTY_PATH
        _ = try check { unsafe clinux_move_mount(tree.rawValue, "", place, "", 0x4 | 0x40) }
    }
}
