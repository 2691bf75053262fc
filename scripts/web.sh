#!/usr/bin/env bash
# The market in a browser.
#
#   scripts/web.sh build CONTRACTS     builds the page into web/dist: a folder for any web server. CONTRACTS has the .contract files
#   scripts/web.sh app CONTRACTS       builds it, runs `atomic node` with an organization that has a past, and serves the page
#   scripts/web.sh test CONTRACTS      builds it, and tests it in a browser on `atomic node`, where there is a browser
#
# `atomic` is $ATOMIC, or built first. Node.js is that on the PATH if it is new enough, or else brought by npm.
set -euo pipefail
cd "$(dirname "$0")/.."

NODE_MAJOR=20
NODE_VERSION=22.12.0
cache=${ATOMIC_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/atomic-obligation}

say() { printf '\033[1m[web]\033[0m %s\n' "$@"; }
fail() { say "$@" >&2; exit 1; }

# Debian bookworm has Node.js 18; the package `node` brings a newer one.
find_node() {
    command -v npm > /dev/null || fail "there is no npm here. Get Node.js, such as with: apt-get install nodejs npm"
    local major
    major=$(node --version | sed 's/^v\([0-9]*\).*/\1/')
    if [ "$major" -lt "$NODE_MAJOR" ]; then
        local folder=$cache/nodejs
        if [ ! -x "$folder/node_modules/node/bin/node" ]; then
            say "bringing Node.js $NODE_VERSION"
            mkdir -p "$folder"
            npm install --silent --no-fund --no-audit --prefix "$folder" "node@$NODE_VERSION"
        fi
        export PATH="$folder/node_modules/node/bin:$PATH"
    fi
}

build() {
    local contracts=$1
    find_node
    cd web
    if [ ! -e node_modules/.ready ] || [ package-lock.json -nt node_modules/.ready ]; then
        say "installing what the page is made of"
        npm ci --silent --no-fund --no-audit
        touch node_modules/.ready
    fi
    node scripts/generate.js "$contracts"
    npm run --silent formulas 2> /dev/null
    npm run --silent build
    cd ..
    say "the page is in web/dist"
}

# The command and its arguments, into the array `atomic`.
find_atomic() {
    # shellcheck disable=SC2206 # several words where nobody says which program
    atomic=(${ATOMIC:-cargo run --locked --quiet --package cli --})
}

# Runs a node with a clock that stands still on a free port, deploys the organization of a file there, and leaves its address in
# $URL and the deployment file in $DEPLOYMENT.
organization() {
    local contracts=$1 config=$2 port=${3:-0} waited=0
    find_atomic
    work=$(mktemp -d)
    "${atomic[@]}" node --port "$port" --clock manual --state "$work/state" > "$work/log" 2>&1 &
    node=$!
    trap stop_node EXIT
    trap 'exit 130' INT TERM
    until URL=$(sed -n 's/.*Running JSON-RPC server: addr=\(127\.0\.0\.1:[0-9]*\).*/ws:\/\/\1/p' "$work/log") && [ -n "$URL" ]; do
        if ! kill -0 "$node" 2>/dev/null || [ "$waited" -ge 120 ]; then
            cat "$work/log" >&2
            fail "the node does not start; this is its output"
        fi
        sleep 1
        waited=$((waited + 1))
    done
    DEPLOYMENT=$work/deployment.json
    export URL DEPLOYMENT
    "${atomic[@]}" deploy --config "$config" --as alice --url "$URL" --contracts "$contracts" --deployment "$DEPLOYMENT" > "$work/deploy.log" ||
        { cat "$work/deploy.log" >&2; fail "the organization cannot be deployed"; }
}

stop_node() {
    kill "$node" 2>/dev/null || true
    wait "$node" 2>/dev/null || true
    rm -rf "$work"
}

tests() {
    ATOMIC=${atomic[*]} node --test --test-concurrency=1 --test-reporter=spec "$@"
}

case "${1:-}" in
    build) build "${2:?where are the .contract files?}" ;;
    app)
        build "${2:?where are the .contract files?}"
        organization "$2" web/play/organization.toml "${PORT:-9944}"
        say "the organization at $URL is playing its past"
        node web/play/history.js "$URL" "$DEPLOYMENT"
        node web/play/serve.js "$URL" "$DEPLOYMENT" "${WEB_PORT:-8080}"
        ;;
    test)
        build "${2:?where are the .contract files?}"
        organization "$2" web/play/organization.toml
        node web/play/history.js "$URL" "$DEPLOYMENT"
        # Stories in which weeks pass have an organization of their own each.
        alone=(web/test/enforcer.test.js web/test/mine.test.js)
        shared=()
        for file in web/test/*.test.js; do
            [[ " ${alone[*]} " == *" $file "* ]] || shared+=("$file")
        done
        failed=0
        tests "${shared[@]}" || failed=1
        for file in "${alone[@]}"; do
            stop_node
            organization "$2" web/play/organization.toml
            tests "$file" || failed=1
        done
        exit "$failed"
        ;;
    *) fail "build, app or test?" ;;
esac
