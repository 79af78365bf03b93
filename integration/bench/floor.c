// The floor: what a container start costs the kernel, as one short C program without any of
// a runtime's reasons to be slower. floor ROOTFS CGROUP [FILTER], then /bin/true runs inside.
//
// Does, in a runtime's order: a cgroup made, clone3 into it with new pid, net, ipc, uts and
// mount namespaces, a cgroup namespace, loopback up, hostname, Docker's seven mounts, six
// devices, links in /dev, pivot_root, masked and read-only paths, a precompiled seccomp
// filter, Docker's capabilities, exec; then the wait and the cgroup's removal.
// Leaves out: config.json, all checks and safe path walks, the device program, the state
// folder and its locks, the start barrier, hooks, the sealed copy of the runtime, signals,
// errors with a reason. A runtime cannot reach it; it says how much is left to gain.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define NONE (MS_NOSUID | MS_NOEXEC | MS_NODEV)

static const char *rootfs;
static struct sock_fprog filter;

static void check(long result, const char *step)
{
    if (result < 0) {
        perror(step);
        _exit(1);
    }
}

static void loopbackUp(void)
{
    int handle = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP};
    check(ioctl(handle, SIOCSIFFLAGS, &request), "loopback up");
    close(handle);
}

static void mounts(void)
{
    static const struct {
        const char *target, *type, *data;
        unsigned long flags;
    } all[] = {
        {"proc", "proc", NULL, NONE},
        {"dev", "tmpfs", "mode=755,size=65536k", MS_NOSUID | MS_STRICTATIME},
        {"dev/pts", "devpts", "newinstance,ptmxmode=0666,mode=0620,gid=5", MS_NOSUID | MS_NOEXEC},
        {"sys", "sysfs", NULL, NONE | MS_RDONLY},
        {"sys/fs/cgroup", "cgroup2", NULL, NONE | MS_RDONLY},
        {"dev/mqueue", "mqueue", NULL, NONE},
        {"dev/shm", "tmpfs", "mode=1777,size=65536k", NONE},
    };
    for (size_t i = 0; i < COUNT(all); i++) {
        mkdir(all[i].target, 0755);
        check(mount(all[i].type, all[i].target, all[i].type, all[i].flags, all[i].data), all[i].target);
    }
}

static void devices(void)
{
    static const struct {
        const char *path;
        unsigned minor, major;
    } all[] = {{"dev/null", 3, 1},   {"dev/zero", 5, 1},    {"dev/full", 7, 1},
               {"dev/random", 8, 1}, {"dev/urandom", 9, 1}, {"dev/tty", 0, 5}};
    static const char *links[][2] = {{"/proc/self/fd", "dev/fd"},
                                     {"/proc/self/fd/0", "dev/stdin"},
                                     {"/proc/self/fd/1", "dev/stdout"},
                                     {"/proc/self/fd/2", "dev/stderr"},
                                     {"/proc/kcore", "dev/core"},
                                     {"pts/ptmx", "dev/ptmx"}};
    for (size_t i = 0; i < COUNT(all); i++)
        check(mknod(all[i].path, S_IFCHR | 0666, makedev(all[i].major, all[i].minor)), all[i].path);
    for (size_t i = 0; i < COUNT(links); i++)
        check(symlink(links[i][0], links[i][1]), links[i][1]);
}

static void pivot(void)
{
    int old = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    check(syscall(SYS_pivot_root, ".", "."), "pivot_root");
    check(fchdir(old), "fchdir");
    check(mount(NULL, ".", NULL, MS_SLAVE | MS_REC, NULL), "old root slave");
    check(umount2(".", MNT_DETACH), "old root detach");
    check(chdir("/"), "chdir");
}

static void hidePaths(void)
{
    static const char *masked[] = {"/proc/asound",        "/proc/acpi",       "/proc/interrupts", "/proc/kcore",
                                   "/proc/keys",          "/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats",
                                   "/proc/sched_debug",   "/proc/scsi",       "/sys/firmware",
                                   "/sys/devices/virtual/powercap"};
    static const char *fixed[] = {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"};
    for (size_t i = 0; i < COUNT(fixed); i++)
        if (mount(fixed[i], fixed[i], NULL, MS_BIND | MS_REC, NULL) == 0)
            check(mount(NULL, fixed[i], NULL, MS_BIND | MS_REMOUNT | MS_RDONLY | NONE, NULL), fixed[i]);
    for (size_t i = 0; i < COUNT(masked); i++)
        if (mount("/dev/null", masked[i], NULL, MS_BIND, NULL) != 0 && errno == ENOTDIR)
            check(mount("tmpfs", masked[i], "tmpfs", MS_RDONLY, NULL), masked[i]);
}

static void capabilities(void)
{
    static const int kept[] = {0, 1, 3, 4, 5, 6, 7, 8, 10, 13, 18, 27, 29, 31};
    uint64_t set = 0;
    for (size_t i = 0; i < COUNT(kept); i++)
        set |= 1ULL << kept[i];
    for (int capability = 0; capability <= 40; capability++)
        if (!(set >> capability & 1))
            check(prctl(PR_CAPBSET_DROP, capability), "bounding set");
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2] = {{(uint32_t)set, (uint32_t)set, 0},
                                             {(uint32_t)(set >> 32), (uint32_t)(set >> 32), 0}};
    check(syscall(SYS_capset, &header, data), "capset");
}

static void child(void)
{
    check(prctl(PR_SET_PDEATHSIG, SIGKILL), "death signal");
    check(setsid(), "setsid");
    check(unshare(CLONE_NEWCGROUP), "cgroup namespace");
    loopbackUp();
    check(sethostname("bench", 5), "hostname");
    check(mount(NULL, "/", NULL, MS_SLAVE | MS_REC, NULL), "root slave");
    check(mount(rootfs, rootfs, NULL, MS_BIND | MS_REC, NULL), "bind rootfs");
    check(chdir(rootfs), "chdir rootfs");
    mounts();
    devices();
    pivot();
    hidePaths();
    check(syscall(SYS_close_range, 3, ~0U, CLOSE_RANGE_CLOEXEC), "close_range");
    if (filter.len)
        check(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter), "seccomp");
    capabilities();
    check(prctl(PR_SET_PDEATHSIG, 0), "death signal off");
    char *arguments[] = {"true", NULL};
    char *environment[] = {"PATH=/bin", NULL};
    execve("/bin/true", arguments, environment);
    check(-1, "exec");
}

int main(int count, char **arguments)
{
    static struct sock_filter program[BPF_MAXINSNS];
    if (count < 3)
        return 2;
    rootfs = arguments[1];
    if (count > 3) {
        int file = open(arguments[3], O_RDONLY | O_CLOEXEC);
        ssize_t size = read(file, program, sizeof program);
        check(size, arguments[3]);
        close(file);
        filter = (struct sock_fprog){(unsigned short)((size_t)size / sizeof program[0]), program};
    }
    check(mkdir(arguments[2], 0755), "make cgroup");
    int group = open(arguments[2], O_PATH | O_DIRECTORY | O_CLOEXEC);
    struct clone_args how = {
        .flags = CLONE_INTO_CGROUP | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNS,
        .exit_signal = SIGCHLD,
        .cgroup = (uint64_t)group,
    };
    pid_t pid = (pid_t)syscall(SYS_clone3, &how, sizeof how);
    if (pid == 0)
        child();
    check(pid, "clone3");
    int status = 0;
    check(waitpid(pid, &status, 0), "wait");
    check(rmdir(arguments[2]), "remove cgroup");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
