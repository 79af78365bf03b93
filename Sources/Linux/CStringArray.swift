internal import CLinux

/// A null-terminated array of C strings, as execve(2) takes it; owned, so that nothing is allocated at the call.
@safe struct CStringArray: ~Copyable {
    private let storage: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    let count: Int

    init(_ strings: [String]) {
        count = strings.count
        unsafe storage = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: strings.count + 1)
        for (index, string) in strings.enumerated() {
            let bytes = string.utf8.count
            let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes + 1)
            unsafe string.withCString { unsafe copy.update(from: $0, count: bytes + 1) }
            unsafe storage[index] = copy
        }
        unsafe storage[strings.count] = nil
    }

    deinit {
        for index in 0..<count { unsafe storage[index]?.deallocate() }
        unsafe storage.deallocate()
    }

    var pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?> { unsafe storage }
}

/// execve(2).
package enum Execution {
    /// Turns this process into the program at `path`; returns only by throwing.
    package static func run(_ path: String, _ arguments: [String], environment: [String]) throws(Errno) {
        let arguments = CStringArray(arguments)
        let environment = CStringArray(environment)
        _ = try check { unsafe clinux_execve(path, arguments.pointers, environment.pointers) }
    }
}
