#!/bin/sh
# Build quickfix_decode into .cache/, once for each change of its source. Says what is missing and exits 1 where QuickFIX's
# headers are not installed.
set -eu
cd "$(dirname "$0")/../.."
source=benchmarks/native/quickfix_decode.cpp
target=.cache/quickfix_decode
[ "$target" -nt "$source" ] && exit 0
if [ ! -e /usr/include/quickfix/Message.h ]; then
    echo "QuickFIX is not installed: apt-get install g++ libquickfix-dev" >&2
    exit 1
fi
mkdir -p .cache
# its headers use exception specifications, which C++17 has dropped
g++ -std=c++14 -O2 -w "$source" -lquickfix -o "$target.new"
mv "$target.new" "$target"
