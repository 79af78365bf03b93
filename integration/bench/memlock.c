// Preloaded into crun 1.8.1 alone: it raises RLIMIT_MEMLOCK before it loads the device
// program and gives up where the caller lacks CAP_SYS_RESOURCE. Kernels since 5.11 charge
// BPF memory to the cgroup, so the call is not needed: it succeeds here without effect.
#define _GNU_SOURCE
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

int setrlimit(__rlimit_resource_t resource, const struct rlimit *limit)
{
    if (resource == RLIMIT_MEMLOCK)
        return 0;
    return (int)syscall(SYS_prlimit64, 0, resource, limit, NULL);
}
