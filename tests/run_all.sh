#!/bin/sh
# Run the whole suite: compiled on two workers, then what is hot once more uncompiled.
set -eu
cd "$(dirname "$0")/.."
.venv/bin/python -m pytest -q -n 2 --dist loadgroup "$@"
