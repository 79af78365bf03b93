extension Assembler {
    /// What a system call gets whose result hangs on its arguments.
    struct Case: Equatable {
        var tests: [ArgumentTest]
        var action: UInt32
    }

    /// The first case that holds decides, else `otherwise`.
    mutating func cases(_ cases: [Case], otherwise: Target, _ generator: Architecture.Generator) -> Target {
        var next = otherwise
        for entry in cases.reversed() {
            var pass = Target.action(entry.action)
            for test in entry.tests.reversed() {
                pass = self.test(test, pass: pass, fail: next, generator)
            }
            next = pass
        }
        return next
    }

    /// 32-bit conventions pass the low half only, and their high half is not looked at, as libseccomp does.
    private mutating func test(
        _ test: ArgumentTest,
        pass: Target,
        fail: Target,
        _ generator: Architecture.Generator
    ) -> Target {
        switch test.comparison {
        case .equal, .maskedEqual: equal(test, pass: pass, fail: fail, generator)
        case .notEqual: equal(test, pass: fail, fail: pass, generator)
        case .greater: ordered(test, Code.ifGreater, pass: pass, fail: fail, generator)
        case .lessOrEqual: ordered(test, Code.ifGreater, pass: fail, fail: pass, generator)
        case .greaterOrEqual: ordered(test, Code.ifGreaterOrEqual, pass: pass, fail: fail, generator)
        case .less: ordered(test, Code.ifGreaterOrEqual, pass: fail, fail: pass, generator)
        }
    }

    private mutating func equal(
        _ test: ArgumentTest,
        pass: Target,
        fail: Target,
        _ generator: Architecture.Generator
    ) -> Target {
        var next = pass
        let mask = UInt32(truncatingIfNeeded: test.mask)
        if mask != 0 {
            next = jump(Code.ifEqual, UInt32(truncatingIfNeeded: test.value), ifTrue: pass, ifFalse: fail)
            next = masked(DataOffset.low(test.index), mask, then: next)
        }
        let highMask = UInt32(truncatingIfNeeded: test.mask >> 32)
        if generator == .bits32 || highMask == 0 { return next }
        next = jump(Code.ifEqual, UInt32(truncatingIfNeeded: test.value >> 32), ifTrue: next, ifFalse: fail)
        return masked(DataOffset.high(test.index), highMask, then: next)
    }

    private mutating func masked(_ offset: UInt32, _ mask: UInt32, then next: Target) -> Target {
        load(offset: offset, then: mask == .max ? next : and(mask, then: next))
    }

    /// `code` compares the low halves where the high ones are equal.
    private mutating func ordered(
        _ test: ArgumentTest,
        _ code: UInt16,
        pass: Target,
        fail: Target,
        _ generator: Architecture.Generator
    ) -> Target {
        var next = jump(code, UInt32(truncatingIfNeeded: test.value), ifTrue: pass, ifFalse: fail)
        next = load(offset: DataOffset.low(test.index), then: next)
        if generator == .bits32 { return next }
        let high = UInt32(truncatingIfNeeded: test.value >> 32)
        // Nothing is below a high half of zero.
        let notEqual = high == 0 ? pass : jump(Code.ifGreater, high, ifTrue: pass, ifFalse: fail)
        next = jump(Code.ifEqual, high, ifTrue: next, ifFalse: notEqual)
        return load(offset: DataOffset.high(test.index), then: next)
    }
}
