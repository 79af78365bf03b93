#define _GNU_SOURCE
#include "clinux_seccomp.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define RESULT(call)                                                                                                   \
    do {                                                                                                               \
        long result_ = (call);                                                                                         \
        return result_ < 0 ? -errno : (int)result_;                                                                    \
    } while (0)

int clinux_seccomp_load(unsigned flags, const void *program, size_t length) {
    _Static_assert(sizeof(struct sock_filter) == 8, "an instruction is eight bytes");
    if (length > BPF_MAXINSNS) return -EINVAL;
    struct sock_fprog filter = {.len = (unsigned short)length, .filter = (struct sock_filter *)program};
    RESULT(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &filter));
}

// The kernel looks at the flags before it reads the program: a null program fails with EFAULT where they are known, and
// with EINVAL where one is not.
int clinux_seccomp_probe_flags(unsigned flags) {
    long result = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, NULL);
    if (result < 0 && errno == EFAULT) return 0;
    return result < 0 ? -errno : -EINVAL;
}

int clinux_seccomp_action_available(uint32_t action) {
    RESULT(syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action));
}

int clinux_seccomp_scratch(void) { RESULT(memfd_create("seccomp", MFD_CLOEXEC)); }
