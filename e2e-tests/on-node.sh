#!/usr/bin/env bash
# Tests on the node at $URL: docs/deploy.md with cargo contract, docs/polkadot-js.md with the library of the Polkadot.js UI,
# dedot's LegacyClient, and the atomic command. Tests whose tools are missing are skipped, and named at the end. `scripts/node.sh
# with` starts the node.
set -euo pipefail
cd "$(dirname "$0")/.."
: "${URL:?the node to test on, such as ws://127.0.0.1:9944}"
cache="${ATOMIC_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/atomic-obligation}"
skipped=()

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }

# The packages are kept in the build cache, named by the hash of the lock file; a link beside the test leads to them.
install_packages() {
    local folder=e2e-tests/polkadot-js packages
    packages="$cache/polkadot-js/$(sha256sum < "$folder/package-lock.json" | cut -c 1-16)"
    if [ ! -d "$packages/node_modules" ]; then
        rm -rf "$packages.part"
        mkdir -p "$packages.part"
        cp "$folder"/{package.json,package-lock.json,.npmrc} "$packages.part"
        timeout 300 npm ci --prefix "$packages.part" --omit=optional --no-audit --no-fund --fetch-timeout=60000 || return 1
        rm -rf "$packages"
        mv "$packages.part" "$packages"
    fi
    [ -d "$folder/node_modules" ] && [ ! -L "$folder/node_modules" ] || ln -sfn "$packages/node_modules" "$folder/node_modules"
}

say "docs/deploy.md, with cargo contract"
if cargo contract --version > /dev/null 2>&1; then
    e2e-tests/deploy/run.sh
else
    skipped+=("docs/deploy.md: there is no cargo-contract; cargo install cargo-contract --version 5.0.3 --locked")
fi

say "docs/polkadot-js.md, with @polkadot/api-contract"
if ! command -v npm > /dev/null || ! node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)'; then
    skipped+=("docs/polkadot-js.md: there is no Node.js 20 or newer with npm; sudo apt-get install nodejs npm, or https://nodejs.org")
elif ! install_packages; then
    skipped+=("docs/polkadot-js.md: npm could not fetch (see above) @polkadot/api, @polkadot/api-contract and dedot")
else
    atomic() {
        # shellcheck disable=SC2086 # several words where nobody says which program
        ${ATOMIC:-cargo run --locked --quiet --package cli --} "$@" > /dev/null
    }
    atomic build --out target/ink
    CONTRACTS=$PWD/target/ink npm test --prefix e2e-tests/polkadot-js --silent

    say "dedot's LegacyClient"
    CONTRACTS=$PWD/target/ink npm run dedot --prefix e2e-tests/polkadot-js --silent

    say "docs/polkadot-js.md, from atomic deploy"
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    # The organization of docs/deploy.md is on this chain already, with the same manager and settings.
    { echo 'salt = "another"'; sed -n '/^ *```toml$/,/^ *```$/{/```/!p}' docs/polkadot-js.md; } > "$work/trial.toml"
    atomic deploy --url "$URL" --config "$work/trial.toml" --as alice --deployment "$work/deployment.json"
    DEPLOYMENT=$work/deployment.json CONTRACTS=$PWD/target/ink npm test --prefix e2e-tests/polkadot-js --silent
fi

# This comes after the page, which needs a chain that has none of the code yet.
say "atomic, on this node"
cargo test --locked --workspace --test commands -- --ignored

for reason in "${skipped[@]}"; do
    printf '\033[1mSkipped\033[0m %s\n' "$reason"
done
