#define _GNU_SOURCE
#include "clinux_file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define RESULT(call)                                                                                                   \
    do {                                                                                                               \
        __typeof__(call) result_ = (call);                                                                             \
        return result_ < 0 ? -errno : result_;                                                                         \
    } while (0)

const char *clinux_strerror(int number) { return strerror(number); }

int clinux_openat(int directory, const char *path, int flags, uint32_t mode) {
    RESULT(openat(directory, path, flags | O_CLOEXEC, mode));
}

int clinux_openat2(int directory, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve) {
    struct open_how how = {.flags = flags | O_CLOEXEC, .mode = mode, .resolve = resolve};
    RESULT((int)syscall(SYS_openat2, directory, path, &how, sizeof how));
}

int clinux_close(int descriptor) { RESULT(close(descriptor)); }

int clinux_close_from(unsigned first, unsigned flags) {
    RESULT((int)syscall(SYS_close_range, first, ~0U, flags));
}

ssize_t clinux_read(int descriptor, void *buffer, size_t count) { RESULT(read(descriptor, buffer, count)); }

ssize_t clinux_write(int descriptor, const void *buffer, size_t count) { RESULT(write(descriptor, buffer, count)); }

static int fill(int result, const struct stat *from, struct clinux_stat *to) {
    if (result < 0) return -errno;
    to->device = from->st_dev;
    to->inode = from->st_ino;
    to->special_device = from->st_rdev;
    to->links = from->st_nlink;
    to->size = from->st_size;
    to->mode = from->st_mode;
    to->user = from->st_uid;
    to->group = from->st_gid;
    return 0;
}

int clinux_fstat(int descriptor, struct clinux_stat *result) {
    struct stat status;
    return fill(fstat(descriptor, &status), &status, result);
}

int clinux_fstatat(int directory, const char *path, int flags, struct clinux_stat *result) {
    struct stat status;
    return fill(fstatat(directory, path, &status, flags), &status, result);
}

int64_t clinux_fstatfs(int descriptor, uint64_t *flags) {
    struct statfs status;
    if (fstatfs(descriptor, &status) < 0) return -errno;
    if (flags) *flags = (uint64_t)status.f_flags;
    return (int64_t)(uint32_t)status.f_type;
}

int64_t clinux_statfs(const char *path, uint64_t *flags) {
    struct statfs status;
    if (statfs(path, &status) < 0) return -errno;
    if (flags) *flags = (uint64_t)status.f_flags;
    return (int64_t)(uint32_t)status.f_type;
}

ssize_t clinux_readlinkat(int directory, const char *path, char *buffer, size_t size) {
    RESULT(readlinkat(directory, path, buffer, size));
}

int clinux_mkdirat(int directory, const char *path, uint32_t mode) { RESULT(mkdirat(directory, path, mode)); }

int clinux_mknodat(int directory, const char *path, uint32_t mode, uint32_t major, uint32_t minor) {
    RESULT(mknodat(directory, path, mode, makedev(major, minor)));
}

int clinux_symlinkat(const char *target, int directory, const char *path) {
    RESULT(symlinkat(target, directory, path));
}

int clinux_unlinkat(int directory, const char *path, int flags) { RESULT(unlinkat(directory, path, flags)); }

int clinux_renameat(int from_directory, const char *from, int to_directory, const char *to) {
    RESULT(renameat(from_directory, from, to_directory, to));
}

int clinux_fchmod(int descriptor, uint32_t mode) { RESULT(fchmod(descriptor, mode)); }

int clinux_fchown(int descriptor, uint32_t user, uint32_t group) { RESULT(fchown(descriptor, user, group)); }

int clinux_fchownat(int directory, const char *path, uint32_t user, uint32_t group, int flags) {
    RESULT(fchownat(directory, path, user, group, flags));
}

int clinux_faccessat(int directory, const char *path, int mode, int flags) {
    RESULT(faccessat(directory, path, mode, flags));
}

int clinux_flock(int descriptor, int operation) { RESULT(flock(descriptor, operation)); }

int clinux_fcntl(int descriptor, int command, long argument) { RESULT(fcntl(descriptor, command, argument)); }

int clinux_dup3(int from, int to, int flags) { RESULT(dup3(from, to, flags)); }

int clinux_pipe2(int descriptors[2], int flags) { RESULT(pipe2(descriptors, flags | O_CLOEXEC)); }

int clinux_fsync(int descriptor) { RESULT(fsync(descriptor)); }

int clinux_ftruncate(int descriptor, int64_t size) { RESULT(ftruncate(descriptor, size)); }

int clinux_fchdir(int descriptor) { RESULT(fchdir(descriptor)); }

int clinux_chdir(const char *path) { RESULT(chdir(path)); }

// The system call, not the function: glibc hides "(unreachable)" paths, which are what CVE-2024-21626 is seen by.
ssize_t clinux_getcwd(char *buffer, size_t size) { RESULT((ssize_t)syscall(SYS_getcwd, buffer, size)); }

ssize_t clinux_lseek(int descriptor, int64_t offset, int whence) { RESULT(lseek(descriptor, offset, whence)); }

ssize_t clinux_sendfile(int to, int from, size_t count) { RESULT(sendfile(to, from, NULL, count)); }

ssize_t clinux_getdents(int descriptor, void *buffer, size_t size) {
    RESULT((ssize_t)syscall(SYS_getdents64, descriptor, buffer, size));
}

unsigned clinux_major(uint64_t device) { return major(device); }

unsigned clinux_minor(uint64_t device) { return minor(device); }

int clinux_memfd_create(const char *name) {
    const unsigned close_on_exec_and_sealable = 3, executable = 0x10;
    int result = (int)syscall(SYS_memfd_create, name, close_on_exec_and_sealable | executable);
    // Before Linux 6.3 the flag is unknown, and every memfd is executable.
    if (result < 0 && errno == EINVAL) result = (int)syscall(SYS_memfd_create, name, close_on_exec_and_sealable);
    return result < 0 ? -errno : result;
}
