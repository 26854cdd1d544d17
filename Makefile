# One word runs each habit of the house; `make` alone lists them.
# A fresh machine needs Python 3.11 or newer and make: everything else is installed into .venv, from the locks.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/runtime.stamp
TOOLS := $(VENV)/tools.stamp
INSTALL := $(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --require-hashes
# A third of a first start would be compiling: who may not write here, or tells Python not to, would pay it every time.
BYTECODE := $(BIN)/python -m compileall -q -x '/(\.|build/|tests/)' .
COMPILE := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links \
	--custom-compile-command "make lock"
UPGRADE ?=

.DEFAULT_GOAL := help
.PHONY: help demo test check lint truth bench drill format lock clean

help: ## list these words
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

demo: $(RUNTIME) ## a whole service desk on this machine: no tenant and no PSA account needed
	@exec $(BIN)/python app.py demo

test: $(TOOLS) ## every test, on SQLite and on a PostgreSQL server of its own
	$(BIN)/python -m pytest

check: lint test ## what CI checks: format, lint, types, import contracts, Dockerfile, tests

lint: $(TOOLS) ## all of check but the tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/hadolint Dockerfile

truth: $(RUNTIME) ## ask an AutoTask client that we did not write whether the sandbox tells the truth
	$(BIN)/python -m truth

bench: $(TOOLS) ## what a turn costs beside a bare handler (BENCH_HARNESS=DIR: and beside other bots), and telling many
	$(BIN)/python -m bench.run
	$(BIN)/python -m bench.fanout

drill: $(TOOLS) ## kill processes a thousand times while they tell people of tickets, and count (DRILL_DEATHS=N)
	$(BIN)/python -m drill

format: $(TOOLS) ## put every file into the house's form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: $(TOOLS) ## write the lock files anew from pyproject.toml (UPGRADE=--upgrade takes newer releases)
	$(COMPILE) $(UPGRADE) pyproject.toml --output-file requirements.lock
	$(COMPILE) $(UPGRADE) --group build --output-file requirements-build.lock
	$(COMPILE) $(UPGRADE) --constraint requirements.lock pyproject.toml --group dev \
		--output-file requirements-dev.lock

clean: ## remove what these commands made, the installed tools too
	rm -rf $(VENV) build attms.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -type d -name __pycache__ -prune -exec rm -rf {} +

$(VENV)/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "ATTMS needs Python 3.11 or newer, and '$(PYTHON)' is: $$($(PYTHON) --version 2>&1)."; \
		echo "Name a newer one, for example: make PYTHON=python3.13 demo"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "Python could not make a virtual environment (on Debian and Ubuntu: install python3-venv)."; exit 1; }

# The tools' lock holds everything the runtime's does, so installing the tools satisfies both.
$(RUNTIME): requirements.lock | $(VENV)/pyvenv.cfg
	@echo "Installing what ATTMS needs (once, about a minute) ..."
	@$(INSTALL) --requirement requirements.lock
	@$(BYTECODE)
	@touch $@

$(TOOLS): requirements-dev.lock | $(VENV)/pyvenv.cfg
	@echo "Installing what ATTMS and its tests need (once, a minute or two) ..."
	@$(INSTALL) --requirement requirements-dev.lock
	@$(BYTECODE)
	@touch $@ $(RUNTIME)
