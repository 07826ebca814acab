# Every task of the project. `make` alone lists them.
# Everything is installed in .venv from the lock files; a stamp there makes a second run cost nothing.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.runtime-installed
DEV := $(VENV)/.dev-installed
UV_VERSION := 0.13.9
PYTEST := $(BIN)/python -m pytest --durations=15
# As many processes as cores, each with a Kafka and a PostgreSQL of its own once a test asks; a file stays together.
JOBS ?= $(shell nproc 2>/dev/null || echo 2)
PARALLEL := $(PYTEST) -n $(JOBS) --dist loadfile

# What Python has compiled is kept, also where the machine's environment says otherwise: else every process of ours
# compiles two thousand files anew, which is half of its start.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help demo test unit prove bench lint format contracts clauses samples docs-check lock audit clean

help:  ## list the tasks
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(RUNTIME)  ## play a district's years and serve them (ARGS=--exit ends after the checks)
	@$(BIN)/doudi demo $(ARGS)

test: lint  ## lint, then every test but those of `prove` and `bench`
	$(PARALLEL) $(ARGS)

unit: $(DEV)  ## the tests that need neither Kafka nor PostgreSQL nor kill anything
	$(PYTEST) -m "not kafka and not postgres and not crash and not browser and not prove and not bench" $(ARGS)

prove: $(DEV)  ## what is too long for `make test`: the many kills, the long demo
	$(PARALLEL) -m prove $(ARGS)

bench: $(DEV)  ## measure; see docs/benchmarks.md
	$(PYTEST) -m bench -s --timeout=3600 $(ARGS)

lint: $(DEV)  ## ruff, mypy --strict, import-linter
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

format: $(DEV)  ## let ruff mend what it can
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

contracts: $(DEV)  ## make events/contracts/ anew from the catalogue
	$(BIN)/python -m events.contracting

clauses: $(DEV)  ## make docs/clauses.md anew: which clause is where, and what is not built
	$(BIN)/python -m services.policy.clauses

samples: $(RUNTIME)  ## make samples/ anew (seeded: the same files each time)
	$(BIN)/python -m services.simulator.roster --seed 43 --households 300 --out samples/roster.xlsx

docs-check: $(DEV)  ## run the commands of README and guides, look for dead links
	$(PYTEST) tests/docs $(ARGS)

lock: $(VENV)/bin/uv  ## resolve the lock files anew from pyproject.toml
	$(COMPILE) pyproject.toml --group dev --output-file requirements-dev.lock
	$(COMPILE) pyproject.toml --constraint requirements-dev.lock --output-file requirements.lock

audit: $(DEV)  ## look the locked packages up in the advisory database (needs the network)
	$(BIN)/pip-audit --require-hashes --disable-pip -r requirements.lock

clean:  ## remove what make and the tools left, .venv included
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The tests' versions first: what runs is then what was tested.
COMPILE = $(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --upgrade \
	--no-annotate --custom-compile-command "make lock"

# uv is ten times as fast as pip; it is told the index that pip is configured for, if any.
INSTALL = index="$${UV_DEFAULT_INDEX:-$${PIP_INDEX_URL:-$$($(BIN)/pip config get global.index-url 2>/dev/null)}}"; \
	if [ -n "$$index" ]; then export UV_DEFAULT_INDEX="$$index"; fi; \
	UV_LINK_MODE=copy $(BIN)/uv pip install --quiet --python $(BIN)/python

$(VENV)/bin/uv:
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or later is needed"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed"; exit 1; }
	$(PYTHON) -m venv $(VENV) || { echo "On Debian: apt-get install python3-venv"; exit 1; }
	$(BIN)/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

$(RUNTIME): requirements.lock pyproject.toml | $(VENV)/bin/uv
	@echo "installing what Doudi runs on ..."
	@$(INSTALL) --require-hashes -r requirements.lock
	@$(INSTALL) --no-deps -e .
	@touch $@

$(DEV): requirements-dev.lock $(RUNTIME)
	@echo "installing what its tests need ..."
	@$(INSTALL) --require-hashes -r requirements-dev.lock
	@touch $@
