#define _GNU_SOURCE
#include "clinux_loop.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <malloc.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define RESULT(call)                                                                                                   \
    do {                                                                                                               \
        ssize_t result_ = (call);                                                                                      \
        return result_ < 0 ? -errno : result_;                                                                         \
    } while (0)

int clinux_epoll(void) {
    int result = epoll_create1(EPOLL_CLOEXEC);
    return result < 0 ? -errno : result;
}

int clinux_epoll_control(int epoll, int operation, int descriptor, uint32_t events, uint64_t token) {
    struct epoll_event event = {.events = events, .data.u64 = token};
    return epoll_ctl(epoll, operation, descriptor, &event) < 0 ? -errno : 0;
}

int clinux_epoll_wait(int epoll, struct clinux_ready *ready, int capacity, int milliseconds) {
    struct epoll_event events[32];
    // struct epoll_event is packed on x86_64 and nowhere else.
    int count = epoll_wait(epoll, events, capacity < 32 ? capacity : 32, milliseconds);
    if (count < 0) return -errno;
    for (int index = 0; index < count; index++)
        ready[index] = (struct clinux_ready){.token = events[index].data.u64, .events = events[index].events};
    return count;
}

int clinux_listen_unix(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = strlen(path);
    if (length >= sizeof address.sun_path) return -ENAMETOOLONG;
    memcpy(address.sun_path, path, length + 1);
    int result = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (result < 0) return -errno;
    if (bind(result, (struct sockaddr *)&address, sizeof address) == 0 && listen(result, 128) == 0) return result;
    int error = errno;
    close(result);
    return -error;
}

int clinux_accept(int socket) {
    int result = accept4(socket, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    return result < 0 ? -errno : result;
}

int64_t clinux_peer_user(int socket) {
    struct ucred peer;
    socklen_t size = sizeof peer;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0) return -errno;
    return peer.uid;
}

ssize_t clinux_send_two(int socket, const void *first, size_t first_count, const void *second, size_t second_count) {
    struct iovec vector[2] = {{(void *)first, first_count}, {(void *)second, second_count}};
    struct msghdr message = {.msg_iov = vector, .msg_iovlen = 2};
    RESULT(sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT));
}

/// Keeps the first descriptor of a message and closes the rest.
static void take_descriptors(struct msghdr *message, int *kept) {
    for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header; header = CMSG_NXTHDR(message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
        size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t index = 0; index < count; index++) {
            int number;
            memcpy(&number, CMSG_DATA(header) + index * sizeof number, sizeof number);
            if (*kept < 0) *kept = number;
            else close(number);
        }
    }
}

ssize_t clinux_receive_terminal(int socket, int *descriptor) {
    // SCM_MAX_FD descriptors fit into one message.
    char control[CMSG_SPACE(253 * sizeof(int))], bytes[4096];
    struct iovec vector = {bytes, sizeof bytes};
    struct msghdr message = {
        .msg_iov = &vector, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    *descriptor = -1;
    ssize_t result = recvmsg(socket, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    if (result < 0) return -errno;
    take_descriptors(&message, descriptor);
    return result;
}

void clinux_trim_heap(void) { malloc_trim(0); }

void clinux_trim_program(void) {
    const ElfW(Phdr) *header = (const ElfW(Phdr) *)getauxval(AT_PHDR);
    unsigned long count = getauxval(AT_PHNUM);
    uintptr_t base = 0;
    for (unsigned long index = 0; header && index < count; index++)
        if (header[index].p_type == PT_PHDR) base = (uintptr_t)header - header[index].p_vaddr;
    for (unsigned long index = 0; header && index < count; index++) {
        if (header[index].p_type != PT_LOAD || header[index].p_flags & PF_W) continue;
        uintptr_t start = (base + header[index].p_vaddr) & ~4095UL;
        uintptr_t end = (base + header[index].p_vaddr + header[index].p_memsz + 4095) & ~4095UL;
        // Nothing is lost where it fails: the pages stay.
        (void)madvise((void *)start, end - start, MADV_DONTNEED);
    }
}
