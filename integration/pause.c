// Kills one of the processes of a shim at the K-th system call of one of them, from outside: no hook in the product.
//
// usage: pause COUNTED K VICTIM REPORT COMMAND...     from the command's exec until it ends
//        pause COUNTED K VICTIM REPORT -p PID         from now on, PID being a shim; until SIGTERM
//   COUNTED, VICTIM  caller: the command; shim: what it forks, until an exec; runtime: what a shim runs; init: what the
//                    runtime forks, until its exec. All processes of a role are counted as one; all of them are killed.
//   K                0: nobody is killed
//   REPORT           gets "calls N" and, where it was reached, "hit NUMBER"; with -p "ready" first
//
// It follows every fork. After the kill it goes away at once, and the others go on untraced. Exit status: the command's,
// 128 and the signal where one ended it.
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

enum role { none, caller, shim, runtime, init };
static const char *const names[] = {"none", "caller", "shim", "runtime", "init"};

static struct { pid_t pid; enum role role; } known[4096];
static int count;
static enum role counted, victim;
static long wanted, calls, hit = -1;
static volatile sig_atomic_t over;
static const long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC;

static void end(int signal) {
    (void)signal;
    over = 1;
}

static enum role parse(const char *name) {
    for (int role = none; role <= init; role++)
        if (strcmp(name, names[role]) == 0) return role;
    fprintf(stderr, "pause: no role %s\n", name);
    exit(125);
}

static enum role *role_of(pid_t pid) {
    for (int index = 0; index < count; index++)
        if (known[index].pid == pid) return &known[index].role;
    if (count == sizeof known / sizeof *known) count = 0;  // far more than a test makes
    known[count].pid = pid;
    known[count].role = none;
    return &known[count++].role;
}

static void save(const char *path, const char *first) {
    FILE *report = fopen(path, "w");
    if (report == NULL) return;
    fprintf(report, "%scalls %ld\n", first, calls);
    if (hit >= 0) fprintf(report, "hit %ld\n", hit);
    fclose(report);
}

static void kill_victims(void) {
    for (int index = 0; index < count; index++)
        if (known[index].role == victim) kill(known[index].pid, SIGKILL);
}

static void at_call(pid_t pid) {
    struct __ptrace_syscall_info info;
    if (*role_of(pid) != counted) return;
    if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info) <= 0 || info.op != PTRACE_SYSCALL_INFO_ENTRY) return;
    if (++calls != wanted) return;
    hit = (long)info.entry.nr;
    kill_victims();
}

static void at_fork(pid_t parent) {
    unsigned long made = 0;
    ptrace(PTRACE_GETEVENTMSG, parent, 0, &made);
    enum role role = *role_of(parent);
    *role_of((pid_t)made) = role == caller ? shim : role == runtime ? init : role;
}

// A command's first exec is its beginning; a runtime may run itself again.
static int begun;
static void at_exec(pid_t pid) {
    enum role *role = role_of(pid);
    if (*role == caller && !begun) begun = 1, calls = 0;
    else if (*role == shim) *role = runtime;
    else if (*role == init) *role = none;
}

static void at_stop(pid_t pid, int status) {
    int stop = WSTOPSIG(status), event = status >> 16, signal = 0;
    if (stop == (SIGTRAP | 0x80)) at_call(pid);
    else if (event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK || event == PTRACE_EVENT_CLONE) at_fork(pid);
    else if (event == PTRACE_EVENT_EXEC) at_exec(pid);
    else if (event == 0) signal = stop;
    if (event == PTRACE_EVENT_STOP && stop != SIGTRAP) ptrace(PTRACE_LISTEN, pid, 0, 0L);
    else if (*role_of(pid) == none && event == PTRACE_EVENT_EXEC) ptrace(PTRACE_DETACH, pid, 0, 0L);
    else ptrace(PTRACE_SYSCALL, pid, 0, (long)signal);
}

static void trace(pid_t root, const char *report) {
    while (!over && hit < 0) {
        int status;
        pid_t pid = waitpid(-1, &status, __WALL);
        if (pid < 0 && errno != EINTR) break;
        if (pid < 0) continue;
        if (WIFSTOPPED(status)) at_stop(pid, status);
        else {
            *role_of(pid) = none;
            if (pid == root) break;
        }
    }
    save(report, "");
    _exit(0);
}

static void seize(pid_t pid, enum role role) {
    int status;
    if (ptrace(PTRACE_SEIZE, pid, 0, options) < 0 || ptrace(PTRACE_INTERRUPT, pid, 0, 0) < 0) {
        perror("pause: seize");
        exit(125);
    }
    *role_of(pid) = role;
    if (waitpid(pid, &status, __WALL) == pid && WIFSTOPPED(status)) ptrace(PTRACE_SYSCALL, pid, 0, 0L);
}

// The tracer is beside the command, not its parent, so that it can go while the command lives.
static int run(char **command, const char *report) {
    int gate[2], status;
    char go = 0;
    if (pipe(gate) < 0) return 125;
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        close(gate[1]);
        if (read(gate[0], &go, 1) != 1) _exit(125);
        close(gate[0]);
        execvp(command[0], command);
        _exit(125);
    }
    close(gate[0]);
    pid_t tracer = fork();
    if (tracer == 0) {
        seize(child, caller);
        if (write(gate[1], &go, 1) != 1) _exit(125);
        close(gate[1]);
        trace(child, report);
    }
    close(gate[1]);
    waitpid(child, &status, 0);
    waitpid(tracer, NULL, 0);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int main(int argc, char **words) {
    struct sigaction action = {.sa_handler = end};
    if (argc < 6) {
        fprintf(stderr, "usage: pause COUNTED K VICTIM REPORT COMMAND...|-p PID\n");
        return 125;
    }
    counted = parse(words[1]);
    wanted = atol(words[2]);
    if (wanted == 0) wanted = -1;
    victim = parse(words[3]);
    if (strcmp(words[5], "-p") != 0) return run(words + 5, words[4]);
    sigaction(SIGTERM, &action, NULL);
    seize(atoi(words[6]), shim);
    save(words[4], "ready\n");
    trace(atoi(words[6]), words[4]);
}
