internal import Linux

/// The common way from a profile to a program: for each `AUDIT_ARCH_*` a binary search over its segments.
struct Generator {
    private var assembler = Assembler()
    private let profile: CheckedProfile

    /// Nil where contradicting rules leave the order to libseccomp.
    static func program(for profile: CheckedProfile, _ numbers: [Numbers]) -> [ClassicBPFInstruction]? {
        var spaces: [(token: UInt32, segments: Segments)] = []
        for entry in numbers {
            let token = entry.architecture.auditToken
            if spaces.contains(where: { $0.token == token }) { continue }
            let segments = segments(token, numbers.filter { $0.architecture.auditToken == token }, profile)
            if segments.contradiction { return nil }
            spaces.append((token, segments))
        }
        var generator = Generator(profile: profile)
        return generator.assemble(spaces)
    }

    private init(profile: CheckedProfile) { self.profile = profile }

    private static func segments(_ token: UInt32, _ numbers: [Numbers], _ profile: CheckedProfile) -> Segments {
        guard token == Architecture.x8664Token else {
            return Segments(numbers, of: profile, background: Segment.background(numbers[0], profile))
        }
        let wide = numbers.first { $0.architecture.token == Architecture.x8664Token }
        let x32 = numbers.first { $0.architecture.token == Architecture.x32Token }
        let background = Segment.background(wide: wide, x32: x32, profile)
        // x32's numbers are the greater ones.
        return Segments([wide, x32].compactMap { $0 }, of: profile, background: background)
    }

    /// The native architecture comes first; one that is not in the profile is killed, libseccomp's default.
    private mutating func assemble(_ spaces: [(token: UInt32, segments: Segments)]) -> [ClassicBPFInstruction] {
        var next = Assembler.Target.action(Return.killThread)
        for space in spaces.reversed() {
            let search = tree(space.segments, Self.pieces(space.segments.list)[...])
            let number = assembler.load(offset: DataOffset.number, then: search)
            next = assembler.jump(Code.ifEqual, space.token, ifTrue: number, ifFalse: next)
        }
        return assembler.program(startingAt: assembler.load(offset: DataOffset.architecture, then: next))
    }

    /// Halves the pieces until one is left.
    private mutating func tree(_ segments: Segments, _ pieces: ArraySlice<Piece>) -> Assembler.Target {
        if pieces.count == 1 { return piece(segments, pieces[pieces.startIndex]) }
        let middle = (pieces.startIndex + pieces.endIndex) / 2
        let above = tree(segments, pieces[middle...])
        let below = tree(segments, pieces[..<middle])
        let first = segments.list[pieces[middle].segment].first
        return assembler.jump(Code.ifGreaterOrEqual, first, ifTrue: above, ifFalse: below)
    }

    /// One number amid others that agree takes one comparison, not two.
    private mutating func piece(_ segments: Segments, _ piece: Piece) -> Assembler.Target {
        let around = segments.list[piece.segment]
        if !piece.hasException { return leaf(segments, around) }
        let exception = segments.list[piece.segment + 1]
        let target = leaf(segments, exception)
        return assembler.jump(Code.ifEqual, exception.first, ifTrue: target, ifFalse: .action(around.action))
    }

    /// What a branch of the search ends in: a segment, or three of which the middle one is a single number.
    private struct Piece {
        var segment: Int
        var hasException: Bool
    }

    private static func pieces(_ list: [Segment]) -> [Piece] {
        var pieces: [Piece] = []
        pieces.reserveCapacity(list.count)
        var index = 0
        while index < list.count {
            let isSingle = index + 2 < list.count && list[index + 2].first - list[index + 1].first == 1
            let hasException = isSingle && list[index + 2].continues(list[index])
            pieces.append(Piece(segment: index, hasException: hasException))
            index += hasException ? 3 : 1
        }
        return pieces
    }

    private mutating func leaf(_ segments: Segments, _ segment: Segment) -> Assembler.Target {
        if segment.cases < 0 { return .action(segment.action) }
        let entry = segments.cases[segment.cases]
        return assembler.cases(entry.list, otherwise: .action(segment.action), entry.generator)
    }
}
