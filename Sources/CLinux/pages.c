#define _GNU_SOURCE
#include "clinux_pages.h"

#include <errno.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define RESULT(call)                                                                                                   \
    do {                                                                                                               \
        __typeof__(call) result_ = (call);                                                                             \
        return result_ < 0 ? -errno : result_;                                                                         \
    } while (0)

void *clinux_map_pages(size_t size) {
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

int clinux_give_back(void *memory, size_t size) { RESULT(madvise(memory, size, MADV_DONTNEED)); }

ssize_t clinux_find_byte(const void *memory, int byte, size_t count) {
    const char *found = memchr(memory, byte, count);
    return found ? found - (const char *)memory : -1;
}

ssize_t clinux_pread(int descriptor, void *buffer, size_t count, int64_t offset) {
    RESULT(pread(descriptor, buffer, count, offset));
}

int64_t clinux_modified_ns(int descriptor) {
    struct stat status;
    if (fstat(descriptor, &status) < 0) return -errno;
    return status.st_mtim.tv_sec * 1000000000L + status.st_mtim.tv_nsec;
}

int clinux_close_between(unsigned first, unsigned last) { RESULT((int)syscall(SYS_close_range, first, last, 0)); }

int clinux_inotify_remove(int descriptor, int watch) { RESULT(inotify_rm_watch(descriptor, watch)); }
