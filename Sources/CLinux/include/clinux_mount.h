#pragma once
#include <stddef.h>
#include <stdint.h>

// mount(2) and its successors (fsopen(2), open_tree(2), move_mount(2), mount_setattr(2)). See clinux_file.h for results.

/// A null `source`, `type` or `data` is passed as such.
int clinux_mount(const char *source, const char *target, const char *type, uint64_t flags, const char *data);
int clinux_umount(const char *target, int flags);
int clinux_pivot_root(const char *new_root, const char *put_old);
int clinux_chroot(const char *path);
int clinux_open_tree(int directory, const char *path, unsigned flags);
int clinux_move_mount(int from, const char *from_path, int to, const char *to_path, unsigned flags);
int clinux_mount_setattr(int directory, const char *path, unsigned flags, uint64_t set, uint64_t clear,
                         uint64_t propagation, int user_namespace);
int clinux_fsopen(const char *type, unsigned flags);
/// A null `key` or `value` is passed as such; `auxiliary` is the descriptor or number that some commands take.
int clinux_fsconfig(int context, unsigned command, const char *key, const char *value, int auxiliary);
int clinux_fsmount(int context, unsigned flags, unsigned attributes);
