#!/bin/sh
# As CARGO, spares the contracts' builds what `make lint` does: contract-build has clippy look at each contract first.
[ "$1" = clippy ] || exec "$ATOMIC_CARGO" "$@"
