#pragma once
#include <stddef.h>
#include <stdint.h>

/// seccomp(2) SECCOMP_SET_MODE_FILTER; `program` points to `length` instructions of eight bytes.
int clinux_seccomp_load(unsigned flags, const void *program, size_t length);
/// 0 where the kernel knows every bit of `flags`; nothing is loaded.
int clinux_seccomp_probe_flags(unsigned flags);
/// seccomp(2) SECCOMP_GET_ACTION_AVAIL.
int clinux_seccomp_action_available(uint32_t action);
/// A file in memory, closed on exec (memfd_create(2)).
int clinux_seccomp_scratch(void);
