#pragma once
#include <stdint.h>

// Terminals: tty_ioctl(4), pts(4). See clinux_file.h for results.

/// The part of termios(3) that the runtime reads and writes; the kernel's `struct termios` is kept whole in `state`.
struct clinux_termios {
    uint32_t input;
    uint32_t output;
    uint32_t control;
    uint32_t local;
    unsigned char state[64];
};

int clinux_tcgetattr(int descriptor, struct clinux_termios *result);
/// tcsetattr(3) TCSANOW of `state`, with its four flag words replaced by those outside it.
int clinux_tcsetattr(int descriptor, const struct clinux_termios *value);
/// Sets what cfmakeraw(3) sets.
void clinux_make_raw(struct clinux_termios *value);
int clinux_get_window_size(int descriptor, uint16_t *rows, uint16_t *columns);
/// Keeps the size in pixels that the terminal has.
int clinux_set_window_size(int descriptor, uint16_t rows, uint16_t columns);
/// TIOCSPTLCK with 0: lets the other end be opened.
int clinux_unlock_pty(int descriptor);
/// TIOCGPTPEER: the other end, without a path (Linux 4.13). CLOEXEC, O_RDWR, O_NOCTTY.
int clinux_pty_peer(int descriptor);
/// TIOCGPTN: the number in /dev/pts.
int clinux_pty_number(int descriptor);
/// TIOCSCTTY without stealing.
int clinux_set_controlling_terminal(int descriptor);
