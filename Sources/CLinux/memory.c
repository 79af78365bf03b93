#define _GNU_SOURCE
#include "clinux_memory.h"

#include <sys/mman.h>

void *clinux_shared_memory(size_t size) {
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

void clinux_unmap(void *memory, size_t size) { munmap(memory, size); }
