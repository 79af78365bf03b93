#pragma once
#include <stddef.h>
#include <stdint.h>

// bpf(2) for cgroup device programs. See clinux_file.h for results.

/// BPF_PROG_LOAD of a BPF_PROG_TYPE_CGROUP_DEVICE program: a CLOEXEC descriptor.
int clinux_bpf_load_device(const uint64_t *instructions, size_t count);
/// BPF_PROG_ATTACH with BPF_F_ALLOW_MULTI; in the place of program `replaced` where that is not negative.
int clinux_bpf_attach_device(int cgroup, int program, int replaced);
/// BPF_PROG_DETACH.
int clinux_bpf_detach_device(int cgroup, int program);
/// BPF_PROG_QUERY: fills at most `capacity` ids of the attached programs and returns how many there are.
int clinux_bpf_query_device(int cgroup, uint32_t *ids, uint32_t capacity);
/// BPF_PROG_GET_FD_BY_ID: a CLOEXEC descriptor.
int clinux_bpf_program(uint32_t id);
