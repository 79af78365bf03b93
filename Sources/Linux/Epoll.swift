internal import CLinux

/// epoll(7), level-triggered.
package struct Epoll: ~Copyable {
    private let descriptor: FileDescriptor

    package struct Events: OptionSet, Sendable {
        package let rawValue: UInt32
        package init(rawValue: UInt32) { self.rawValue = rawValue }

        package static let input = Events(rawValue: 0x01)
        package static let output = Events(rawValue: 0x04)
        package static let error = Events(rawValue: 0x08)
        package static let hangUp = Events(rawValue: 0x10)
    }

    package init() throws(Errno) {
        descriptor = FileDescriptor(owning: try check { clinux_epoll() })
    }

    /// `EPOLLERR` and `EPOLLHUP` are told unasked, for as long as the descriptor is in the set.
    package borrowing func add(_ number: BorrowedDescriptor, _ events: Events, token: UInt64) throws(Errno) {
        try control(1, number, events, token)
    }

    package borrowing func modify(_ number: BorrowedDescriptor, _ events: Events, token: UInt64) throws(Errno) {
        try control(3, number, events, token)
    }

    package borrowing func remove(_ number: BorrowedDescriptor) throws(Errno) { try control(2, number, [], 0) }

    private borrowing func control(
        _ operation: CInt,
        _ number: BorrowedDescriptor,
        _ events: Events,
        _ token: UInt64
    ) throws(Errno) {
        let (set, member) = (descriptor.rawValue, number.rawValue)
        _ = try check { clinux_epoll_control(set, operation, member, events.rawValue, token) }
    }

    /// What one wait has found. Allocated once, used for every wait.
    package struct Ready: Sendable {
        private var entries = [clinux_ready](repeating: clinux_ready(token: 0, events: 0), count: 32)
        package private(set) var count = 0

        package init() {}

        package subscript(index: Int) -> (token: UInt64, events: Events) {
            (entries[index].token, Events(rawValue: entries[index].events))
        }

        fileprivate mutating func fill(from set: CInt, _ milliseconds: Int32) throws(Errno) {
            count = 0
            let result = unsafe entries.withUnsafeMutableBufferPointer {
                unsafe clinux_epoll_wait(set, $0.baseAddress, CInt($0.count), milliseconds)
            }
            if result >= 0 { return count = Int(result) }
            // A signal that no descriptor tells of: the caller looks at its deadlines and waits again.
            if result != -Errno.interrupted.rawValue { throw Errno(-result) }
        }
    }

    /// Waits for something, or until `milliseconds` are over (-1: for ever).
    package borrowing func wait(into ready: inout Ready, milliseconds: Int32) throws(Errno) {
        try ready.fill(from: descriptor.rawValue, milliseconds)
    }
}
