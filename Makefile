# make run [ARGS="--seconds 20"] | test | lint | bench: each sets up all it needs first. Works on a fresh Debian machine with python3 (3.11+), gcc, make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
FAIRLEAD_EXTENSIONS ?= auto
export FAIRLEAD_EXTENSIONS

HOT := $(shell find codecs adapters gateway client -name '*_cy.py' -o -name '*_cy.pxd' 2>/dev/null)

.PHONY: run test quick lint bench bench-compare mutants setup extensions lock clean format

run: setup
	$(BIN)/python examples/demo.py $(ARGS)

test: setup
	./tests/run_all.sh

quick: setup
	MARKS="not slow" ./tests/run_all.sh

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	cd src && ../$(BIN)/mypy --config-file ../pyproject.toml
	$(BIN)/lint-imports

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# ARGS names what is to run: ARGS="wire --rounds 3 --scenario fix-one"
bench: setup
	$(BIN)/python -m benchmarks $(or $(ARGS),--json build/bench/report.json --page build/bench/report.html)

bench-compare: setup
	$(BIN)/python -m benchmarks compare $(BASE) $(ARGS)

mutants: setup
	$(BIN)/python tests/mutants/run.py $(ARGS)

setup: $(VENV)/.ready build/.extensions

$(VENV)/.ready: requirements.lock pyproject.toml setup.py
	./tools/make_venv.sh "$(PYTHON)" $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	@# the extension modules are built in the tree, below: not here as well
	FAIRLEAD_EXTENSIONS=none $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

# In-tree extension modules, rebuilt when a hot module changes.
build/.extensions: $(HOT) setup.py | $(VENV)/.ready
	@mkdir -p build
	$(BIN)/python setup.py --quiet build_ext --inplace --parallel 2
	@touch $@

lock:
	$(BIN)/python -m pip install --quiet pip-tools
	$(BIN)/pip-compile --quiet --extra dev --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --strip-extras --generate-hashes --allow-unsafe -o requirements.lock pyproject.toml

clean:
	rm -rf build $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find codecs adapters gateway certification client -name '*.so' -delete
