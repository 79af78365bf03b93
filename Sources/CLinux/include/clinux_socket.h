#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// Sockets, polling, signals as descriptors. See clinux_file.h for results.

/// A pair of connected, CLOEXEC unix sockets; `type` is SOCK_STREAM or SOCK_SEQPACKET.
int clinux_socketpair(int type, int descriptors[2]);
/// Connects a CLOEXEC SOCK_STREAM unix socket to `path` (a leading '@' names an abstract one).
/// sun_path holds 107 bytes: a longer path must be reached through /proc/self/fd.
int clinux_connect_unix(const char *path);
ssize_t clinux_send(int socket, const void *buffer, size_t count);
/// One message with one descriptor by SCM_RIGHTS.
ssize_t clinux_send_descriptor(int socket, const void *buffer, size_t count, int descriptor);
/// One message; `descriptor` gets the (CLOEXEC) descriptor that came with it, or -1.
ssize_t clinux_receive_descriptor(int socket, void *buffer, size_t count, int *descriptor);

struct clinux_poll {
    int descriptor;
    short events;
    short returned;
};
/// poll(2): milliseconds, -1 waits for ever.
int clinux_poll(struct clinux_poll *entries, size_t count, int milliseconds);

/// Blocks (`how` SIG_BLOCK), unblocks or sets the signals whose bit (1 << (number - 1)) is set.
int clinux_sigmask(int how, uint64_t set, uint64_t *old);
int clinux_signalfd(uint64_t set);
/// Reads one signal from a signalfd: its number, and the sender's pid.
int clinux_read_signal(int descriptor, int *sender);
/// SIG_DFL for every signal but SIGKILL and SIGSTOP.
void clinux_default_signals(void);
/// A handler for SIGHUP, SIGINT, SIGQUIT and SIGTERM that leaves with 128 and the number.
void clinux_exit_on_termination(void);
int clinux_eventfd(void);
int clinux_inotify(void);
int clinux_inotify_add(int descriptor, const char *path, uint32_t mask);
