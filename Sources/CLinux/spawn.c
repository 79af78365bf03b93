#define _GNU_SOURCE
#include "clinux_spawn.h"
#include "clinux_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/// Descriptors are the child's own, memory is not: only `request` is read and nothing of the parent's is written.
static int install_stdio(const struct clinux_spawn *request) {
    int source[3];
    for (int target = 0; target < 3; target++) {
        source[target] = request->stdio[target];
        // A source among 0-2 must not be overwritten before its turn.
        if (source[target] < 3 && source[target] != target)
            source[target] = fcntl(source[target], F_DUPFD_CLOEXEC, 3);
        if (source[target] < 0) return -1;
    }
    for (int target = 0; target < 3; target++) {
        int result = source[target] == target ? fcntl(target, F_SETFD, 0) : dup2(source[target], target);
        if (result < 0) return -1;
    }
    return (int)syscall(SYS_close_range, 3U, ~0U, 0U);
}

/// The kernel does not count a vfork(2) child as one that shares its parent's memory: the parent's value stays.
static int set_limits(const struct clinux_spawn *request) {
    if (request->hard_descriptors) {
        struct rlimit limit = {request->soft_descriptors, request->hard_descriptors};
        if (setrlimit(RLIMIT_NOFILE, &limit) < 0) return -1;
    }
    if (!request->oom_score_adjustment) return 0;
    int file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (file < 0) return -1;
    size_t length = strlen(request->oom_score_adjustment);
    ssize_t written = write(file, request->oom_score_adjustment, length);
    int error = errno;
    close(file);
    errno = error;
    return written < 0 ? -1 : 0;
}

static int become(const struct clinux_spawn *request, pid_t parent) {
    sigset_t none;
    sigemptyset(&none);
    clinux_default_signals();
    if (install_stdio(request) < 0) return errno;
    if (request->directory && chdir(request->directory) < 0) return errno;
    if (request->parent_death_signal && prctl(PR_SET_PDEATHSIG, request->parent_death_signal, 0, 0, 0) < 0)
        return errno;
    // A parent that was killed before that sends no signal any more.
    if (request->parent_death_signal && getppid() != parent) return ESRCH;
    if (set_limits(request) < 0) return errno;
    if (sigprocmask(SIG_SETMASK, &none, NULL) < 0) return errno;
    execve(request->path, request->arguments, request->environment);
    return errno;
}

int clinux_spawn(const struct clinux_spawn *request) {
    volatile int failure = 0;
    sigset_t every, before;
    sigfillset(&every);
    // No handler may run in the child while it shares this memory.
    if (sigprocmask(SIG_SETMASK, &every, &before) < 0) return -errno;
    pid_t parent = getpid();
    pid_t child = vfork();
    if (child == 0) {
        failure = become(request, parent);
        _exit(127);
    }
    int error = child < 0 ? errno : failure;
    if (child > 0 && error != 0) {
        while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {}
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    return error != 0 ? -error : child;
}

int clinux_signal_disposition(int number, int ignore) {
    struct sigaction action = {.sa_handler = ignore ? SIG_IGN : SIG_DFL};
    return sigaction(number, &action, NULL) < 0 ? -errno : 0;
}

const char *clinux_signal_description(int number) { return sigdescr_np(number); }
