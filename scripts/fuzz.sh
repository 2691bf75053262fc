#!/usr/bin/env bash
# Fuzzes everything that decodes bytes, and the rules against exact arithmetic: FUZZ_SECONDS (60) for each target.
#
#   scripts/fuzz.sh                  all targets
#   scripts/fuzz.sh messages types   these
#
# The engine is libFuzzer, by cargo-fuzz, on the project's own toolchain: the stable compiler has the coverage flags,
# and no sanitizer is needed because no crate has unsafe code. The corpus is kept in the cache. An input that breaks
# something is left there too, and its path is printed.
set -euo pipefail

cd "$(dirname "$0")/.."
version=0.12.0
seconds="${FUZZ_SECONDS:-60}"
cache="${ATOMIC_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/atomic-obligation}"
tools="$cache/tools"
kept="$cache/fuzz"
targets=("$@")
[ "${#targets[@]}" -gt 0 ] || targets=(messages types amounts ledger rpc)

say() { printf '\033[1m[fuzz]\033[0m %s\n' "$*"; }

if [ "$("$tools/bin/cargo-fuzz" --version 2>/dev/null)" != "cargo-fuzz $version" ]; then
    say "installing cargo-fuzz $version (about two minutes, once)"
    cargo install cargo-fuzz --version "$version" --locked --root "$tools" --target-dir "$cache/target-tools"
fi
export PATH="$tools/bin:$PATH" RUSTC_BOOTSTRAP=1
cargo metadata --manifest-path fuzz/Cargo.toml --locked --format-version 1 >/dev/null

for target in "${targets[@]}"; do
    say "$target, for $seconds seconds"
    mkdir -p "$kept/$target" "$kept/found"
    cargo fuzz run --sanitizer none --target-dir "$cache/target-fuzz" "$target" "$kept/$target" -- \
        -max_total_time="$seconds" -max_len=4096 -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 \
        -artifact_prefix="$kept/found/$target-" 2>&1 |
        grep --line-buffered -E '^(stat::number_of_executed|stat::average|#[0-9]+\s+DONE|Failing|==|thread |SUMMARY|artifact|error|warning: unused)|panicked|Test unit written'
done
say "nothing found"
