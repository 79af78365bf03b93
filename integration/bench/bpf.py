"""A seccomp profile as a BPF program, for the plain C floor: a binary search over runs of
syscall numbers with the same verdict, one tree an architecture. Numbers come from libseccomp."""

import ctypes
import struct

LOAD, JUMP, JUMP_EQUAL, JUMP_GREATER_EQUAL, RETURN, AND = 0x20, 0x05, 0x15, 0x35, 0x06, 0x54
ALLOW, ERRNO, KILL_THREAD = 0x7FFF0000, 0x00050000, 0x00000000
X86_64, I386, X32 = 0xC000003E, 0x40000003, 0x4000003E
X32_BIT = 0x40000000


def instruction(code, value=0, when_true=0, when_false=0):
    return (code, when_true, when_false, value)


def verdict(rule):
    if rule["action"] == "SCMP_ACT_ALLOW":
        return ALLOW
    if rule["action"] == "SCMP_ACT_ERRNO":
        return ERRNO | rule.get("errnoRet", 1)
    raise ValueError(f"the floor's filter does not know {rule['action']}")


def argument_test(rule, test):
    """Code that returns the rule's verdict if the test holds and else falls through."""
    low, value, verdict_code = 16 + 8 * test["index"], test["value"], instruction(RETURN, verdict(rule))
    high = instruction(LOAD, low + 4)
    if test["op"] == "SCMP_CMP_MASKED_EQ":
        tail = [instruction(AND, value), instruction(JUMP_EQUAL, test["valueTwo"], 0, 1), verdict_code]
        return [instruction(LOAD, low), *tail]
    if test["op"] == "SCMP_CMP_EQ":
        tail = [instruction(JUMP_EQUAL, value, 0, 1), verdict_code]
    elif test["op"] == "SCMP_CMP_LT":
        tail = [instruction(JUMP_GREATER_EQUAL, value, 1, 0), verdict_code]
    elif test["op"] == "SCMP_CMP_GT":
        tail = [instruction(JUMP_GREATER_EQUAL, value + 1, 0, 1), verdict_code]
        return [high, instruction(JUMP_EQUAL, 0, 1, 0), verdict_code, instruction(LOAD, low), *tail]
    else:
        raise ValueError(f"the floor's filter does not know {test['op']}")
    return [high, instruction(JUMP_EQUAL, 0, 0, 1 + len(tail)), instruction(LOAD, low), *tail]


def tree(runs):
    """runs: sorted (first number, code); each holds up to the next one's first number."""
    if len(runs) == 1:
        return list(runs[0][1])
    middle = len(runs) // 2
    left, right = tree(runs[:middle]), tree(runs[middle:])
    pivot = runs[middle][0]
    if len(left) <= 255:
        return [instruction(JUMP_GREATER_EQUAL, pivot, len(left), 0), *left, *right]
    return [instruction(JUMP_GREATER_EQUAL, pivot, 0, 1), instruction(JUMP, len(left)), *left, *right]


def architecture_tree(profile, numbers):
    default = (instruction(RETURN, ERRNO | profile["defaultErrnoRet"]),)
    leaves = {}
    for rule in profile["syscalls"]:
        for number in numbers(rule["names"]):
            if rule.get("args"):
                tested = leaves.get(number, default)
                leaves[number] = (*argument_test(rule, rule["args"][0]), *tested)
            else:
                leaves[number] = (instruction(RETURN, verdict(rule)),)
    runs = [(0, default)]
    for number in sorted(leaves):
        if runs[-1][0] == number:
            runs[-1] = (number, leaves[number])
        elif leaves[number] != runs[-1][1]:
            runs.append((number, leaves[number]))
        if number + 1 not in leaves:
            runs.append((number + 1, default))
    return tree(runs)


def compile_profile(profile):
    """The program as bytes: an array of struct sock_filter."""
    library = ctypes.CDLL("libseccomp.so.2")
    resolve = library.seccomp_syscall_resolve_name_arch

    def numbers_on(architecture):
        def numbers(names):
            found = (resolve(ctypes.c_uint32(architecture), name.encode()) for name in names)
            return [number for number in found if number >= 0]

        return numbers

    native = architecture_tree(profile, numbers_on(X86_64))
    x32 = architecture_tree(profile, numbers_on(X32))
    i386 = architecture_tree(profile, numbers_on(I386))
    load_number = instruction(LOAD, 0)
    amd64 = [
        load_number,
        instruction(JUMP_GREATER_EQUAL, X32_BIT, 0, 1),
        instruction(JUMP, len(native)),
        *native,
        *x32,
    ]
    # Order in memory: the dispatch, amd64's trees (reached by the third instruction), i386's.
    program = [
        instruction(LOAD, 4),
        instruction(JUMP_EQUAL, X86_64, 3, 0),
        instruction(JUMP_EQUAL, I386, 1, 0),
        instruction(RETURN, KILL_THREAD),
        instruction(JUMP, len(amd64)),
        *amd64,
        load_number,
        *i386,
    ]
    return b"".join(struct.pack("HBBI", *each) for each in program)
