#define _GNU_SOURCE
#include "clinux_inroot.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

int clinux_fsconfig_word(int context, const char *word) {
    const char *equals = strchr(word, '=');
    char key[256];
    long result;
    if (equals) {
        size_t length = (size_t)(equals - word);
        if (length >= sizeof key) return -E2BIG;
        memcpy(key, word, length);
        key[length] = 0;
        result = syscall(SYS_fsconfig, context, 1, key, equals + 1, 0);
    } else {
        result = syscall(SYS_fsconfig, context, 0, word, NULL, 0);
    }
    return result < 0 ? -errno : 0;
}

static int make(int parent, const char *name, int file, uint32_t mode) {
    int result;
    if (file) {
        result = openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    } else if ((result = mkdirat(parent, name, mode)) == 0) {
        result = openat(parent, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    }
    return result < 0 ? -errno : result;
}

int clinux_make_last(int root, const char *path, int file, uint32_t mode) {
    const char *slash = strrchr(path, '/');
    if (!slash || slash == path) return -EINVAL;
    const char *name = slash + 1;
    if (!*name || !strcmp(name, ".") || !strcmp(name, "..")) return -EINVAL;
    char above[PATH_MAX];
    size_t length = (size_t)(slash - path);
    if (length >= sizeof above) return -ENAMETOOLONG;
    memcpy(above, path, length);
    above[length] = 0;
    struct open_how how = {
        .flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
        .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS,
    };
    int parent = (int)syscall(SYS_openat2, root, above, &how, sizeof how);
    if (parent < 0) return -errno;
    int result = make(parent, name, file, mode);
    close(parent);
    return result;
}
