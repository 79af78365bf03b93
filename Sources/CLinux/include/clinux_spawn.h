#pragma once
#include <stdint.h>

// A program in a child process, without copying the page tables. See clinux_file.h for results.

struct clinux_spawn {
    const char *path;
    char *const *arguments;
    char *const *environment;
    /// What becomes descriptors 0, 1 and 2. Everything above 2 is closed.
    int stdio[3];
    /// Null: the caller's working directory.
    const char *directory;
    /// PR_SET_PDEATHSIG; 0: none.
    int parent_death_signal;
    /// What is written to the child's /proc/self/oom_score_adj; null: nothing.
    const char *oom_score_adjustment;
    /// RLIMIT_NOFILE, where `hard_descriptors` is not 0.
    uint64_t soft_descriptors;
    uint64_t hard_descriptors;
};

/// vfork(2) and execve(2) with every signal at its default and unblocked. Returns the pid, or -errno of what failed in
/// the child, which is then reaped.
int clinux_spawn(const struct clinux_spawn *request);
/// SIG_DFL or, where `ignore` is not 0, SIG_IGN for one signal.
int clinux_signal_disposition(int number, int ignore);
/// "Killed"; null for a number that has no name.
const char *clinux_signal_description(int number);
