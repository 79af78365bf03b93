#define _GNU_SOURCE
#include "clinux_socket.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#define RESULT(call)                                                                                                   \
    do {                                                                                                               \
        ssize_t result_ = (call);                                                                                      \
        return result_ < 0 ? -errno : result_;                                                                         \
    } while (0)

int clinux_socketpair(int type, int descriptors[2]) {
    return socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, descriptors) < 0 ? -errno : 0;
}

int clinux_connect_unix(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = strlen(path);
    if (length == 0) return -EINVAL;
    if (length >= sizeof address.sun_path) return -ENAMETOOLONG;
    memcpy(address.sun_path, path, length);
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
    if (path[0] == '@') address.sun_path[0] = 0;
    else size += 1;
    int socket_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (socket_ < 0) return -errno;
    if (connect(socket_, (struct sockaddr *)&address, size) == 0) return socket_;
    int error = errno;
    close(socket_);
    return -error;
}

ssize_t clinux_send(int socket, const void *buffer, size_t count) {
    RESULT(send(socket, buffer, count, MSG_NOSIGNAL));
}

ssize_t clinux_send_descriptor(int socket, const void *buffer, size_t count, int descriptor) {
    char control[CMSG_SPACE(sizeof(int))] = {0};
    struct iovec vector = {(void *)buffer, count};
    struct msghdr message = {
        .msg_iov = &vector, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
    RESULT(sendmsg(socket, &message, MSG_NOSIGNAL));
}

ssize_t clinux_receive_descriptor(int socket, void *buffer, size_t count, int *descriptor) {
    char control[CMSG_SPACE(sizeof(int))] = {0};
    struct iovec vector = {buffer, count};
    struct msghdr message = {
        .msg_iov = &vector, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    *descriptor = -1;
    ssize_t result = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    if (result < 0) return -errno;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS &&
        header->cmsg_len == CMSG_LEN(sizeof(int)))
        memcpy(descriptor, CMSG_DATA(header), sizeof *descriptor);
    return result;
}

_Static_assert(sizeof(struct clinux_poll) == sizeof(struct pollfd), "clinux_poll is pollfd by another name");

int clinux_poll(struct clinux_poll *entries, size_t count, int milliseconds) {
    int result = poll((struct pollfd *)entries, count, milliseconds);
    return result < 0 ? -errno : result;
}

static void fill(sigset_t *set, uint64_t bits) {
    sigemptyset(set);
    for (int number = 1; number <= 64; number++)
        if (bits & (1ULL << (number - 1))) sigaddset(set, number);
}

int clinux_sigmask(int how, uint64_t bits, uint64_t *old) {
    sigset_t set, before;
    fill(&set, bits);
    if (sigprocmask(how, &set, &before) < 0) return -errno;
    if (!old) return 0;
    *old = 0;
    for (int number = 1; number <= 64; number++)
        if (sigismember(&before, number) == 1) *old |= 1ULL << (number - 1);
    return 0;
}

int clinux_signalfd(uint64_t bits) {
    sigset_t set;
    fill(&set, bits);
    int result = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return result < 0 ? -errno : result;
}

int clinux_read_signal(int descriptor, int *sender) {
    struct signalfd_siginfo info;
    if (read(descriptor, &info, sizeof info) < 0) return -errno;
    *sender = (int)info.ssi_pid;
    return (int)info.ssi_signo;
}

void clinux_default_signals(void) {
    // The kernel's struct sigaction, all zero: SIG_DFL. The C library's function leaves out 32 and 33, which a caller
    // may have ignored just as well.
    const unsigned long action[4] = {0};
    for (int number = 1; number <= 64; number++) syscall(SYS_rt_sigaction, number, action, NULL, 8UL);
}

int clinux_eventfd(void) {
    int result = eventfd(0, EFD_CLOEXEC);
    return result < 0 ? -errno : result;
}

int clinux_inotify(void) {
    int result = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    return result < 0 ? -errno : result;
}

int clinux_inotify_add(int descriptor, const char *path, uint32_t mask) {
    int result = inotify_add_watch(descriptor, path, mask);
    return result < 0 ? -errno : result;
}

static void leave(int number) { _exit(128 + number); }

static void stay(int number) { (void)number; }

void clinux_exit_on_termination(void) {
    const int numbers[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};
    struct sigaction action = {.sa_handler = leave};
    for (size_t index = 0; index < sizeof numbers / sizeof *numbers; index++)
        sigaction(numbers[index], &action, NULL);
    // A write to a pipe without a reader is an error and no more; a handler, since execve(2) keeps what is ignored.
    action.sa_handler = stay;
    sigaction(SIGPIPE, &action, NULL);
}
