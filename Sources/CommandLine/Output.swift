internal import Linux
package import OCI

/// Standard output; every text of a verb goes there in one piece.
package enum Output {
    package static func write(_ text: String) throws(RuntimeError) { try write(Array(text.utf8)) }

    package static func write(_ bytes: [UInt8]) throws(RuntimeError) {
        try attempt("write standard output") { () throws(Errno) in
            try BorrowedDescriptor.standardOutput.writeAll(bytes)
        }
    }
}
