#define _GNU_SOURCE
#include "clinux_mount.h"

#include <errno.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#define RESULT(call)                                                                                                   \
    do {                                                                                                               \
        long result_ = (call);                                                                                         \
        return result_ < 0 ? -errno : (int)result_;                                                                    \
    } while (0)

/// struct mount_attr of linux/mount.h, which clashes with sys/mount.h in some glibc versions.
struct attributes {
    uint64_t set;
    uint64_t clear;
    uint64_t propagation;
    uint64_t user_namespace;
};

int clinux_mount(const char *source, const char *target, const char *type, uint64_t flags, const char *data) {
    RESULT(mount(source, target, type, flags, data));
}

int clinux_umount(const char *target, int flags) { RESULT(umount2(target, flags)); }

int clinux_pivot_root(const char *new_root, const char *put_old) {
    RESULT(syscall(SYS_pivot_root, new_root, put_old));
}

int clinux_chroot(const char *path) { RESULT(chroot(path)); }

int clinux_open_tree(int directory, const char *path, unsigned flags) {
    RESULT(syscall(SYS_open_tree, directory, path, flags));
}

int clinux_move_mount(int from, const char *from_path, int to, const char *to_path, unsigned flags) {
    RESULT(syscall(SYS_move_mount, from, from_path, to, to_path, flags));
}

int clinux_mount_setattr(int directory, const char *path, unsigned flags, uint64_t set, uint64_t clear,
                         uint64_t propagation, int user_namespace) {
    struct attributes attributes = {set, clear, propagation, user_namespace < 0 ? 0 : (uint64_t)user_namespace};
    RESULT(syscall(SYS_mount_setattr, directory, path, flags, &attributes, sizeof attributes));
}

int clinux_fsopen(const char *type, unsigned flags) { RESULT(syscall(SYS_fsopen, type, flags)); }

int clinux_fsconfig(int context, unsigned command, const char *key, const char *value, int auxiliary) {
    RESULT(syscall(SYS_fsconfig, context, command, key, value, auxiliary));
}

int clinux_fsmount(int context, unsigned flags, unsigned attributes) {
    RESULT(syscall(SYS_fsmount, context, flags, attributes));
}
