// Makes one system call of a command fail, or kills the command there, from outside: no hook in the product.
//
// usage: fault TARGET ACTION K REPORT COMMAND...
//   TARGET  parent: the command itself; child: the first process that it makes, until that one's exec
//   ACTION  an errno: the K-th call returns it undone; kill: SIGKILL to the target at the K-th call;
//           killparent: SIGKILL to the command when the target is at its K-th call; count: nothing happens
//   REPORT  a file that gets "calls N" and, where it was reached, "hit NUMBER"
//
// Calls are counted from the target's first one, in the order it makes them, over a re-exec of itself. exit, exit_group
// and rt_sigreturn cannot fail and are not counted. Exit status: the command's, 128 and the signal where one ended it.
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t command, child;       // the two processes that can be the target
static int want_child, error, kill_target, kill_command;
static long wanted, calls, hit = -1;
static int spoil;                  // the target is inside the call that is to fail

static void save(const char *path) {
    FILE *report = fopen(path, "w");
    if (report == NULL) return;
    fprintf(report, "calls %ld\n", calls);
    if (hit >= 0) fprintf(report, "hit %ld\n", hit);
    fclose(report);
}

static int counted(long number) {
    return number != SYS_exit && number != SYS_exit_group && number != SYS_rt_sigreturn;
}

static void at_entry(pid_t pid, long number) {
    if (!counted(number) || ++calls != wanted) return;
    hit = number;
    if (kill_command) kill(command, SIGKILL);
    else if (kill_target) kill(pid, SIGKILL);
    else if (error != 0) {
        spoil = 1;
        // A close that reports an error has closed all the same (close(2)); any other call is left undone.
        if (number != SYS_close) ptrace(PTRACE_POKEUSER, pid, offsetof(struct user_regs_struct, orig_rax), -1L);
    }
}

static void at_exit(pid_t pid) {
    if (!spoil) return;
    spoil = 0;
    ptrace(PTRACE_POKEUSER, pid, offsetof(struct user_regs_struct, rax), (long)-error);
}

static void at_call(pid_t pid) {
    struct __ptrace_syscall_info info;
    if (pid != (want_child ? child : command)) return;
    if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info) <= 0) return;
    if (info.op == PTRACE_SYSCALL_INFO_ENTRY) at_entry(pid, (long)info.entry.nr);
    else if (info.op == PTRACE_SYSCALL_INFO_EXIT) at_exit(pid);
}

// What to do with a stopped process: the request that lets it go on, and the signal that it gets.
static int at_stop(pid_t pid, int status, int *signal) {
    int stop = WSTOPSIG(status), event = status >> 16;
    *signal = 0;
    if (stop == (SIGTRAP | 0x80)) at_call(pid);
    else if (event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK || event == PTRACE_EVENT_CLONE) {
        unsigned long made = 0;
        ptrace(PTRACE_GETEVENTMSG, pid, 0, &made);
        if (child == 0 && pid == command) child = (pid_t)made;
    } else if (event == PTRACE_EVENT_EXEC) {
        if (pid != command) return PTRACE_DETACH;
    } else if (event == 0 && stop != SIGSTOP && stop != SIGTRAP) *signal = stop;
    return PTRACE_SYSCALL;
}

// A new tracee begins with a SIGSTOP: one that has not had it yet would be left stopped by our own end, and so would the
// one that a process which we let go is just making. What runs on without a stop needs nothing of us.
static void let_rest_go(void) {
    for (int patience = 300; patience > 0;) {
        int status;
        pid_t pid = waitpid(-1, &status, __WALL | WNOHANG);
        if (pid < 0) return;
        if (pid == 0) {
            usleep(1000);
            patience--;
        } else if (WIFSTOPPED(status)) ptrace(PTRACE_DETACH, pid, 0, 0L);
    }
}

static int follow(const char *report) {
    for (;;) {
        int status, signal;
        pid_t pid = waitpid(-1, &status, __WALL);
        if (pid < 0) return 125;
        if (WIFSTOPPED(status)) {
            int request = at_stop(pid, status, &signal);
            ptrace(request, pid, 0, (long)signal);
        } else if (pid == command) {
            save(report);
            let_rest_go();
            return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
        }
    }
}

int main(int count, char **words) {
    if (count < 6) {
        fprintf(stderr, "usage: fault parent|child ERRNO|kill|killparent|count K REPORT COMMAND...\n");
        return 125;
    }
    want_child = strcmp(words[1], "child") == 0;
    kill_target = strcmp(words[2], "kill") == 0;
    kill_command = strcmp(words[2], "killparent") == 0;
    error = atoi(words[2]);
    wanted = strcmp(words[2], "count") == 0 ? -1 : atol(words[3]);
    command = fork();
    if (command == 0) {
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        raise(SIGSTOP);
        execvp(words[5], words + 5);
        _exit(125);
    }
    int status;
    waitpid(command, &status, 0);
    ptrace(PTRACE_SETOPTIONS, command, 0,
           (long)(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC));
    // The exec that starts the command is not its own call.
    ptrace(PTRACE_CONT, command, 0, 0);
    waitpid(command, &status, 0);
    ptrace(PTRACE_SYSCALL, command, 0, 0);
    return follow(words[4]);
}
