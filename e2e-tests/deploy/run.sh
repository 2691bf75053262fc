#!/usr/bin/env bash
# Runs the commands of docs/deploy.md as they stand there, in one shell, on the node at $URL, and compares their output
# with the page's. A block that begins with ```sh is run; a block that begins with ```text right after it is its output,
# in which … stands for anything.
set -euo pipefail
cd "$(dirname "$0")/../.."
page=docs/deploy.md
: "${URL:?the node to deploy to, such as ws://127.0.0.1:9944}"

# The page's own `make` must not be a part of another `make`.
unset MAKEFLAGS MAKELEVEL MFLAGS

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Writes one script of all the commands, with the output of each block in a file of its own, and the page's version of
# it.
awk -v work="$work" -v page="$page" '
    /^```sh$/   { block++; kind = "sh"; print "block " block " " NR > (work "/blocks"); print "{" > (work "/script"); next }
    /^```text$/ { kind = (NR == ended + 1) ? "text" : "skip"; next }
    /^```/ && kind == "sh" {
        print "} > \"$WORK/output." block "\" 2>&1" > (work "/script")
        print "echo " block " > \"$WORK/done\"" > (work "/script")
        kind = ""; ended = NR; next
    }
    /^```/      { kind = kind == "" ? "skip" : ""; next }
    kind == "sh"   { print > (work "/script") }
    kind == "text" { print > (work "/expected." block) }
' "$page"

# If a block fails, its output is shown, even if the page shows none.
echo 0 > "$work/done"
if ! WORK="$work" URL="$URL" bash -euo pipefail "$work/script"; then
    failed=$(($(cat "$work/done") + 1))
    line=$(awk -v block="$failed" '$2 == block { print $3 }' "$work/blocks")
    printf '%s:%s: these commands failed and printed:\n' "$page" "$line" >&2
    cat "$work/output.$failed" >&2
    exit 1
fi

differ=0
while read -r _ block line; do
    [ -e "$work/expected.$block" ] || continue
    actual=$(sed 's/ *$//' "$work/output.$block")
    pattern=$(sed -e 's/ *$//' -e 's/[][\\*?]/\\&/g' -e 's/…/*/g' "$work/expected.$block")
    # shellcheck disable=SC2053 # the right side is a pattern
    if [[ $actual != $pattern ]]; then
        printf '%s:%s: the commands print\n%s\nbut the page says\n%s\n' \
            "$page" "$line" "$actual" "$(cat "$work/expected.$block")" >&2
        differ=1
    fi
done < "$work/blocks"
[ "$differ" = 0 ]
printf '%s: %s blocks of commands ran and printed what the page says\n' "$page" "$(wc -l < "$work/blocks")"
