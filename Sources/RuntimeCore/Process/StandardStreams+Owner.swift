package import Linux
package import OCI

extension StandardStreams {
    /// Makes `user` their owner, so that it can open /dev/stdout again. Never /dev/null, which all share.
    package static func giveTo(_ user: UInt32) throws(RuntimeError) {
        for stream in all {
            let status = try attempt("fstat standard stream") { () throws(Errno) in try stream.status() }
            if status.user == user || status.isNull { continue }
            do { try stream.changeOwner(user: user, group: .max) } catch {
                // Not mapped in our user namespace, or a read-only /dev: then it stays as it is.
                if error == .notPermitted || error == .readOnly { continue }
                throw RuntimeError(.kernel, "chown standard stream", errno: error)
            }
        }
    }
}
