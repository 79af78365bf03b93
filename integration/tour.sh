# shellcheck shell=sh
# What a container without a terminal does in `make run`: shows what it can see of the machine.
echo "I am process $$ of $(hostname), user $(id -un). Every process that I see:"
ps
echo
echo "My mounts:"
cut -d' ' -f1-4 /proc/mounts
echo
echo "My limits:"
grep -E 'CapEff|NoNewPrivs|Seccomp:' /proc/self/status
# shellcheck disable=SC3045  # busybox has it
printf 'open files:\t%s\n' "$(ulimit -n)"
printf 'cgroup:\t\t%s\n' "$(tail -n 1 /proc/self/cgroup)"
echo
touch /x 2>&1 || echo "(the root file system is read-only, as config.json asks)"
