#!/usr/bin/env bash
# Mutation testing: changes the code a little, thousands of times, and asks the tests whether they notice.
#
#   scripts/mutants.sh              every crate, by its own tests
#   MUTANTS=rules scripts/mutants.sh            one crate: rules, interfaces, reputation, obligation or market
#   SHARD=0/20 scripts/mutants.sh               a twentieth of them
#   CHAIN=1 scripts/mutants.sh                  what only the embedded chain can judge: about two minutes per mutant
#
# Each crate is judged by its own tests, in a copy of what is committed or staged, with build results of its own. Exits with 2 if a
# mutant survives (cargo-mutants' code), and lists survivors in $OUT/CRATE/mutants.out/missed.txt.
set -euo pipefail

cd "$(dirname "$0")/.."
version=25.3.1
cache="${ATOMIC_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/atomic-obligation}"
tools="$cache/tools"
out="${OUT:-$cache/mutants}"
read -r -a crates <<<"${MUTANTS:-rules interfaces reputation obligation market}"

say() { printf '\033[1m[mutants]\033[0m %s\n' "$*"; }

if [ "$("$tools/bin/cargo-mutants" mutants --version 2>/dev/null)" != "cargo-mutants $version" ]; then
    say "installing cargo-mutants $version (about three minutes, once)"
    cargo install cargo-mutants --version "$version" --locked --root "$tools" --target-dir "$cache/target-tools"
fi
export PATH="$tools/bin:$PATH" CARGO_TARGET_DIR="$cache/target-mutants"

# cargo-mutants changes what lies in the folder of a package, and the contracts' packages for tests lie in units/, away from their
# sources. In this copy they lie beside them.
copy="$cache/mutants-sources"
rm -rf "$copy"
mkdir -p "$copy"
git ls-files -z | xargs -0 cp --parents -t "$copy"
for contract in reputation obligation market; do
    sed "s|path = \"../../$contract/lib.rs\"|path = \"lib.rs\"|" "units/$contract/Cargo.toml" > "$copy/$contract/Cargo.toml"
    rm -r "$copy/$contract/Cargo.lock" "$copy/units/$contract"
done
sed -i 's|"units/\*"|"reputation", "obligation", "market"|; s|exclude = \["reputation", "obligation", "market", |exclude = [|' "$copy/Cargo.toml"
cd "$copy"
# One failing case is enough, and failing cases are not kept.
export PROPTEST_MAX_SHRINK_ITERS=0 PROPTEST_DISABLE_FAILURE_PERSISTENCE=1

if [ -n "${CHAIN:-}" ]; then
    say "code that calls other contracts, judged on the embedded chain (results in $out/chain)"
    mkdir -p "$out/chain"
    # Its own cache, so that no mutant is ever taken for a contract.
    export ATOMIC_CACHE="$cache/mutants-chain"
    # Parts of the story that tell of other things, and take long.
    others=(docs economics hostile_bytes metadata simulator weights)
    exec cargo mutants --config e2e-tests/mutants.toml --output "$out/chain" ${SHARD:+--shard "$SHARD"} \
        -- --locked --lib --test=refusals --test=stories --test=histories -- $(printf -- '--skip %s:: ' "${others[@]}")
fi

missed=0
for crate in "${crates[@]}"; do
    say "$crate: its mutants, judged by its tests (results in $out/$crate)"
    mkdir -p "$out/$crate"
    cargo mutants --package "$crate" --output "$out/$crate" ${SHARD:+--shard "$SHARD"} -- --locked || missed=$?
done
exit "$missed"
