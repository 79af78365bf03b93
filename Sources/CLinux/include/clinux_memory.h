#pragma once
#include <stddef.h>

/// Anonymous memory that a cloned child shares (mmap(2) MAP_SHARED); null when there is none to have.
void *clinux_shared_memory(size_t size);
void clinux_unmap(void *memory, size_t size);
