#pragma once
#include <stdint.h>

// What the way into a rootfs does often, in one call: taking strings apart in Swift touches code of the standard library
// that nothing else in the process needs. See clinux_file.h for results.

/// fsconfig(2) with `word`: FSCONFIG_SET_STRING for `key=value`, else FSCONFIG_SET_FLAG. -E2BIG for a key of more than
/// 255 bytes.
int clinux_fsconfig_word(int context, const char *word);
/// Makes the last part of the absolute path `path` in the folder above it, which is looked up by openat2(2) in `root`
/// without following links, and opens it: a folder, or with `file` an empty file. -EINVAL for a path without such a part.
int clinux_make_last(int root, const char *path, int file, uint32_t mode);
