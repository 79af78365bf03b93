internal import Linux

/// A descriptor that epoll knows, or has known and may know again.
struct Watch {
    fileprivate let token: UInt64
    fileprivate let descriptor: BorrowedDescriptor
    /// nil: not in the set now.
    fileprivate(set) var events: Epoll.Events?
}

/// epoll and its table. A descriptor that is to rest is taken out of the set: with no events asked for, the hang-up of
/// its other end would still wake the shim again and again.
struct Watcher: ~Copyable {
    private let epoll: Epoll
    private var table = WatchTable<Source>()
    private var ready = Epoll.Ready()

    init() throws(Errno) { epoll = try Epoll() }

    /// `events`: nil keeps it out of the set for now.
    mutating func add(
        _ descriptor: BorrowedDescriptor,
        _ events: Epoll.Events?,
        for source: Source
    ) throws(Errno) -> Watch {
        let token = table.insert(source)
        if let events {
            do throws(Errno) { try epoll.add(descriptor, events, token: token) } catch {
                table.remove(token)
                throw error
            }
        }
        return Watch(token: token, descriptor: descriptor, events: events)
    }

    mutating func change(_ watch: inout Watch, to events: Epoll.Events?) throws(Errno) {
        if watch.events == events { return }
        if let events {
            if watch.events == nil {
                try epoll.add(watch.descriptor, events, token: watch.token)
            } else {
                try epoll.modify(watch.descriptor, events, token: watch.token)
            }
        } else {
            try epoll.remove(watch.descriptor)
        }
        watch.events = events
    }

    /// Before the descriptor is closed: a copy of it elsewhere would keep it in the set.
    mutating func remove(_ watch: Watch) {
        // It is in the set, so it can be taken out; if not, its token means nothing any more.
        if watch.events != nil { do throws(Errno) { try epoll.remove(watch.descriptor) } catch {} }
        table.remove(watch.token)
    }

    /// Waits. How many there are to look at with `next`.
    mutating func wait(milliseconds: Int32) throws(Errno) -> Int {
        try epoll.wait(into: &ready, milliseconds: milliseconds)
        return ready.count
    }

    /// nil where an earlier event of this round has closed it.
    func event(_ index: Int) -> (source: Source, events: Epoll.Events)? {
        let (token, events) = ready[index]
        return table.source(of: token).map { ($0, events) }
    }
}

/// Who a descriptor belongs to.
enum Source {
    case signals
    case listener
    case client(Client)
    case output(Streams, OutputChannel)
    case input(Streams)
    /// Where the runtime connects, and what it sends the terminal over.
    case console(Streams)
    /// The pipe to the log's helper.
    case log
}
