#define _GNU_SOURCE
#include "clinux_tty.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>

#define RESULT(call)                                                                                                   \
    do {                                                                                                               \
        int result_ = (call);                                                                                          \
        return result_ < 0 ? -errno : result_;                                                                         \
    } while (0)

_Static_assert(sizeof(struct termios) <= sizeof(((struct clinux_termios *)0)->state), "termios fits");

static void publish(const struct termios *from, struct clinux_termios *to) {
    to->input = from->c_iflag;
    to->output = from->c_oflag;
    to->control = from->c_cflag;
    to->local = from->c_lflag;
    memcpy(to->state, from, sizeof *from);
}

static struct termios merged(const struct clinux_termios *from) {
    struct termios value;
    memcpy(&value, from->state, sizeof value);
    value.c_iflag = from->input;
    value.c_oflag = from->output;
    value.c_cflag = from->control;
    value.c_lflag = from->local;
    return value;
}

int clinux_tcgetattr(int descriptor, struct clinux_termios *result) {
    struct termios value;
    memset(&value, 0, sizeof value);
    if (tcgetattr(descriptor, &value) < 0) return -errno;
    publish(&value, result);
    return 0;
}

int clinux_tcsetattr(int descriptor, const struct clinux_termios *from) {
    struct termios value = merged(from);
    RESULT(tcsetattr(descriptor, TCSANOW, &value));
}

void clinux_make_raw(struct clinux_termios *target) {
    struct termios value = merged(target);
    cfmakeraw(&value);
    publish(&value, target);
}

int clinux_get_window_size(int descriptor, uint16_t *rows, uint16_t *columns) {
    struct winsize size;
    if (ioctl(descriptor, TIOCGWINSZ, &size) < 0) return -errno;
    *rows = size.ws_row;
    *columns = size.ws_col;
    return 0;
}

int clinux_set_window_size(int descriptor, uint16_t rows, uint16_t columns) {
    struct winsize size;
    if (ioctl(descriptor, TIOCGWINSZ, &size) < 0) return -errno;
    size.ws_row = rows;
    size.ws_col = columns;
    RESULT(ioctl(descriptor, TIOCSWINSZ, &size));
}

int clinux_unlock_pty(int descriptor) {
    int locked = 0;
    RESULT(ioctl(descriptor, TIOCSPTLCK, &locked));
}

int clinux_pty_peer(int descriptor) { RESULT(ioctl(descriptor, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC)); }

int clinux_pty_number(int descriptor) {
    unsigned number = 0;
    if (ioctl(descriptor, TIOCGPTN, &number) < 0) return -errno;
    return (int)number;
}

int clinux_set_controlling_terminal(int descriptor) { RESULT(ioctl(descriptor, TIOCSCTTY, 0)); }
