#!/bin/sh
# As RUSTC_WRAPPER, makes what the compiler writes independent of where things lie: the same sources become the same bytes in
# any folder.
#
# Cargo hashes the paths of path dependencies into the ids of crates, so that functions come in another order in another
# folder: here an id is made of the crate's name, version, features, kind and target alone. And where paths are written down
# (as the places of panics are), ATOMIC_REMAP says what to write instead: lines of `path=instead`.
rustc=$1
shift

name='' described='' previous=''
for argument; do
    case $previous in
        --crate-name) name=$argument ;;
        --cfg | --crate-type | --target) described="$described
$previous $argument" ;;
    esac
    previous=$argument
done
# What asks the compiler about itself has no crate, or one called `___`.
if [ -z "$name" ] || [ "$name" = ___ ]; then
    exec "$rustc" "$@"
fi

described=$(printf '%s\n' "$described" | LC_ALL=C sort)
id=$(printf '%s\n' "$name" "$CARGO_PKG_NAME" "$CARGO_PKG_VERSION" "$described" | sha256sum | cut -c 1-16)
count=$#
while [ "$count" -gt 0 ]; do
    argument=$1
    shift
    case $argument in
        metadata=*) argument="metadata=$id" ;;
    esac
    set -- "$@" "$argument"
    count=$((count - 1))
done
while IFS= read -r remap; do
    [ -n "$remap" ] && set -- "$@" --remap-path-prefix "$remap"
done <<REMAPS
$ATOMIC_REMAP
REMAPS
exec "$rustc" "$@"
