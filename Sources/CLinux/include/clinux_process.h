#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// Processes, namespaces, credentials. See clinux_file.h for results.

/// clone3(2) without CLONE_VM: as fork(2). 0 in the child. `cgroup` is a cgroup v2 descriptor or -1;
/// a pidfd is stored where `pidfd` is not null.
int clinux_clone3(uint64_t flags, int cgroup, int *pidfd);
int clinux_execve(const char *path, char *const arguments[], char *const environment[]);
int clinux_execveat(int descriptor, char *const arguments[], char *const environment[]);
_Noreturn void clinux_exit(int status);
/// waitid(2) on a pid (P_PID) or, with pid -1, on any child. Returns the pid reaped, 0 if none (WNOHANG).
/// `code` gets si_code, `status` si_status.
int clinux_waitid(int pid, int options, int *code, int *status);
int clinux_waitid_pidfd(int pidfd, int options, int *code, int *status);
/// Whether there is a child that has not been waited for.
int clinux_has_children(void);
int clinux_getpid(void);
int clinux_getppid(void);
uint32_t clinux_geteuid(void);
int clinux_kill(int pid, int signal);
int clinux_pidfd_open(int pid);
int clinux_pidfd_send_signal(int pidfd, int signal);
int clinux_setns(int descriptor, int mask);
int clinux_unshare(int flags);
int clinux_prctl(int option, unsigned long second, unsigned long third, unsigned long fourth, unsigned long fifth);
/// The raw system calls: glibc's wrappers signal threads, and there is one.
int clinux_setresuid(uint32_t id);
int clinux_setresgid(uint32_t id);
int clinux_setgroups(size_t count, const uint32_t *groups);
uint32_t clinux_umask(uint32_t mask);
int clinux_sethostname(const char *name, size_t length);
int clinux_setdomainname(const char *name, size_t length);
int clinux_setsid(void);
int clinux_getrlimit(int resource, uint64_t *soft, uint64_t *hard);
/// Lets the calling process run on every CPU; on EINVAL (a cpuset that is smaller) the kernel has cut the mask down.
int clinux_reset_affinity(void);
/// CLOCK_MONOTONIC, CLOCK_REALTIME in nanoseconds.
uint64_t clinux_monotonic_ns(void);
uint64_t clinux_realtime_ns(void);
void clinux_sleep_ns(uint64_t nanoseconds);
/// An argument of this process; null beyond the last.
const char *clinux_argument(int index);
/// This process's environment, as execve(2) takes it.
char *const *clinux_environment(void);

/// PIDFD_GET_INFO (Linux 6.15) of a process that has been reaped, by whomever: its wait status. -ENODATA as long as it
/// has not, -ENOTTY on an older kernel.
int clinux_pidfd_exit_status(int pidfd, int *status);
