#!/usr/bin/env bash
# The market in a browser.
#
#   scripts/web.sh build CONTRACTS     builds the page into web/dist: a folder for any web server. CONTRACTS has the .contract files
#   scripts/web.sh app CONTRACTS       builds it, runs `atomic node` with an organization that has a past, and serves the page
#   scripts/web.sh test CONTRACTS      builds it, and tests it in a browser on `atomic node`, and as below if there is one
#   scripts/web.sh real CONTRACTS      builds it, and tests what needs no waiting on a substrate-contracts-node
#   scripts/web.sh pictures CONTRACTS  builds it, and takes the pictures of docs/web.md
#   scripts/web.sh bench CONTRACTS     builds it, and times a board of 1,000 requests
#   scripts/web.sh testable            whether there is what that needs, or else what is missing
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

# What the page is made of, in web/node_modules.
install_packages() {
    if [ ! -e web/node_modules/.ready ] || [ web/package-lock.json -nt web/node_modules/.ready ]; then
        say "installing what the page is made of"
        npm ci --prefix web --silent --no-fund --no-audit || fail "npm could not fetch what web/package-lock.json names"
        touch web/node_modules/.ready
    fi
}

build() {
    local contracts
    contracts=$(realpath "$1")
    find_node
    install_packages
    cd web
    node scripts/generate.js "$contracts"
    npm run --silent formulas 2> /dev/null
    npm run --silent build
    cd ..
    say "the page is in web/dist"
}

# As web/test/browser.js looks for it.
find_browser() {
    local name
    local names=(chromium chromium-browser google-chrome google-chrome-stable)
    for name in "${CHROMIUM:-${names[@]}}"; do
        if command -v "$name" > /dev/null; then return; fi
    done
    fail "there is no browser here. Get one, such as with: apt-get install chromium"
}

# Deploys the organization of a file on the node at $URL, and leaves the deployment file in $DEPLOYMENT. Tests find the command in
# $ATOMIC, and `.contract` files, a token's too, in $CONTRACTS.
organization() {
    local contracts=$1 config=$2
    export ATOMIC=${ATOMIC:-cargo run --locked --quiet --package cli --}
    # shellcheck disable=SC2206 # several words where nobody says which program
    atomic=($ATOMIC)
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    DEPLOYMENT=$work/deployment.json CONTRACTS=$(realpath "$contracts")
    "${atomic[@]}" deploy --config "$config" --as alice --url "$URL" --contracts "$contracts" --deployment "$DEPLOYMENT" > "$work/deploy.log" ||
        { cat "$work/deploy.log" >&2; fail "the organization cannot be deployed"; }
    export DEPLOYMENT CONTRACTS
}

# Follows the chain of that organization into a folder, until everything here ends. Returns once there is something to read.
index_of() {
    local folder=$1
    "${atomic[@]}" index --out "$folder" --url "$URL" --deployment "$DEPLOYMENT" > "$work/index.log" 2>&1 &
    # shellcheck disable=SC2064 # what they are now
    trap "kill $! 2>/dev/null || true; wait $! 2>/dev/null || true; rm -rf '$work'" EXIT
    until [ -e "$folder/manifest.json" ]; do
        kill -0 $! 2>/dev/null || { cat "$work/index.log" >&2; fail "the history cannot be indexed"; }
        sleep 0.2
    done
}

# Builds the page, and goes on with the node $2 (manual or real) in the step $3 of this script, in which there is a browser.
in_browser() {
    find_browser
    build "${1:?where are the .contract files?}"
    scripts/node.sh with "$2" scripts/web.sh "$3" "$1"
}

tests() {
    node --test --test-concurrency=1 --test-reporter=spec "$@"
}

# Stories in which weeks pass, or that play the past themselves, have an organization of their own each, and it has no past.
alone=(web/test/enforcer.test.js web/test/index.test.js web/test/mine.test.js web/test/token.test.js)
# On a node whose clock is the world's, where no day can pass.
real=web/test/real.test.js

case "${1:-}" in
    build) build "${2:?where are the .contract files?}" ;;
    app)
        build "${2:?where are the .contract files?}"
        NODE_PORT=${PORT:-9944} scripts/node.sh with manual scripts/web.sh app-on-node "$2"
        ;;
    app-on-node)
        find_node
        organization "$2" web/play/organization.toml
        say "the organization at $URL is playing its past"
        node web/play/history.js "$URL" "$DEPLOYMENT"
        index_of "$work/history"
        node web/play/serve.js "$URL" "$DEPLOYMENT" "${WEB_PORT:-8080}" "$work/history"
        ;;
    test)
        find_browser
        build "${2:?where are the .contract files?}"
        failed=0
        scripts/node.sh with manual scripts/web.sh test-on-node "$2" || failed=1
        for file in "${alone[@]}"; do
            scripts/node.sh with manual scripts/web.sh story-on-node "$2" "$file" || failed=1
        done
        if scripts/node.sh find > /dev/null 2>&1; then
            say "the same page, on a substrate-contracts-node"
            scripts/node.sh with real scripts/web.sh real-on-node "$2" || failed=1
        else
            say "skipped on a substrate-contracts-node: there is none here"
        fi
        exit "$failed"
        ;;
    test-on-node)
        find_node
        organization "$2" web/play/organization.toml
        node web/play/history.js "$URL" "$DEPLOYMENT"
        shared=()
        for file in web/test/*.test.js; do
            [[ " ${alone[*]} $real " == *" $file "* ]] || shared+=("$file")
        done
        tests "${shared[@]}"
        ;;
    story-on-node | real-on-node)
        find_node
        organization "$2" web/play/organization.toml
        tests "${3:-$real}"
        ;;
    pictures) in_browser "${2:-}" manual pictures-on-node ;;
    pictures-on-node)
        find_node
        organization "$2" web/play/organization.toml
        node web/play/history.js "$URL" "$DEPLOYMENT"
        index_of "$work/history"
        INDEX=$work/history node web/scripts/pictures.js
        ;;
    bench) in_browser "${2:-}" manual bench-on-node ;;
    bench-on-node)
        find_node
        organization "$2" web/play/roomy.toml
        node web/play/many.js "$URL" "$DEPLOYMENT" 1000
        node web/scripts/bench.js 1000
        ;;
    real) in_browser "${2:-}" real real-on-node ;;
    testable)
        find_node
        find_browser
        install_packages
        ;;
    *) fail "build, app, test, real, pictures, bench or testable?" ;;
esac
