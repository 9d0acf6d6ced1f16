#!/bin/sh
# Make the virtual environment. Debian splits venv and the headers from python3: install them where that is allowed.
set -eu
python=$1
venv=$2
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "Fairlead needs Python 3.11 or later; $python is $("$python" --version 2>&1). Try: make PYTHON=python3.12 ..." >&2
    exit 1
}
missing=""
"$python" -c 'import ensurepip' 2>/dev/null || missing="$missing python3-venv"
"$python" -c 'import os, sysconfig, sys; sys.exit(not os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h")))' \
    || missing="$missing python3-dev"
if [ -n "$missing" ]; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $missing >/dev/null
    else
        echo "Missing:$missing. Install them (apt-get install$missing), then run make again." >&2
        case "$missing" in *venv*) exit 1 ;; esac
    fi
fi
[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
