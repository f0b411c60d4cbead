#!/usr/bin/env bash
# Builds the program and opens its window; sets the machine up first if needed.
#
#   scripts/run.sh                  the window
#   scripts/run.sh devices          any command of the program, window or not
#
# With no display to open a window on, it runs the headless demonstration on
# the built-in digits instead and leaves the figures in out/.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=scripts/setup.sh
source "$root/scripts/setup.sh"

# True when the X display named by DISPLAY can be reached.
x_answers() {
    local display=${DISPLAY:-} host number probe
    [[ -n $display ]] || return 1
    # A client, where there is one, gives the only full answer.
    for probe in 'xset q' xdpyinfo; do
        if command -v "${probe%% *}" >/dev/null; then
            # shellcheck disable=SC2086
            timeout 5 $probe >/dev/null 2>&1
            return
        fi
    done
    host=${display%:*}
    number=${display##*:}
    number=${number%%.*}
    [[ $number =~ ^[0-9]+$ ]] || return 1
    case $host in
        '' | unix | */unix)
            [[ -S /tmp/.X11-unix/X$number ]] ||
                grep -q "@/tmp/.X11-unix/X$number\$" /proc/net/unix 2>/dev/null
            ;;
        *) timeout 5 bash -c "exec 3<>/dev/tcp/$host/$((6000 + number))" 2>/dev/null ;;
    esac
}

wayland_answers() {
    local name=${WAYLAND_DISPLAY:-}
    [[ -n $name ]] || return 1
    [[ $name == /* ]] || name=${XDG_RUNTIME_DIR:-/nonexistent}/$name
    [[ -S $name ]]
}

# Only Linux and the BSDs say by these variables whether there is a screen.
has_display() {
    [[ $(uname -s) == Darwin ]] || wayland_answers || x_answers
}

program() {
    exec cargo run --release --locked --quiet --manifest-path "$root/Cargo.toml" -- "$@"
}

setup run
cargo build --release --locked --manifest-path "$root/Cargo.toml"

if has_display || [[ ${1:-} =~ ^[a-z] || " $* " =~ \ (--help|-h|--version|-V)\  ]]; then
    program "$@"
fi
echo "There is no display, so no window: running the headless demonstration on the built-in digits; its figures go to $root/out.${*:+ Not used: $*}" >&2
program demo --out "$root/out"
