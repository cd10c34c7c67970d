# make study   create the environment, install, run the main job
# make test    create the environment, install, run lint, types and tests
# make docs    build the documentation site into build/docs, offline, warnings being errors, and follow its links
# make package build sdist and wheel, install the wheel into an empty environment, run a selection of the tests there
# make lowest  the same with the lowest versions of everything that pyproject.toml allows
# make pictures draw all topologies up to five vertices in every layout and measure them (all cores; half an hour of one)
# make notebooks  run the notebooks and store their outputs (minutes; NOTEBOOKS="05 07": only these)
# make bench   compare with peers (optional: pip install '.[bench]' first)
# make fuzz    10,000 made-up inputs against the contract of the command line (CASES=500: fewer; SEED=7: others)
# make lock    pin the dependencies anew (needs uv)

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
OUT    ?= study_results
CASES  ?= 10000
SEED   ?= 0
READY  := $(VENV)/ready
DOCS   := $(VENV)/ready-docs

# Matrices of a few hundred rows: BLAS threads would only get in each other's way.
export OPENBLAS_NUM_THREADS ?= 1

.PHONY: study test docs package lowest pictures notebooks lint types unit bench fuzz lock clean
.DEFAULT_GOAL := study

study: $(READY)
	$(BIN)/nnft validate --out $(OUT) --force

test: lint types unit

docs: $(DOCS)
	rm -rf build/docs
	$(BIN)/python -m sphinx --fail-on-warning --keep-going --nitpicky --quiet --builder html docs build/docs
	NNFT_DOCS_SITE=build/docs $(BIN)/pytest -q tests/test_docs_site.py

package: $(READY)
	$(BIN)/python tests/package_check.py --python $(PYTHON)

lowest: $(READY)
	$(BIN)/python tests/package_check.py --python $(PYTHON) --lock requirements-lowest.lock

pictures: $(READY)
	$(BIN)/python tests/picture_topologies.py --names

notebooks: $(READY)
	$(BIN)/python -m tests.stored_notebooks $(NOTEBOOKS)

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

unit: $(READY)
	$(BIN)/pytest -n auto --dist loadfile

fuzz: $(READY)
	$(BIN)/python -m tests.field.fuzz_run --cases $(CASES) --seed $(SEED) --out fuzz_failures

bench: $(READY)
	$(BIN)/python -m tests.benchmarks

# Hash-checked: what is installed is what is pinned. --no-build-isolation: the build tool is pinned too.
$(READY): requirements.lock pyproject.toml setup.cfg
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if v >= (3, 11) else f"Python {v[0]}.{v[1]} found, 3.11 or newer needed: make PYTHON=/path/to/python3")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

# The same environment with the documentation tools added; what both files pin, they pin to the same version.
$(DOCS): requirements-docs.lock $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-docs.lock
	@touch $@

lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	    --extra test pyproject.toml requirements-build.in -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	    --extra docs --constraint requirements.lock pyproject.toml -o requirements-docs.lock
	uv pip compile --resolution lowest-direct --python-version 3.11 --generate-hashes --no-header --no-annotate \
	    --extra cluster pyproject.toml requirements-lowest.in -o requirements-lowest.lock

clean:
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
