#!/bin/sh
# What ink!'s end-to-end framework starts in place of a substrate-contracts-node. It says `--dev --port=0 --rpc-port=0`; our
# node has other options for the same.
exec "$ATOMIC_NODE" node --port 0
