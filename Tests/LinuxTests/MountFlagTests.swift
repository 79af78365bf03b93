import Glibc
import Testing

@testable import Linux

@Suite("Mount flags")
struct MountFlagTests {
    @Test("MT-7: every flag has the C header's number")
    func numbers() {
        // Glibc has no MS_NOSYMFOLLOW in older versions: linux/mount.h says 256.
        let header: [(flag: MountFlags, number: Int)] = [
            (MountFlags.readOnly, MS_RDONLY),
            (MountFlags.noSetID, MS_NOSUID),
            (MountFlags.noDevices, MS_NODEV),
            (MountFlags.noExecute, MS_NOEXEC),
            (MountFlags.synchronous, MS_SYNCHRONOUS),
            (MountFlags.remount, MS_REMOUNT),
            (MountFlags.mandatoryLocks, MS_MANDLOCK),
            (MountFlags.synchronousDirectories, MS_DIRSYNC),
            (MountFlags.noSymlinkFollowing, 256),
            (MountFlags.noAccessTimes, MS_NOATIME),
            (MountFlags.noDirectoryAccessTimes, MS_NODIRATIME),
            (MountFlags.bind, MS_BIND),
            (MountFlags.recursive, MS_REC),
            (MountFlags.silent, MS_SILENT),
            (MountFlags.unbindable, MS_UNBINDABLE),
            (MountFlags.private, MS_PRIVATE),
            (MountFlags.slave, MS_SLAVE),
            (MountFlags.shared, MS_SHARED),
            (MountFlags.relativeAccessTimes, MS_RELATIME),
            (MountFlags.inodeVersions, MS_I_VERSION),
            (MountFlags.strictAccessTimes, MS_STRICTATIME),
            (MountFlags.lazyTimes, MS_LAZYTIME),
        ]
        #expect(header.count == MountFlags.names.count)
        for (flag, number) in header { #expect(flag.rawValue == UInt64(number), "\(flag)") }
    }

    @Test("MT-7: flags are named by the kernel's words")
    func words() {
        #expect((MountFlags.noDevices | .readOnly).description == "MS_RDONLY|MS_NODEV")
        #expect(MountFlags.none.description == "0")
        #expect((MountAttributes.readOnly | .noAccessTimes).description == "MOUNT_ATTR_RDONLY|MOUNT_ATTR_NOATIME")
    }
}
