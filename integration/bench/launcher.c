// Runs commands and says what each cost: the measuring process must be small, so that
// neither its fork nor its own resident pages are charged to what it measures.
//
// launcher LOG: reads one request a line on stdin, answers one line on stdout.
// Request: fields separated by US (0x1f): a time limit in milliseconds, then the words of
// the first command; RS (0x1e) as a word starts the next command. Leading NAME=VALUE words
// of a command are added to its environment. The sequence stops at the first failure.
// Answer: "nanoseconds peak-RSS-in-KiB status\n"; status is an exit code, 128 + the signal
// that ended the command, or 124 where the time limit did.
//
// posix_spawn is a vfork: the child borrows the launcher's address space until its exec, so
// ru_maxrss, which starts at what it was before the exec, starts at this small program's. The launcher is
// a subreaper, as a container's shim is: what a runtime leaves behind is reaped here.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_WORDS = 256, MAX_LINE = 65536, MAX_ENVIRONMENT = 16 };

static volatile pid_t measured;
static volatile sig_atomic_t expired;
static posix_spawn_file_actions_t standardStreams;

static void expire(int signal)
{
    (void)signal;
    expired = 1;
    if (measured > 0)
        kill(measured, SIGKILL);
}

static long long now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

// Splits leading NAME=VALUE words off the command.
static char **environmentOf(char **words, char **environment)
{
    int count = 0;
    environment[count++] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    environment[count++] = "HOME=/root";
    while (*words && strchr(*words, '=') && **words != '-' && count < MAX_ENVIRONMENT)
        environment[count++] = *words++;
    environment[count] = NULL;
    return words;
}

static int run(char **words, long *peak)
{
    char *environment[MAX_ENVIRONMENT + 1];
    char **command = environmentOf(words, environment);
    pid_t child;
    if (posix_spawn(&child, command[0], &standardStreams, NULL, command, environment) != 0)
        return 127;
    measured = child;
    if (expired)
        kill(child, SIGKILL);
    int status = 0;
    struct rusage usage = {0};
    pid_t ended;
    do
        ended = wait4(-1, &status, 0, &usage);
    while (ended != child && (ended > 0 || errno == EINTR));
    measured = 0;
    if (usage.ru_maxrss > *peak)
        *peak = usage.ru_maxrss;
    if (expired)
        return 124;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void sequence(char **words, long milliseconds)
{
    struct itimerval limit = {.it_value = {milliseconds / 1000, milliseconds % 1000 * 1000}};
    struct itimerval off = {0};
    expired = 0;
    setitimer(ITIMER_REAL, &limit, NULL);
    long peak = 0;
    int status = 0;
    long long start = now();
    while (*words && status == 0) {
        char **next = words;
        while (*next && strcmp(*next, "\x1e") != 0)
            next++;
        char **following = *next ? next + 1 : next;
        *next = NULL;
        status = run(words, &peak);
        words = following;
    }
    long long took = now() - start;
    setitimer(ITIMER_REAL, &off, NULL);
    while (waitpid(-1, NULL, WNOHANG) > 0)
        ;
    printf("%lld %ld %d\n", took, peak, status);
    fflush(stdout);
}

int main(int count, char **arguments)
{
    static char line[MAX_LINE];
    if (count != 2)
        return 2;
    int logFile = open(arguments[1], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (logFile < 0 || nothing < 0 || prctl(PR_SET_CHILD_SUBREAPER, 1) != 0)
        return 2;
    posix_spawn_file_actions_init(&standardStreams);
    posix_spawn_file_actions_adddup2(&standardStreams, nothing, 0);
    posix_spawn_file_actions_adddup2(&standardStreams, logFile, 1);
    posix_spawn_file_actions_adddup2(&standardStreams, logFile, 2);
    struct sigaction action = {.sa_handler = expire};
    sigaction(SIGALRM, &action, NULL);
    while (fgets(line, sizeof line, stdin)) {
        char *words[MAX_WORDS + 1];
        int length = 0;
        line[strcspn(line, "\n")] = '\0';
        char *rest = line;
        char *word;
        while (length < MAX_WORDS && (word = strsep(&rest, "\x1f")))
            words[length++] = word;
        words[length] = NULL;
        if (ftruncate(logFile, 0) != 0 || length < 2)
            return 2;
        sequence(words + 1, atol(words[0]));
    }
    return 0;
}
