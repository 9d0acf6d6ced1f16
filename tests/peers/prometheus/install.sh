#!/bin/sh
# Install Prometheus and Alertmanager, which read what deploy/ gives them. Exits 0 without them where they can't be had: the
# tests that need them are then skipped by name.
set -eu
command -v prometheus >/dev/null && command -v prometheus-alertmanager >/dev/null && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    { apt-get update -qq && RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        prometheus prometheus-alertmanager; } >/dev/null 2>&1 \
        || echo "prometheus could not be installed: its tests will be skipped" >&2
else
    echo "prometheus is not installed: its tests will be skipped (apt-get install prometheus prometheus-alertmanager)" >&2
fi
