#!/usr/bin/env bash
# Makes the pinned Rust toolchain available to rustup, and says what it does.
#
# The version comes from rust-toolchain.toml. With the open internet rustup downloads it. Where rustup cannot, Debian
# (bookworm) ships the same compiler: its packages are unpacked beside the system's own Rust, never over it, and linked
# into rustup's folder, so that rust-toolchain.toml works unchanged. A second run finds everything and does nothing.
set -euo pipefail

cd "$(dirname "$0")/.."
version=$(sed -n 's/^channel *= *"\(.*\)"/\1/p' rust-toolchain.toml)
host=x86_64-unknown-linux-gnu
toolchain="${RUSTUP_HOME:-$HOME/.rustup}/toolchains/$version-$host"
cache="${ATOMIC_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/atomic-obligation}"
unpacked="$cache/rust-$version"
debian_version=1.85.0+dfsg3-1~deb12u3

say() { printf '\033[1m[toolchain]\033[0m %s\n' "$*"; }
fail() { printf '\033[1m[toolchain]\033[0m %s\n' "$@" >&2; exit 1; }

# Everything contract-build and `make lint` need: compiler, standard library source, linker, clippy, rustfmt.
complete() {
    local root
    root=$("$toolchain/bin/rustc" --print sysroot 2>/dev/null) || return 1
    "$toolchain/bin/cargo" --version >/dev/null 2>&1 &&
        "$toolchain/bin/cargo-clippy" --version >/dev/null 2>&1 &&
        "$toolchain/bin/rustfmt" --version >/dev/null 2>&1 &&
        [ -e "$root/lib/rustlib/src/rust/library/core/Cargo.toml" ]
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif command -v sudo >/dev/null; then sudo "$@"
    else fail "this needs root and there is no sudo; run it yourself, then start again:" "    $*"
    fi
}

need() { # need PROGRAM PACKAGE
    command -v "$1" >/dev/null && return
    fail "\`$1\` is missing. Install it and start again:" "    sudo apt-get install -y $2"
}

need cc build-essential
need c++ build-essential
need make build-essential
command -v rustup >/dev/null ||
    fail "\`rustup\` is missing. Install it and start again:" "    sudo apt-get install -y rustup    (or see the Rust website)"

if complete; then
    exit 0
fi

say "Rust $version is not here yet: asking rustup for it"
if timeout 600 rustup toolchain install "$version" --profile minimal \
    --component rust-src --component clippy --component rustfmt --no-self-update >"${TMPDIR:-/tmp}/atomic-rustup.log" 2>&1 && complete; then
    say "rustup installed Rust $version"
    exit 0
fi

say "rustup cannot download it; Debian ships the same compiler, taking that"
command -v apt-get >/dev/null && command -v dpkg >/dev/null ||
    fail "neither rustup nor Debian's packages can provide Rust $version here. With internet access, run:" \
         "    rustup toolchain install $version --component rust-src --component clippy --component rustfmt"
[ "$(uname -m)" = x86_64 ] || fail "the Debian route is tried on x86_64 only; use: rustup toolchain install $version"

apt-cache policy rustc-web 2>/dev/null | grep -qF "$debian_version" && apt-cache policy lld-19 2>/dev/null | grep -q 'Candidate: 1:19' || {
    say "refreshing the package lists"
    as_root apt-get update -q >/dev/null
}
# Libraries the compiler and cargo load, and LLVM 19's lld: a linker of another LLVM emits instructions the chain refuses.
missing=()
for package in libllvm19 libpcre3 libhttp-parser2.9 libcurl4 libsqlite3-0 libssh2-1 lld-19; do
    dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package")
done
if [ "${#missing[@]}" -gt 0 ]; then
    say "installing ${missing[*]}"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}" >/dev/null
fi

say "unpacking Debian's compiler $debian_version into the build cache"
rm -rf "$unpacked" "$unpacked.part"
mkdir -p "$unpacked.part"
(
    cd "$unpacked.part"
    for package in rustc-web cargo-web rust-web-src libstd-rust-web-dev rust-web-clippy rustfmt-web libstd-rust-web-1.85; do
        apt-get download -q "$package=$debian_version" >/dev/null 2>&1 ||
            fail "Debian no longer offers $package=$debian_version. With internet access, run:" "    rustup toolchain install $version"
    done
    for file in *.deb; do dpkg -x "$file" .; done
    rm -f -- *.deb
)
mv "$unpacked.part" "$unpacked"

say "linking it into rustup's folder"
rm -rf "$toolchain"
mkdir -p "$toolchain/bin"
ln -s "$unpacked/usr/lib" "$toolchain/lib"
for tool in rustc cargo rustdoc cargo-clippy clippy-driver rustfmt cargo-fmt; do
    program=$(find "$unpacked/usr" \( -type f -o -type l \) -path '*bin/*' -name "$tool" | sort | head -n 1)
    [ -n "$program" ] || program=$(find "$unpacked/usr" \( -type f -o -type l \) -path '*bin/*' -name "$tool-*" | sort | head -n 1)
    [ -n "$program" ] || fail "Debian's packages hold no \`$tool\`"
    printf '#!/bin/sh\nLD_LIBRARY_PATH="%s/usr/lib/x86_64-linux-gnu${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" exec "%s" "$@"\n' \
        "$unpacked" "$program" >"$toolchain/bin/$tool"
    chmod +x "$toolchain/bin/$tool"
done
mkdir -p "$unpacked/usr/lib/rustlib/$host/bin"
ln -sf /usr/lib/llvm-19/bin/lld "$unpacked/usr/lib/rustlib/$host/bin/rust-lld"
complete || fail "the unpacked toolchain does not work; $toolchain/bin/rustc says:" "$("$toolchain/bin/rustc" --version 2>&1)"
say "Rust $version is ready ($("$toolchain/bin/rustc" --version))"
