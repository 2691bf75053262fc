#!/usr/bin/env bash
# A node for trying things out, and for the tests.
#
#   scripts/node.sh find                    prints where a substrate-contracts-node is, or says how to get one and fails
#   scripts/node.sh run [PORT]              runs it, or else `atomic node`, until it is stopped, on port 9944 or PORT
#   scripts/node.sh with real COMMAND…      runs it on a free port while COMMAND runs, which finds it at $URL
#   scripts/node.sh with atomic COMMAND…    the same with `atomic node`, which is always there; $NODE_KIND says which it is
#   scripts/node.sh with manual COMMAND…    the same with a clock that stands still, on $NODE_PORT if that is set
#
# The substrate-contracts-node is $CONTRACTS_NODE, or that on the PATH; `atomic` is $ATOMIC, or built first. They keep their
# state in memory or in a temporary folder, and make a block whenever there is a transaction.
set -euo pipefail

say() { printf '\033[1m[node]\033[0m %s\n' "$@"; }
fail() { say "$@" >&2; exit 1; }

find_node() {
    if [ -n "${CONTRACTS_NODE:-}" ]; then
        [ -x "$CONTRACTS_NODE" ] || fail "CONTRACTS_NODE is \`$CONTRACTS_NODE\`, which is not a program"
        echo "$CONTRACTS_NODE"
    else
        command -v substrate-contracts-node || fail "there is no substrate-contracts-node here. Get one, either" \
            "    from https://github.com/paritytech/substrate-contracts-node/releases, unpacked," \
            "    or with: cargo install contracts-node --version 0.42.0 --locked" \
            "and put it on the PATH, or say where it is with CONTRACTS_NODE=/path/to/substrate-contracts-node"
    fi
}

# The command and its arguments, into the array `atomic`.
find_atomic() {
    # shellcheck disable=SC2206 # several words where nobody says which program
    atomic=(${ATOMIC:-cargo run --locked --quiet --package cli --})
}

# The node chooses the port, so that two nodes never want the same one.
with_node() {
    local which=$1 work waited=0 status=0 started
    shift
    work=$(mktemp -d)
    case $which in
        real)
            started=("$(find_node)" --dev --base-path "$work/base" --rpc-port 0 --port 0 --no-prometheus --no-telemetry)
            ;;
        atomic)
            find_atomic
            started=("${atomic[@]}" node --port 0)
            ;;
        manual)
            find_atomic
            started=("${atomic[@]}" node --port "${NODE_PORT:-0}" --clock manual)
            ;;
        *) fail "real, atomic or manual?" ;;
    esac
    "${started[@]}" > "$work/log" 2>&1 &
    local pid=$!
    # shellcheck disable=SC2064 # what they are now
    trap "kill $pid 2>/dev/null || true; wait $pid 2>/dev/null || true; rm -rf '$work'" EXIT
    trap 'exit 130' INT TERM
    until URL=$(sed -n 's/.*Running JSON-RPC server: addr=\(127\.0\.0\.1:[0-9]*\).*/ws:\/\/\1/p' "$work/log") && [ -n "$URL" ]; do
        if ! kill -0 "$pid" 2>/dev/null || [ "$waited" -ge 120 ]; then
            cat "$work/log" >&2
            fail "the node \`${started[*]}\` does not start; this is its output"
        fi
        sleep 1
        waited=$((waited + 1))
    done
    export URL NODE_KIND=$which
    say "${started[0]##*/} runs at $URL"
    "$@" || status=$?
    if ! kill -0 "$pid" 2>/dev/null; then
        tail -n 40 "$work/log" >&2
        fail "the node stopped by itself; this is the end of its output"
    fi
    return "$status"
}

case "${1:-}" in
    find) find_node ;;
    run)
        port=${2:-9944}
        if node=$(find_node 2> /dev/null); then
            say "starting $node at ws://127.0.0.1:$port; stop it with Ctrl-C, and it forgets everything"
            exec "$node" --dev --tmp --rpc-port "$port"
        fi
        find_atomic
        exec "${atomic[@]}" node --port "$port"
        ;;
    with)
        shift
        with_node "$@"
        ;;
    *) fail "find, run or with?" ;;
esac
