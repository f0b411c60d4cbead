#!/usr/bin/env bash
# Runs every check of the project, the cheapest first; sets the machine up first
# if needed. The WGSL kernels run on lavapipe, so no graphics card is involved.
#
#   COLLAPSE_DATA=/folder/with/data/sets scripts/test.sh
#
# COLLAPSE_DATA is optional: without it the tests on real data say that they
# were skipped. VK_DRIVER_FILES, when set, replaces lavapipe by that driver.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
if [[ -n ${COLLAPSE_DATA:-} ]]; then
    # Made absolute here, because the tests run in another folder.
    COLLAPSE_DATA=$(cd "$COLLAPSE_DATA" 2>/dev/null && pwd) || {
        echo "COLLAPSE_DATA does not name a folder that can be opened." >&2
        exit 1
    }
    export COLLAPSE_DATA
fi
cd "$root"
# shellcheck source=scripts/setup.sh
source scripts/setup.sh

current=
stages=0

clock() { printf '%d min %02d s' $(($1 / 60)) $(($1 % 60)); }

# stage TITLE COMMAND...: a heading, the command, the time it took.
stage() {
    local title=$1 start=$SECONDS
    shift
    current=$title
    stages=$((stages + 1))
    printf '\n=== %s (%s so far): %s\n' "$title" "$(clock "$SECONDS")" "$*"
    "$@"
    printf -- '--- %s passed in %s\n' "$title" "$(clock $((SECONDS - start)))"
    current=
}

report() {
    local status=$?
    if ((status != 0)); then
        printf '\nFAILED%s after %s.\n' "${current:+ in stage \"$current\"}" "$(clock "$SECONDS")"
    fi
}
trap report EXIT

use_lavapipe() {
    local manifest
    if [[ -n ${VK_DRIVER_FILES:-} ]]; then
        echo "Vulkan driver, as VK_DRIVER_FILES says: $VK_DRIVER_FILES"
        return
    fi
    if ! manifest=$(find_lavapipe); then
        echo "No lavapipe driver: the WGSL tests need /usr/share/vulkan/icd.d/lvp_icd.*.json, which mesa-vulkan-drivers (on Arch vulkan-swrast) brings." >&2
        exit 1
    fi
    # Loaders before 1.3.207 know only the second name.
    export VK_DRIVER_FILES=$manifest VK_ICD_FILENAMES=$manifest
    echo "Vulkan driver: $manifest"
}

stage 'set-up' setup test
use_lavapipe
# Without this wgpu also opens EGL, which prints warnings where there is no screen.
export WGPU_BACKEND=${WGPU_BACKEND:-vulkan}
if [[ -n ${COLLAPSE_DATA:-} ]]; then
    echo "Real data: $COLLAPSE_DATA"
else
    echo "Real data: COLLAPSE_DATA is not set, the tests that need it will say SKIPPED"
fi

stage 'format' cargo fmt --all --check
stage 'lints' cargo clippy --locked --all-targets -- -D warnings
stage 'documentation' env RUSTDOCFLAGS='-D warnings' cargo doc --locked --no-deps
stage 'tests' cargo test --locked

printf '\nAll %d stages passed in %s.\n' "$stages" "$(clock "$SECONDS")"
