package import Linux
package import OCI

/// The way into v1 cgroups, held open.
///
/// Through `tasks` with 0: the kernel moves the caller itself without cgroup_threadgroup_rwsem, whose writer waits for an
/// RCU grace period, some ten milliseconds on an idle machine (Linux 5.13).
package struct CgroupEntrance: ~Copyable {
    private struct Place {
        let path: String
        let file: BorrowedDescriptor
        let isOptional: Bool
    }

    private var files = DescriptorList()
    private var places: [Place] = []

    mutating func add(_ path: String, isOptional: Bool) throws(RuntimeError) {
        let file = files.keep(try CgroupFile.open(path, .write))
        places.append(Place(path: path, file: file, isOptional: isOptional))
    }

    /// What must not be closed before `join`.
    package var descriptors: [BorrowedDescriptor] { places.map { $0.file } }

    /// Moves the calling process, which has one thread.
    package consuming func join() throws(RuntimeError) {
        for place in places {
            do { try place.file.write("0") } catch {
                if place.isOptional { continue }
                let step = "error adding pid \(ThisProcess.pid) to cgroups: write \(place.path)"
                throw RuntimeError(.kernel, step, errno: error)
            }
        }
    }
}
