#!/usr/bin/env bash
# release/ holds the three `.contract` files of the present version, for people who only want to deploy. They change with the
# version, and only then.
#
#   scripts/release.sh sources      prints a hash of each file that the contracts are made from
#   scripts/release.sh same         whether these files are those that release/ was made from
#   scripts/release.sh make         makes release/ anew, from a build of the contracts
set -euo pipefail
export LC_ALL=C
cd "$(dirname "$0")/.."

# The contracts' own folders and those of the crates they share, without tests that have folders of their own; and what these
# crates inherit from the project's manifest.
sources() {
    {
        find rules interfaces documented reputation obligation market \( -name target -o -name tests \) -prune -o \
            -type f \( -name '*.rs' -o -name Cargo.toml \) -print
        printf '%s\n' {reputation,obligation,market}/Cargo.lock rust-toolchain.toml scripts/rustc-wrapper.sh
    } | sort | xargs sha256sum
    inherited | sha256sum | sed 's/-$/Cargo.toml/'
}

inherited() {
    local names
    names=$(sed -n 's/^\([a-z-]*\)\(\.\| = { \)workspace = true.*/\1/p' {rules,interfaces,documented}/Cargo.toml | sort -u)
    awk -v names="$names" '
        BEGIN { split(names, list, "\n"); for (i in list) inherits[list[i]] = 1 }
        /^\[/ { section = $1 }
        section ~ /^\[workspace\.(package|lints)/ || (section == "[workspace.dependencies]" && $1 in inherits)
    ' Cargo.toml
}

make_release() {
    make --no-print-directory build OUT=release
    sources > release/sources.sha256
    (cd release && sha256sum ./*.contract > contracts.sha256)
    rustc -vV > release/rustc.txt
}

case "${1:-}" in
    sources) sources ;;
    same) [ -e release/sources.sha256 ] && diff <(sources) release/sources.sha256 > /dev/null ;;
    make) make_release ;;
    *)
        echo "sources, same or make?" >&2
        exit 2
        ;;
esac
