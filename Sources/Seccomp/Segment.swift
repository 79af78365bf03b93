/// System call numbers from `first` to the next segment's, which get the same result.
struct Segment {
    var first: UInt32
    /// What they get, or what they get where no case holds.
    var action: UInt32
    /// An index of `Segments.cases`, or -1.
    var cases = -1

    func continues(_ other: Segment) -> Bool { cases < 0 && other.cases < 0 && action == other.action }
}

/// The whole space of numbers of one `AUDIT_ARCH_*`.
struct Segments {
    private(set) var list: [Segment] = []
    private(set) var cases: [(list: [Assembler.Case], generator: Architecture.Generator)] = []
    /// Two rules of one call contradict each other and could hold at once: libseccomp's order counts then.
    private(set) var contradiction = false

    /// What numbers get that no rule is about.
    private let background: [Segment]
    private let profile: CheckedProfile
    private var position = 0
    private var next: UInt64 = 0

    /// `numbers` has x32's or x86_64's second where both are in the profile.
    init(_ numbers: [Numbers], of profile: CheckedProfile, background: [Segment]) {
        self.background = background
        self.profile = profile
        list.reserveCapacity(512)
        for numbers in numbers { add(numbers) }
        fill(upTo: 1 << 32)
    }

    private mutating func add(_ numbers: Numbers) {
        let entries = numbers.entries
        let outcomes = numbers.multiplexed.outcomes
        var start = 0
        var pending = outcomes.isEmpty ? [] : [Multiplexed.socketcall, Multiplexed.ipc]
        while start < entries.count {
            let number = Numbers.number(of: entries[start])
            var end = start + 1
            while end < entries.count, Numbers.number(of: entries[end]) == number { end += 1 }
            while let multiplexer = pending.first, multiplexer < number {
                pending.removeFirst()
                decide(multiplexer, [], numbers)
            }
            if number == pending.first { pending.removeFirst() }
            decide(number, entries[start..<end], numbers)
            start = end
        }
        for multiplexer in pending { decide(multiplexer, [], numbers) }
    }

    /// The first rule without tests decides alone, as in libseccomp.
    private mutating func decide(_ number: UInt32, _ entries: ArraySlice<UInt64>, _ numbers: Numbers) {
        let generator = numbers.architecture.generator
        var cases: [Assembler.Case] = []
        for entry in entries {
            let rule = profile.rules[Numbers.rule(of: entry)]
            if rule.alternatives.isEmpty { return append(number, rule.action) }
            for tests in rule.alternatives {
                let tests = Self.tests(tests, generator)
                if tests.isEmpty { return append(number, rule.action) }
                cases.append(Assembler.Case(tests: tests, action: rule.action))
            }
        }
        cases += numbers.multiplexed.cases(number)
        if cases.isEmpty { return }
        if Self.contradict(cases) { contradiction = true }
        fill(upTo: UInt64(number))
        list.append(Segment(first: number, action: profile.defaultAction, cases: self.cases.count))
        self.cases.append((cases, generator))
        next = UInt64(number) + 1
    }

    /// What is left to test where a convention passes 32 bits.
    private static func tests(_ tests: [ArgumentTest], _ generator: Architecture.Generator) -> [ArgumentTest] {
        let tests = generator == .bits32 ? tests.map { $0.lowHalf } : tests
        return tests.filter { !$0.alwaysHolds }
    }

    /// Different actions do no harm where one argument tells the cases apart.
    private static func contradict(_ cases: [Assembler.Case]) -> Bool {
        guard let first = cases.first, cases.contains(where: { $0.action != first.action }) else { return false }
        guard let index = first.tests.first(where: { $0.comparison == .equal })?.index else { return true }
        var values: [(value: UInt64, action: UInt32)] = []
        for entry in cases {
            guard let test = entry.tests.first(where: { $0.index == index && $0.comparison == .equal }) else {
                return true
            }
            values.append((test.value, entry.action))
        }
        values.sort { $0.value < $1.value }
        return zip(values, values.dropFirst()).contains { $0.value == $1.value && $0.action != $1.action }
    }

    private mutating func append(_ number: UInt32, _ action: UInt32) {
        fill(upTo: UInt64(number))
        push(Segment(first: number, action: action))
        next = UInt64(number) + 1
    }

    private mutating func push(_ segment: Segment) {
        if let last = list.last, last.continues(segment) { return }
        list.append(segment)
    }

    /// Gives the numbers up to `end` what no rule changes.
    private mutating func fill(upTo end: UInt64) {
        while next < end {
            while position + 1 < background.count, UInt64(background[position + 1].first) <= next { position += 1 }
            push(Segment(first: UInt32(next), action: background[position].action))
            let limit = position + 1 < background.count ? UInt64(background[position + 1].first) : 1 << 32
            next = min(end, limit)
        }
    }
}

extension Segment {
    /// x32 marks its numbers with this bit.
    static let x32Bit: UInt32 = 1 << 30

    /// `newer` is what a number above `newest` gets, nil where that is the default.
    static func background(_ numbers: Numbers, _ profile: CheckedProfile) -> [Segment] {
        let usual = Segment(first: 0, action: profile.defaultAction)
        guard let newer = newer(numbers, profile) else { return [usual] }
        return [usual, Segment(first: numbers.newest + 1, action: newer)]
    }

    /// x86_64 and x32 share an `AUDIT_ARCH_*`, and each may be missing from the profile. runc's stub looks at bit 30
    /// alone, libseccomp at the number as a whole: hence the parts above bit 31.
    static func background(wide: Numbers?, x32: Numbers?, _ profile: CheckedProfile) -> [Segment] {
        let usual = profile.defaultAction
        let low = wide == nil ? Return.killThread : usual
        let high = x32 == nil ? Return.killThread : usual
        let lowNewer = wide.flatMap { newer($0, profile) }
        let highNewer = x32.flatMap { newer($0, profile) }
        var result = [Segment(first: 0, action: low)]
        if let wide, let lowNewer { result.append(Segment(first: wide.newest + 1, action: lowNewer)) }
        result.append(Segment(first: x32Bit, action: high))
        if let x32, let highNewer { result.append(Segment(first: x32.newest + 1, action: highNewer)) }
        result.append(Segment(first: 1 << 31, action: lowNewer ?? high))
        result.append(Segment(first: 1 << 31 | x32Bit, action: highNewer ?? high))
        // -1 is how a tracer skips a call: never the wrong architecture's.
        result.append(Segment(first: .max, action: highNewer ?? usual))
        return result
    }

    private static func newer(_ numbers: Numbers, _ profile: CheckedProfile) -> UInt32? {
        profile.answersNewCalls && numbers.newest != 0 ? Return.noSystemCall : nil
    }
}
