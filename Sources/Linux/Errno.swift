internal import CLinux

/// A Linux error number (`errno(3)`).
package struct Errno: Error, Equatable, Sendable {
    package let rawValue: CInt

    package init(_ rawValue: CInt) { self.rawValue = rawValue }

    package static let notPermitted = Errno(1)
    package static let noEntry = Errno(2)
    package static let noProcess = Errno(3)
    package static let interrupted = Errno(4)
    package static let inputOutput = Errno(5)
    package static let badDescriptor = Errno(9)
    package static let noChild = Errno(10)
    package static let again = Errno(11)
    package static let noMemory = Errno(12)
    package static let access = Errno(13)
    package static let busy = Errno(16)
    package static let exists = Errno(17)
    package static let crossDevice = Errno(18)
    package static let noDevice = Errno(19)
    package static let notDirectory = Errno(20)
    package static let isDirectory = Errno(21)
    package static let invalid = Errno(22)
    package static let notTerminal = Errno(25)
    package static let noSpace = Errno(28)
    package static let readOnly = Errno(30)
    package static let brokenPipe = Errno(32)
    package static let range = Errno(34)
    package static let nameTooLong = Errno(36)
    package static let noSystemCall = Errno(38)
    package static let notEmpty = Errno(39)
    package static let loop = Errno(40)
    package static let noData = Errno(61)
    package static let notSupported = Errno(95)
    package static let connectionAborted = Errno(103)
    package static let refused = Errno(111)
}

extension Errno: CustomStringConvertible {
    /// The C library's sentence with a small first letter: what callers of runc match ("no such file or directory").
    package var description: String {
        let text = unsafe String(cString: clinux_strerror(rawValue))
        return text.prefix(1).lowercased() + text.dropFirst()
    }
}

/// Makes a C call that returns a value or `-errno`; repeats it while a signal interrupts it.
@inline(__always)
package func check(_ call: () -> CInt) throws(Errno) -> CInt {
    CInt(truncatingIfNeeded: try checkSize { Int(call()) })
}

/// `check` for calls that return a size.
@inline(__always)
package func checkSize(_ call: () -> Int) throws(Errno) -> Int {
    while true {
        let result = call()
        if result >= 0 { return result }
        guard result == -Int(Errno.interrupted.rawValue) else { throw Errno(CInt(truncatingIfNeeded: -result)) }
    }
}
