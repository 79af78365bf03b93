#define _GNU_SOURCE
#include "clinux_process.h"

#include <errno.h>
#include <sys/ioctl.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define RESULT(call)                                                                                                   \
    do {                                                                                                               \
        long result_ = (call);                                                                                         \
        return result_ < 0 ? -errno : (int)result_;                                                                    \
    } while (0)

int clinux_clone3(uint64_t flags, int cgroup, int *pidfd) {
    // With CLONE_PARENT the signal is the caller's own, and naming one is EINVAL.
    struct clone_args arguments = {.flags = flags, .exit_signal = flags & CLONE_PARENT ? 0 : SIGCHLD};
    if (pidfd) {
        arguments.flags |= CLONE_PIDFD;
        arguments.pidfd = (uint64_t)(uintptr_t)pidfd;
    }
    if (cgroup >= 0) {
        arguments.flags |= CLONE_INTO_CGROUP;
        arguments.cgroup = (uint64_t)cgroup;
    }
    RESULT(syscall(SYS_clone3, &arguments, sizeof arguments));
}

int clinux_execve(const char *path, char *const arguments[], char *const environment[]) {
    RESULT(execve(path, arguments, environment));
}

int clinux_execveat(int descriptor, char *const arguments[], char *const environment[]) {
    RESULT(syscall(SYS_execveat, descriptor, "", arguments, environment, AT_EMPTY_PATH));
}

_Noreturn void clinux_exit(int status) { _exit(status); }

static int reap(idtype_t type, id_t id, int options, int *code, int *status) {
    siginfo_t info = {0};
    if (waitid(type, id, &info, options) < 0) return -errno;
    *code = info.si_code;
    *status = info.si_status;
    return info.si_pid;
}

int clinux_waitid(int pid, int options, int *code, int *status) {
    return pid < 0 ? reap(P_ALL, 0, options, code, status) : reap(P_PID, (id_t)pid, options, code, status);
}

int clinux_waitid_pidfd(int pidfd, int options, int *code, int *status) {
    return reap(P_PIDFD, (id_t)pidfd, options, code, status);
}

int clinux_has_children(void) {
    siginfo_t info;
    return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

// The system call: a clone3 made behind glibc's back must not meet a cached number.
int clinux_getpid(void) { return (int)syscall(SYS_getpid); }

int clinux_getppid(void) { return (int)syscall(SYS_getppid); }

uint32_t clinux_geteuid(void) { return geteuid(); }

int clinux_kill(int pid, int signal) { RESULT(kill(pid, signal)); }

int clinux_pidfd_open(int pid) { RESULT(syscall(SYS_pidfd_open, pid, 0)); }

int clinux_pidfd_send_signal(int pidfd, int signal) {
    RESULT(syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0));
}

int clinux_setns(int descriptor, int mask) { RESULT(setns(descriptor, mask)); }

int clinux_unshare(int flags) { RESULT(unshare(flags)); }

int clinux_prctl(int option, unsigned long second, unsigned long third, unsigned long fourth, unsigned long fifth) {
    RESULT(prctl(option, second, third, fourth, fifth));
}

int clinux_setresuid(uint32_t id) { RESULT(syscall(SYS_setresuid, id, id, id)); }

int clinux_setresgid(uint32_t id) { RESULT(syscall(SYS_setresgid, id, id, id)); }

int clinux_setgroups(size_t count, const uint32_t *groups) { RESULT(syscall(SYS_setgroups, count, groups)); }

uint32_t clinux_umask(uint32_t mask) { return umask(mask); }

int clinux_sethostname(const char *name, size_t length) { RESULT(sethostname(name, length)); }

int clinux_setdomainname(const char *name, size_t length) { RESULT(setdomainname(name, length)); }

int clinux_setsid(void) { RESULT(setsid()); }

int clinux_getrlimit(int resource, uint64_t *soft, uint64_t *hard) {
    struct rlimit limit;
    if (getrlimit((__rlimit_resource_t)resource, &limit) < 0) return -errno;
    *soft = limit.rlim_cur;
    *hard = limit.rlim_max;
    return 0;
}

int clinux_reset_affinity(void) {
    // 65536 CPUs: more than any kernel is built for (NR_CPUS); the kernel ignores what it does not have.
    unsigned char mask[8192];
    memset(mask, 0xff, sizeof mask);
    RESULT(syscall(SYS_sched_setaffinity, 0, sizeof mask, mask));
}

static uint64_t now(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (uint64_t)time.tv_sec * 1000000000U + (uint64_t)time.tv_nsec;
}

uint64_t clinux_monotonic_ns(void) { return now(CLOCK_MONOTONIC); }

uint64_t clinux_realtime_ns(void) { return now(CLOCK_REALTIME); }

void clinux_sleep_ns(uint64_t nanoseconds) {
    struct timespec time = {(time_t)(nanoseconds / 1000000000U), (long)(nanoseconds % 1000000000U)};
    while (nanosleep(&time, &time) < 0 && errno == EINTR) {}
}

extern char **environ;

char *const *clinux_environment(void) { return environ; }

static int argument_count;
static char **argument_vector;

// glibc hands main's parameters to constructors; Embedded Swift has no other way to them.
__attribute__((constructor)) static void keep_arguments(int count, char **vector) {
    argument_count = count;
    argument_vector = vector;
}

const char *clinux_argument(int index) { return index < argument_count ? argument_vector[index] : NULL; }

/// The first version of linux/pidfd.h's struct pidfd_info, whose last member had no name before Linux 6.15.
struct pidfd_information {
    uint64_t mask;
    uint64_t cgroup;
    uint32_t identities[11];
    int32_t exit_code;
};

int clinux_pidfd_exit_status(int pidfd, int *status) {
    const uint64_t exit_information = 1U << 3;
    struct pidfd_information information = {.mask = exit_information};
    if (ioctl(pidfd, _IOWR(0xff, 11, struct pidfd_information), &information) < 0)
        return errno == ESRCH ? -ENODATA : -errno;
    if (!(information.mask & exit_information)) return -ENODATA;
    *status = information.exit_code;
    return 0;
}
