#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// What Swift cannot import, or imports without its errno. Every function returns a value >= 0, or -errno: errno is
// read here, in the function that made the call, since Swift may run code between a call and its next line.

/// The fields of stat(2) that the runtime asks for.
struct clinux_stat {
    uint64_t device;
    uint64_t inode;
    uint64_t special_device;
    uint64_t links;
    int64_t size;
    uint32_t mode;
    uint32_t user;
    uint32_t group;
};

const char *clinux_strerror(int number);

int clinux_openat(int directory, const char *path, int flags, uint32_t mode);
/// openat2(2); `resolve` is a set of RESOLVE_*.
int clinux_openat2(int directory, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve);
int clinux_close(int descriptor);
/// close_range(2) from `first` to the last descriptor; `flags` is CLOSE_RANGE_CLOEXEC or 0.
int clinux_close_from(unsigned first, unsigned flags);
ssize_t clinux_read(int descriptor, void *buffer, size_t count);
ssize_t clinux_write(int descriptor, const void *buffer, size_t count);
int clinux_fstat(int descriptor, struct clinux_stat *result);
int clinux_fstatat(int directory, const char *path, int flags, struct clinux_stat *result);
/// The f_type of fstatfs(2), and its f_flags where `flags` is not null.
int64_t clinux_fstatfs(int descriptor, uint64_t *flags);
int64_t clinux_statfs(const char *path, uint64_t *flags);
ssize_t clinux_readlinkat(int directory, const char *path, char *buffer, size_t size);
int clinux_mkdirat(int directory, const char *path, uint32_t mode);
int clinux_mknodat(int directory, const char *path, uint32_t mode, uint32_t major, uint32_t minor);
int clinux_symlinkat(const char *target, int directory, const char *path);
int clinux_unlinkat(int directory, const char *path, int flags);
int clinux_renameat(int from_directory, const char *from, int to_directory, const char *to);
int clinux_fchmod(int descriptor, uint32_t mode);
int clinux_fchown(int descriptor, uint32_t user, uint32_t group);
int clinux_fchownat(int directory, const char *path, uint32_t user, uint32_t group, int flags);
int clinux_faccessat(int directory, const char *path, int mode, int flags);
int clinux_flock(int descriptor, int operation);
int clinux_fcntl(int descriptor, int command, long argument);
int clinux_dup3(int from, int to, int flags);
/// memfd_create(2), CLOEXEC and sealable; executable where the kernel asks (MFD_EXEC, Linux 6.3).
int clinux_memfd_create(const char *name);
int clinux_pipe2(int descriptors[2], int flags);
int clinux_fsync(int descriptor);
int clinux_ftruncate(int descriptor, int64_t size);
int clinux_fchdir(int descriptor);
int clinux_chdir(const char *path);
ssize_t clinux_getcwd(char *buffer, size_t size);
ssize_t clinux_lseek(int descriptor, int64_t offset, int whence);
ssize_t clinux_sendfile(int to, int from, size_t count);
/// One batch of getdents64(2).
ssize_t clinux_getdents(int descriptor, void *buffer, size_t size);
unsigned clinux_major(uint64_t device);
unsigned clinux_minor(uint64_t device);
