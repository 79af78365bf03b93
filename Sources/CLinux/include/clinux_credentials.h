#pragma once
#include <stdint.h>

// Capabilities, limits of another process, keyrings. See clinux_file.h for results.

/// The three sets of capset(2), a bit a capability.
struct clinux_capabilities {
    uint64_t effective;
    uint64_t permitted;
    uint64_t inheritable;
};

/// The raw system calls for the calling thread (version 3: 64 capabilities).
int clinux_capget(struct clinux_capabilities *result);
int clinux_capset(const struct clinux_capabilities *value);
/// prlimit(2); pid 0 is the caller.
int clinux_prlimit(int pid, int resource, uint64_t soft, uint64_t hard);
/// keyctl(2) KEYCTL_JOIN_SESSION_KEYRING; the serial number of the keyring.
int clinux_join_session_keyring(const char *name);
/// keyctl(2) KEYCTL_DESCRIBE: `type;uid;gid;permissions;name`; returns the bytes it would need.
int clinux_describe_key(int key, char *buffer, uint64_t size);
int clinux_set_key_permissions(int key, uint32_t permissions);
/// close_range(2) of `first` to `last`, both included.
int clinux_close_range(unsigned first, unsigned last);
