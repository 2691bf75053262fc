#!/usr/bin/env bash
# Gives each contract a lock file with the versions of the project's, after those changed.
set -euo pipefail
cd "$(dirname "$0")/.."
for contract in reputation obligation market e2e-tests/contracts/*/; do
    cp Cargo.lock "$contract/Cargo.lock"
    # Drops what the contract does not need, and leaves the rest as it is.
    (cd "$contract" && cargo metadata --format-version 1 > /dev/null)
done
