#!/bin/sh
# Install tshark, the decoder that shares nothing with ours. Exits 0 without it where it can't be had: the tests that need
# it are then skipped by name.
set -eu
command -v tshark >/dev/null && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq tshark; } >/dev/null 2>&1 \
        || echo "tshark could not be installed: its tests will be skipped" >&2
else
    echo "tshark is not installed: its tests will be skipped (apt-get install tshark)" >&2
fi
