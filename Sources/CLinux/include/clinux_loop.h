#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// What a process that waits for many things needs: epoll(7), a listening socket, memory given back. See clinux_file.h
// for results.

/// One descriptor that is ready: what it was added with, and EPOLL*.
struct clinux_ready {
    uint64_t token;
    uint32_t events;
};

/// A CLOEXEC descriptor.
int clinux_epoll(void);
/// epoll_ctl(2); `operation` is EPOLL_CTL_*.
int clinux_epoll_control(int epoll, int operation, int descriptor, uint32_t events, uint64_t token);
/// epoll_wait(2), of at most 32 at once; milliseconds, -1 waits for ever.
int clinux_epoll_wait(int epoll, struct clinux_ready *ready, int capacity, int milliseconds);

/// Binds a SOCK_STREAM unix socket to `path` (below 108 bytes) and listens. CLOEXEC, not blocking.
int clinux_listen_unix(const char *path);
/// accept4(2). CLOEXEC, not blocking.
int clinux_accept(int socket);
/// The uid of who connected (SO_PEERCRED).
int64_t clinux_peer_user(int socket);
/// sendmsg(2) of two pieces, without waiting and without SIGPIPE.
ssize_t clinux_send_two(int socket, const void *first, size_t first_count, const void *second, size_t second_count);
/// recvmsg(2) of one byte or more that are dropped, without waiting; `descriptor` gets the first one that came along
/// (CLOEXEC), or -1. Others are closed.
ssize_t clinux_receive_terminal(int socket, int *descriptor);

/// malloc_trim(3): free memory of the heap goes back.
void clinux_trim_heap(void);
/// MADV_DONTNEED on the program's read-only segments: the page cache has them, and the next use finds them there.
void clinux_trim_program(void);
