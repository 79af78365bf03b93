#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// Buffers of whole pages, and what a log file needs beside clinux_file.h. See there for results.

/// Private anonymous memory, untouched; null when there is none to have. clinux_unmap ends it.
void *clinux_map_pages(size_t size);
/// madvise(2) MADV_DONTNEED: the pages are the kernel's again, and zero when touched next.
int clinux_give_back(void *memory, size_t size);
/// The index of the first `byte`; -1: none.
ssize_t clinux_find_byte(const void *memory, int byte, size_t count);

ssize_t clinux_pread(int descriptor, void *buffer, size_t count, int64_t offset);
/// CLOCK_REALTIME nanoseconds of the last change of the content (st_mtim).
int64_t clinux_modified_ns(int descriptor);
/// close_range(2) of `first` to `last`.
int clinux_close_between(unsigned first, unsigned last);
int clinux_inotify_remove(int descriptor, int watch);
