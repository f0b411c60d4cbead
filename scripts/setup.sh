#!/usr/bin/env bash
# Gets a fresh machine ready: finds what the program or its tests need and the
# machine lacks, says what it will install and by which command, installs that
# and nothing else. With nothing missing it changes nothing and needs no network.
#
#   bash scripts/setup.sh          what building and running needs
#   bash scripts/setup.sh test     that, and what the tests need
#
# run.sh and test.sh source this file and call `setup`, because the search for
# cargo may have to extend their PATH. COLLAPSE_NO_SETUP=1 skips the search for
# system packages, for systems that keep their libraries in unusual places.

setup_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# One requirement a line: check | apt | dnf | pacman | what it is for.
# What counts is the file the program will open, not the name of the package
# that brought it, so a driver from elsewhere satisfies the check as well.
setup_needs_run='
linker              | gcc libc6-dev        | gcc glibc-devel      | gcc               | a C compiler, which Rust uses to link
certificates        | ca-certificates      | ca-certificates      | ca-certificates   | the certificates cargo trusts when it downloads crates
lib:libvulkan.so.1  | libvulkan1           | vulkan-loader        | vulkan-icd-loader | the Vulkan loader
vulkan-driver       | mesa-vulkan-drivers  | mesa-vulkan-drivers  | vulkan-swrast     | a Vulkan driver
lib:libGL.so.1      | libgl1               | libglvnd-glx         | libglvnd          | OpenGL
lib:libEGL.so.1     | libegl1              | libglvnd-egl         | libglvnd          | OpenGL without X (EGL)
gl-driver           | libgl1-mesa-dri      | mesa-dri-drivers     | mesa              | an OpenGL driver
egl-vendor          | libegl-mesa0         | mesa-libEGL          | mesa              | the EGL driver entry
lib:libX11.so.6     | libx11-6             | libX11               | libx11            | X11 windows
lib:libX11-xcb.so.1 | libx11-xcb1          | libX11-xcb           | libx11            | X11 windows
lib:libXcursor.so.1 | libxcursor1          | libXcursor           | libxcursor        | X11 pointers
lib:libXi.so.6      | libxi6               | libXi                | libxi             | X11 input
lib:libxkbcommon.so.0     | libxkbcommon0      | libxkbcommon      | libxkbcommon     | the keyboard
lib:libxkbcommon-x11.so.0 | libxkbcommon-x11-0 | libxkbcommon-x11  | libxkbcommon-x11 | the keyboard under X11
lib:libwayland-client.so.0 | libwayland-client0 | libwayland-client | wayland         | Wayland windows
lib:libwayland-egl.so.1   | libwayland-egl1    | libwayland-egl    | wayland          | OpenGL in Wayland windows
'
setup_needs_test='
lavapipe            | mesa-vulkan-drivers  | mesa-vulkan-drivers    | vulkan-swrast        | lavapipe, the Vulkan driver that needs no graphics card
cmd:Xvfb            | xvfb                 | xorg-x11-server-Xvfb   | xorg-server-xvfb     | an X server without a screen
cmd:xauth           | xauth                | xorg-x11-xauth         | xorg-xauth           | access to that X server
cmd:xdotool         | xdotool              | xdotool                | xdotool              | mouse and keyboard events for window tests
'

setup_say() { printf 'set-up: %s\n' "$*" >&2; }

# Prints its sentence and fails; callers write `setup_fail "..." || return`.
setup_fail() {
    printf 'set-up failed: %s\n' "$*" >&2
    return 1
}

setup_trim() {
    local text=$1
    text=${text#"${text%%[![:space:]]*}"}
    printf '%s' "${text%"${text##*[![:space:]]}"}"
}

# True when one of the patterns, expanded, names an existing file.
setup_any_file() {
    local file
    for file in "$@"; do
        [[ -e $file ]] && return 0
    done
    return 1
}

# The dynamic loader's list of libraries. Users' PATH often lacks /sbin.
setup_ldconfig() { PATH=$PATH:/usr/sbin:/sbin ldconfig -p 2>/dev/null; }

# Prints the lavapipe manifest for this machine's processor, or fails.
find_lavapipe() {
    local folder name
    for folder in /usr/share /usr/local/share /etc; do
        for name in "lvp_icd.$(uname -m).json" lvp_icd.json; do
            if [[ -r $folder/vulkan/icd.d/$name ]]; then
                printf '%s\n' "$folder/vulkan/icd.d/$name"
                return 0
            fi
        done
    done
    return 1
}

# True when the requirement named by its check is there.
setup_has() {
    case $1 in
        # Linking a program proves the compiler, the linker and the C library's
        # start-up files at once; a distribution may ship them separately.
        linker) printf 'int main(void) { return 0; }\n' | cc -x c - -o /dev/null 2>/dev/null ;;
        certificates)
            setup_any_file "${SSL_CERT_FILE:-/nonexistent}" /etc/ssl/certs/ca-certificates.crt \
                /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/cert.pem /etc/ssl/ca-bundle.pem
            ;;
        vulkan-driver)
            [[ -n ${VK_DRIVER_FILES:-}${VK_ICD_FILENAMES:-} ]] ||
                setup_any_file /{usr/share,usr/local/share,etc}/vulkan/icd.d/*.json
            ;;
        lavapipe) find_lavapipe >/dev/null ;;
        # Mesa before 24.2 has one file per driver, later ones a single library.
        gl-driver)
            setup_any_file /usr/lib{,64}{,/*}/dri/{swrast,zink}_dri.so ||
                grep -qE 'lib(gallium-|GLX_nvidia\.so)' <<<"$setup_libraries"
            ;;
        egl-vendor) setup_any_file /{usr/share,etc}/glvnd/egl_vendor.d/*.json ;;
        lib:*) grep -qF "	${1#lib:} " <<<"$setup_libraries" ;;
        cmd:*) command -v "${1#cmd:}" >/dev/null ;;
        *) return 1 ;;
    esac
}

# Finds cargo, extends PATH by ~/.cargo/bin where that is what it takes, and
# compares its version with the one Cargo.toml asks for.
setup_cargo() {
    local wanted version major minor
    wanted=$(sed -n 's/^rust-version *= *"\([0-9]*\.[0-9]*\).*/\1/p' "$setup_root/Cargo.toml")
    if ! command -v cargo >/dev/null; then
        PATH=${CARGO_HOME:-${HOME:-/root}/.cargo}/bin:$PATH
        export PATH
        command -v cargo >/dev/null ||
            setup_fail "cargo was not found on PATH or in ~/.cargo/bin; install Rust $wanted or newer from https://rustup.rs." || return
    fi
    version=$(cd "$setup_root" && cargo --version 2>/dev/null) ||
        setup_fail "cargo does not start; run 'cargo --version' to see why." || return
    version=${version#cargo }
    IFS=. read -r major minor _ <<<"$version"
    if ! [[ $major =~ ^[0-9]+$ && $minor =~ ^[0-9]+$ ]]; then
        setup_fail "cargo reports the version '$version', which cannot be read as a number." || return
    fi
    if ((major < ${wanted%.*} || (major == ${wanted%.*} && minor < ${wanted#*.}))); then
        setup_fail "cargo ${version%% *} is too old: this program needs $wanted or newer; run 'rustup update stable'." || return
    fi
}

# The lints and the format check come as toolchain components.
setup_components() {
    local component
    for component in fmt clippy; do
        (cd "$setup_root" && cargo "$component" --version >/dev/null 2>&1) ||
            setup_fail "cargo $component was not found; run 'rustup component add rustfmt clippy' (or install your distribution's package)." || return
    done
}

# Prints the column of the package table that belongs to this system.
setup_manager() {
    if command -v apt-get >/dev/null; then
        echo apt
    elif command -v dnf >/dev/null; then
        echo dnf
    elif command -v pacman >/dev/null; then
        echo pacman
    else
        echo none
    fi
}

# Collects what is missing into setup_missing (sentences) and setup_packages.
setup_look() {
    local manager=$1 needs=$2 check apt dnf pacman what packages package
    setup_missing=() setup_packages=()
    setup_libraries=$(setup_ldconfig) || setup_libraries=
    while IFS='|' read -r check apt dnf pacman what; do
        check=$(setup_trim "$check")
        if [[ -z $check ]] || setup_has "$check"; then
            continue
        fi
        case $manager in
            apt) packages=$apt ;;
            dnf) packages=$dnf ;;
            pacman) packages=$pacman ;;
            *) packages= ;;
        esac
        packages=$(setup_trim "$packages")
        what=$(setup_trim "$what")
        # Name the exact file or command where the check is for one.
        [[ $check != *:* ]] || what+=" (${check#*:})"
        setup_missing+=("$what${packages:+: $packages}")
        for package in $packages; do
            [[ " ${setup_packages[*]} " == *" $package "* ]] || setup_packages+=("$package")
        done
    done <<<"$needs"
}

# Installs the given packages with the given manager, after printing how.
setup_install() {
    local manager=$1 line sudo=()
    shift
    local refresh=() install=()
    case $manager in
        apt)
            refresh=(apt-get update)
            install=(env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "$@")
            ;;
        dnf) install=(dnf install --assumeyes --setopt=install_weak_deps=False "$@") ;;
        pacman)
            install=(pacman -S --needed --noconfirm "$@")
            # A fresh container has no package lists at all; on any other
            # system a refresh without an upgrade would be a partial upgrade.
            setup_any_file /var/lib/pacman/sync/*.db || refresh=(pacman -Sy)
            ;;
        *) setup_fail "this system has no apt-get, dnf or pacman; install the above by hand, or set COLLAPSE_NO_SETUP=1 if it is there, then start again." || return ;;
    esac
    if ((EUID != 0)) && command -v sudo >/dev/null; then
        sudo=(sudo)
    fi
    line="${sudo[*]}${sudo:+ }${install[*]}"
    [[ -z ${refresh[*]} ]] || line="${sudo[*]}${sudo:+ }${refresh[*]} && $line"
    if ((EUID != 0)) && [[ -z ${sudo[*]} ]]; then
        setup_say "this needs root, and there is no sudo. As root, run:"
        printf '  %s\n' "$line" >&2
        return 1
    fi
    setup_say "installing with this command:"
    printf '  %s\n' "$line" >&2
    # A third-party source that fails to refresh need not stop the install.
    if [[ -n ${refresh[*]} ]] && ! "${sudo[@]}" "${refresh[@]}" >&2; then
        setup_say "'${refresh[*]}' failed; trying the package lists already here."
    fi
    "${sudo[@]}" "${install[@]}" >&2 ||
        setup_fail "the command above did not succeed; once it works by hand, start again." || return
}

# setup [test]: returns 0 when everything needed is in place.
setup() {
    local purpose=${1:-run} needs=$setup_needs_run manager line
    case $purpose in
        run) ;;
        test) needs+=$setup_needs_test ;;
        *) setup_fail "'$purpose' is not a purpose; use 'run' or 'test'." || return ;;
    esac
    setup_cargo || return
    [[ $purpose != test ]] || setup_components || return
    if [[ $(uname -s) != Linux ]]; then
        setup_say "system packages are only checked on Linux."
        return 0
    fi
    if [[ -n ${COLLAPSE_NO_SETUP:-} ]]; then
        setup_say "COLLAPSE_NO_SETUP is set: system packages are not checked."
        return 0
    fi
    manager=$(setup_manager)
    setup_look "$manager" "$needs"
    if ((${#setup_missing[@]} == 0)); then
        setup_say "nothing is missing."
        return 0
    fi
    setup_say "this machine lacks:"
    for line in "${setup_missing[@]}"; do
        printf '  - %s\n' "$line" >&2
    done
    setup_install "$manager" "${setup_packages[@]}" || return
    setup_look "$manager" "$needs"
    if ((${#setup_missing[@]} > 0)); then
        line=$(printf '; %s' "${setup_missing[@]}")
        setup_fail "still missing after the installation: ${line#; }." || return
    fi
    setup_say "done."
}

if [[ ${BASH_SOURCE[0]} == "$0" ]]; then
    set -euo pipefail
    setup "$@"
fi
