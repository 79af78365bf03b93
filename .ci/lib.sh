# shellcheck shell=bash
# What the scripts of .ci/ and integration/ share. Source it; it changes to the top of the checkout.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Debian packages by what they are for.
# shellcheck disable=SC2034  # used by the scripts that source this file
{
    swift_packages=(libcurl4 libncurses6 libsqlite3-0 libxml2)
    build_packages=(libseccomp-dev libcap-dev zlib1g-dev pkg-config g++ git)
    run_packages=(busybox-static)
    lint_packages=(shellcheck)
    gate_packages=(binutils python3-venv)
    test_packages=(bats jq strace busybox-static gcc libc6-dev libcap2-bin procps psmisc util-linux python3 runc crun xxd)
    bench_packages=(gcc libc6-dev python3 util-linux busybox-static)
    shim_bench_packages=(conmon containerd)
    binary=.build/release/runc-swift
    shim=.build/release/shim
}

die() {
    printf '%s\n' "$*" >&2
    exit 1
}

# Runs a command as root, without ever asking for a password.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        sudo -n "$@"
    fi
}

can_be_root() {
    [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null
}

missing_packages() {
    local package
    for package; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || printf '%s\n' "$package"
    done
}

# Installs what is missing of the named packages, or says in one sentence what the user has to install.
need_packages() {
    local missing
    mapfile -t missing < <(missing_packages "$@")
    [ ${#missing[@]} -gt 0 ] || return 0
    command -v apt-get >/dev/null ||
        die "Please install these (Debian's names): ${missing[*]}; this is not a Debian system, so it is not done for you."
    can_be_root ||
        die "Please run: apt-get install ${missing[*]} (as root; there is no sudo here that works without a password)."
    printf 'Installing %s\n' "${missing[*]}"
    install_packages "${missing[@]}" 2>/dev/null ||
        { as_root apt-get -qq update && install_packages "${missing[@]}"; } ||
        die "apt-get could not install: ${missing[*]}."
}

install_packages() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install "$@" >/dev/null
}

# Puts a Swift 6.3 or later in PATH: the one that is there, else one from the usual places. One that does not start
# lacks the libraries that swift.org names, and gets them.
find_swift() {
    look_for_swift && return
    if [ "$swift_is_broken" = yes ]; then
        need_packages "${swift_packages[@]}"
        look_for_swift && return
    fi
    die "Swift 6.3 or later was not found in PATH or the usual places: install it from swift.org/install and run this again."
}

look_for_swift() {
    local folder version
    swift_is_broken=no
    for folder in "" /opt/swift/usr/bin/ /opt/swift*/usr/bin/ ~/.local/share/swiftly/bin/ ~/.local/share/swiftly/toolchains/*/usr/bin/ \
        /usr/local/swift/usr/bin/ /usr/local/bin/ /usr/libexec/swift/*/bin/ /usr/libexec/swift/bin/; do
        command -v "${folder}swift" >/dev/null || continue
        version=$("${folder}swift" --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -1) || true
        [ -n "$version" ] || swift_is_broken=yes
        [ "$(printf '6.3\n%s\n' "${version:-0}" | sort -V | head -1)" = 6.3 ] || continue
        [ -z "$folder" ] || export PATH=$folder:$PATH
        return 0
    done
    return 1
}

# The release executables, and beside them the compiler's own report of what each module loaded (.ci/layers reads it).
build_release() {
    local product
    forget_old_headers
    for product in runc-swift shim; do
        swift build -c release --product "$product" -Xswiftc -emit-loaded-module-trace
    done
}

# clang does not see that a header has come to an umbrella folder: its module cache goes by the files it read before.
forget_old_headers() {
    mkdir -p .build
    if [ -n "$(find Sources/*/include -type d -newer .build/headers 2>/dev/null)" ]; then
        find .build -maxdepth 3 -name ModuleCache -exec rm -rf {} +
    fi
    touch .build/headers
}
