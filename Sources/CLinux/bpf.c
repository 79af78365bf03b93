#define _GNU_SOURCE
#include "clinux_bpf.h"

#include <errno.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define RESULT(call)                                                                                                   \
    do {                                                                                                               \
        long result_ = (call);                                                                                         \
        return result_ < 0 ? -errno : (int)result_;                                                                    \
    } while (0)

_Static_assert(sizeof(struct bpf_insn) == sizeof(uint64_t), "an instruction is one word");

static long bpf(int command, union bpf_attr *attributes) {
    return syscall(SYS_bpf, command, attributes, sizeof *attributes);
}

int clinux_bpf_load_device(const uint64_t *instructions, size_t count) {
    union bpf_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
    attributes.insns = (uint64_t)(uintptr_t)instructions;
    attributes.insn_cnt = (uint32_t)count;
    // Only helpers that are for GPL programs ask for a certain text, and the program calls none.
    attributes.license = (uint64_t)(uintptr_t) "none";
    attributes.expected_attach_type = BPF_CGROUP_DEVICE;
    memcpy(attributes.prog_name, "devices", sizeof "devices");
    RESULT(bpf(BPF_PROG_LOAD, &attributes));
}

int clinux_bpf_attach_device(int cgroup, int program, int replaced) {
    union bpf_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.target_fd = (uint32_t)cgroup;
    attributes.attach_bpf_fd = (uint32_t)program;
    attributes.attach_type = BPF_CGROUP_DEVICE;
    attributes.attach_flags = BPF_F_ALLOW_MULTI;
    if (replaced >= 0) {
        attributes.attach_flags |= BPF_F_REPLACE;
        attributes.replace_bpf_fd = (uint32_t)replaced;
    }
    RESULT(bpf(BPF_PROG_ATTACH, &attributes));
}

int clinux_bpf_detach_device(int cgroup, int program) {
    union bpf_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.target_fd = (uint32_t)cgroup;
    attributes.attach_bpf_fd = (uint32_t)program;
    attributes.attach_type = BPF_CGROUP_DEVICE;
    RESULT(bpf(BPF_PROG_DETACH, &attributes));
}

int clinux_bpf_query_device(int cgroup, uint32_t *ids, uint32_t capacity) {
    union bpf_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.query.target_fd = (uint32_t)cgroup;
    attributes.query.attach_type = BPF_CGROUP_DEVICE;
    attributes.query.prog_ids = (uint64_t)(uintptr_t)ids;
    attributes.query.prog_cnt = capacity;
    // ENOSPC: there are more than asked for, and prog_cnt says how many.
    if (bpf(BPF_PROG_QUERY, &attributes) < 0 && errno != ENOSPC) return -errno;
    return (int)attributes.query.prog_cnt;
}

int clinux_bpf_program(uint32_t id) {
    union bpf_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.prog_id = id;
    RESULT(bpf(BPF_PROG_GET_FD_BY_ID, &attributes));
}
