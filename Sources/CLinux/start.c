// The release executable's entry point (Package.swift), before the C library's. What enters a container runs from a
// read-only view of the executable (Linux/SealedBinary.swift); going on from there at once saves the first of two
// start-ups of the C library, which asks the processor for its features by cpuid: each of those leaves a virtual machine
// for ten microseconds and more, a third of a millisecond in all.
//
// A short cut, and no more than that: where anything fails it returns to the ordinary start, and SealedBinary does the
// whole with its fallbacks and errors. Nothing is set up yet: no thread-local storage, hence no errno and no function of
// the C library, whose memory functions are not chosen yet either.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/statfs.h>
#include <sys/syscall.h>

#if defined(__x86_64__)

// %rdx is the C library's, and the stack is as the kernel made it.
__asm__(".weak _start\n"
        ".globl clinux_start\n"
        ".type clinux_start, @function\n"
        "clinux_start:\n"
        "    xorl %ebp, %ebp\n"
        "    movq %rsp, %rdi\n"
        "    pushq %rdx\n"
        "    subq $8, %rsp\n"
        "    call clinux_start_sealed\n"
        "    addq $8, %rsp\n"
        "    popq %rdx\n"
        "    jmp _start\n");

#define EARLY __attribute__((no_stack_protector))

EARLY static long call(long number, long a, long b, long c, long d, long e) {
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
                     : "rcx", "r11", "memory");
    return result;
}

EARLY static int same(const char *left, const char *right) {
    while (*left && *left == *right) left++, right++;
    return *left == *right;
}

/// As Tool.entersContainers, which decides.
EARLY static int enters_containers(char **arguments) {
    if (!arguments[0]) return 0;
    for (char **word = arguments + 1; *word; word++)
        if (same(*word, "run") || same(*word, "create") || same(*word, "exec")) return 1;
    return 0;
}

/// As SealedBinary.isSealed, which decides. In doubt it is.
EARLY static int is_sealed(void) {
    enum { read_only_mount = 1, seal_write = 8, get_seals = 1034 };
    struct statfs status;
    long file = call(SYS_openat, AT_FDCWD, (long)"/proc/self/exe", O_RDONLY | O_CLOEXEC, 0, 0);
    if (file < 0) return 1;
    long failed = call(SYS_fstatfs, file, (long)&status, 0, 0, 0);
    long seals = call(SYS_fcntl, file, get_seals, 0, 0, 0);
    call(SYS_close, file, 0, 0, 0, 0);
    return failed || (status.f_flags & read_only_mount) || (seals >= 0 && (seals & seal_write));
}

/// `stack`: argc, the arguments, NULL, the environment.
EARLY __attribute__((used)) void clinux_start_sealed(long *stack) {
    enum { clone_and_close_on_exec = 1 | O_CLOEXEC, empty_path = 0x1000 };
    char **arguments = (char **)(stack + 1);
    if (!enters_containers(arguments) || is_sealed()) return;
    long tree = call(SYS_open_tree, AT_FDCWD, (long)"/proc/self/exe", clone_and_close_on_exec, 0, 0);
    if (tree < 0) return;
    // struct mount_attr: MOUNT_ATTR_RDONLY.
    volatile uint64_t attributes[4];
    attributes[0] = 1;
    attributes[1] = attributes[2] = attributes[3] = 0;
    if (call(SYS_mount_setattr, tree, (long)"", empty_path, (long)attributes, sizeof attributes) == 0)
        call(SYS_execveat, tree, (long)"", (long)arguments, (long)(arguments + *stack + 1), empty_path);
    call(SYS_close, tree, 0, 0, 0, 0);
}

#elif defined(__aarch64__)

__asm__(".weak _start\n"
        ".globl clinux_start\n"
        ".type clinux_start, @function\n"
        "clinux_start:\n"
        "    b _start\n");

#endif
