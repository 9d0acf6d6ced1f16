#!/bin/sh
# Install Chromium, in which the reports' pages are opened. Exits 0 without it where it can't be had: the tests that need
# it are then skipped by name.
set -eu
command -v chromium >/dev/null && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; } \
        >/dev/null 2>&1 || echo "chromium could not be installed: its tests will be skipped" >&2
else
    echo "chromium is not installed: its tests will be skipped (apt-get install chromium)" >&2
fi
