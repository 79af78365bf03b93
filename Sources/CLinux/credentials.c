#define _GNU_SOURCE
#include "clinux_credentials.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define RESULT(call)                                                                                                   \
    do {                                                                                                               \
        long result_ = (call);                                                                                         \
        return result_ < 0 ? -errno : (int)result_;                                                                    \
    } while (0)

int clinux_capget(struct clinux_capabilities *result) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {{0}};
    if (syscall(SYS_capget, &header, data) < 0) return -errno;
    result->effective = data[0].effective | (uint64_t)data[1].effective << 32;
    result->permitted = data[0].permitted | (uint64_t)data[1].permitted << 32;
    result->inheritable = data[0].inheritable | (uint64_t)data[1].inheritable << 32;
    return 0;
}

int clinux_capset(const struct clinux_capabilities *value) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
    for (int word = 0; word < _LINUX_CAPABILITY_U32S_3; word++) {
        data[word].effective = (uint32_t)(value->effective >> (32 * word));
        data[word].permitted = (uint32_t)(value->permitted >> (32 * word));
        data[word].inheritable = (uint32_t)(value->inheritable >> (32 * word));
    }
    RESULT(syscall(SYS_capset, &header, data));
}

int clinux_prlimit(int pid, int resource, uint64_t soft, uint64_t hard) {
    // The kernel's struct rlimit64.
    const uint64_t limit[2] = {soft, hard};
    RESULT(syscall(SYS_prlimit64, pid, resource, limit, NULL));
}

int clinux_join_session_keyring(const char *name) { RESULT(syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, name)); }

int clinux_describe_key(int key, char *buffer, uint64_t size) {
    RESULT(syscall(SYS_keyctl, KEYCTL_DESCRIBE, key, buffer, size));
}

int clinux_set_key_permissions(int key, uint32_t permissions) {
    RESULT(syscall(SYS_keyctl, KEYCTL_SETPERM, key, permissions));
}

int clinux_close_range(unsigned first, unsigned last) { RESULT(syscall(SYS_close_range, first, last, 0U)); }
