#!/bin/sh
# Build the QuickFIX peer into .cache/, once for each change of its source. Exits 0 without it where QuickFIX can't be had:
# the tests that need it are then skipped by name.
set -eu
cd "$(dirname "$0")/../../.."
target=.cache/quickfix_peer
source=tests/peers/quickfix/peer.cpp
[ "$target" -nt "$source" ] && exit 0
if [ ! -e /usr/include/quickfix/Application.h ]; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq g++ libquickfix-dev; } >/dev/null 2>&1 \
            || { echo "libquickfix-dev could not be installed: its tests will be skipped" >&2; exit 0; }
    else
        echo "libquickfix-dev is not installed: its tests will be skipped (apt-get install libquickfix-dev)" >&2
        exit 0
    fi
fi
mkdir -p .cache
# its headers use exception specifications, which C++17 has dropped
g++ -std=c++14 -O1 -w "$source" -lquickfix -o "$target.new"
mv "$target.new" "$target"
