#!/bin/sh
# Run the whole suite, then what is hot once more in a tree without compiled modules.
# Three workers: much of it waits for processes and sockets, and two leave two cores half idle.
# Arguments go to pytest; MARKS narrows what runs (make quick leaves the slow tests out).
set -eu
cd "$(dirname "$0")/.."
root=$(pwd)
python=$root/.venv/bin/python
marks=${MARKS:-}

tests/peers/quickfix/build.sh
tests/peers/wireshark/install.sh
tests/peers/chromium/install.sh
tests/peers/prometheus/install.sh
tests/peers/netns/build.sh
# QuickFIX waits for whole seconds of its own: it is played alone
alone=tests/certification/engine/test_quickfix.py
"$python" -m pytest -q -n 3 --dist worksteal --ignore="$alone" -m "$marks" "$@"
"$python" -m pytest -q -m "$marks" "$alone" || [ $? -eq 5 ]

if [ "${FAIRLEAD_EXTENSIONS:-auto}" = none ]; then
    exit 0
fi
tree=$root/.cache/uncompiled
rm -rf "$tree"
mkdir -p "$tree"
tar -c --exclude='*.so' --exclude=__pycache__ \
    codecs adapters gateway certification client src tests examples benchmarks tools deploy pyproject.toml docs | tar -x -C "$tree"
[ ! -e "$root/../shared" ] || ln -sfn "$root/../shared" "$root/.cache/shared"
cd "$tree"
echo "uncompiled:"
PYTHONPATH=$tree/src FAIRLEAD_EXTENSIONS=none "$python" -m pytest -q -n 2 --dist worksteal -m "not slow" \
    tests/codecs tests/adapters tests/gateway
