internal import CLinux

/// One descriptor of poll(2). A negative number is passed over.
package struct PollEntry: Sendable {
    private var entry: clinux_poll

    package struct Events: OptionSet, Sendable {
        package let rawValue: Int16
        package init(rawValue: Int16) { self.rawValue = rawValue }

        package static let input = Events(rawValue: 0x01)
        package static let output = Events(rawValue: 0x04)
        package static let error = Events(rawValue: 0x08)
        package static let hangUp = Events(rawValue: 0x10)
        package static let invalid = Events(rawValue: 0x20)
    }

    package init(_ descriptor: BorrowedDescriptor, _ events: Events) {
        entry = clinux_poll(descriptor: descriptor.rawValue, events: events.rawValue, returned: 0)
    }

    /// What poll(2) found; errors and hang-ups are reported unasked.
    package var returned: Events { Events(rawValue: entry.returned) }

    /// Waits until one of `entries` is ready, or `milliseconds` are over (-1: for ever). How many are ready.
    @discardableResult
    package static func wait(_ entries: inout [PollEntry], milliseconds: Int32 = -1) throws(Errno) -> Int {
        let result = try check {
            unsafe entries.withUnsafeMutableBytes { (bytes) in
                // The struct has one member, so an array of it is an array of that member.
                let pointer = unsafe bytes.baseAddress?.assumingMemoryBound(to: clinux_poll.self)
                return unsafe clinux_poll(pointer, bytes.count / MemoryLayout<clinux_poll>.stride, milliseconds)
            }
        }
        return Int(result)
    }
}

extension Descriptor where Self: ~Copyable {
    /// One `write(2)`: how many of the bytes it took.
    package borrowing func writeSome(_ bytes: ArraySlice<UInt8>) throws(Errno) -> Int {
        try checkSize {
            unsafe bytes.withUnsafeBytes { unsafe clinux_write(rawValue, $0.baseAddress, $0.count) }
        }
    }
}
