#!/bin/sh
# Have iproute2, which the tests between network namespaces need. Exits 0 without it where it can't be had: those tests
# are then skipped by name.
set -eu
command -v ip >/dev/null && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq iproute2; } >/dev/null 2>&1 \
        || echo "iproute2 could not be installed: its tests will be skipped" >&2
else
    echo "iproute2 is not installed: its tests will be skipped (apt-get install iproute2)" >&2
fi
