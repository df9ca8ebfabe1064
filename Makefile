# Virel: the commands a developer needs. `make` alone lists them.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# The first interpreter that is new enough; PYTHON=/path/to/python overrides it.
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11 python3.14; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { command -v $$python; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
# Set up anew only when the lock or the project file changed.
STAMP := $(VENV)/.ready-$(shell cat requirements.lock pyproject.toml | cksum | cut -d' ' -f1)
BENCH := bench/.venv
BENCH_STAMP := $(BENCH)/.ready-$(shell cat requirements-bench.lock pyproject.toml | cksum | cut -d' ' -f1)
# Built anew only when what it is built from has changed.
ASSETS := app/web/static/built/.ready-$(shell find assets -type f -not -path '*/node_modules/*' -exec cat {} + 2>/dev/null | cksum | cut -d' ' -f1)
PIP := -m pip --disable-pip-version-check --quiet --no-input
WORKERS ?= auto
ARGS ?=

.PHONY: help setup assets browser run report test check format lint types layers documents house bench texts lock clean

help: ## list these commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 16

setup: $(STAMP) ## make .venv with everything a developer needs
	@echo "$(VENV) is ready"

assets: $(ASSETS) ## the styles, scripts and fonts of the pages, bundled

run: $(STAMP) $(ASSETS) ## a month of a small agency in a report, then the product at work (ARGS="--port 8080 --speed 60")
	@$(BIN)/virel demo
	@$(BIN)/virel serve --demo $(ARGS)

report: $(STAMP) ## only the report: the documents, a simulated month and a drafted change, as a page
	@$(BIN)/virel demo $(ARGS)

# A browser for the journeys: the machine's own, else Playwright's; without either they are skipped and say so.
browser: $(STAMP)
	@command -v chromium chromium-browser google-chrome >/dev/null || $(BIN)/playwright install chromium || \
		echo "no browser could be installed: the journeys are skipped"

test: $(STAMP) $(ASSETS) browser ## all tests, on all cores (ARGS="-k word" for some)
	@$(BIN)/pytest -q -n $(WORKERS) --dist loadscope $(ARGS)

check: format lint types layers documents house ## formatting, lint, types, layers, documents, house rules

format: $(STAMP)
	@$(BIN)/ruff format --check --quiet . || { $(BIN)/ruff format --check . ; echo "run: $(BIN)/ruff format ."; exit 1; }

lint: $(STAMP)
	@$(BIN)/ruff check --quiet .

types: $(STAMP)
	@$(BIN)/mypy

layers: $(STAMP)
	@$(BIN)/lint-imports

documents: $(STAMP)
	@for folder in . examples/*/; do $(BIN)/virel --config $$folder check; done

house: $(STAMP)
	@$(BIN)/pytest -q -n 0 tests/test_frame.py

bench: $(BENCH_STAMP) $(ASSETS) ## measure against the peers (minutes; ARGS="conditions" for one part)
	@$(BENCH)/bin/python -m bench $(ARGS)

texts: $(STAMP) ## collect what the pages say into app/web/wording/ru.po, where it is translated
	@mkdir -p build && $(BIN)/pybabel -q extract -F pyproject.toml -k _ -k marked --no-location --omit-header -o build/texts.pot .
	@$(BIN)/pybabel -q update -i build/texts.pot -o app/web/wording/ru.po -l ru --no-fuzzy-matching --ignore-obsolete --omit-header
	@echo "untranslated: $$(awk '/^msgstr.* ""$$/ {getline next_line; if (next_line !~ /^"/) count++} END {print count + 0}' app/web/wording/ru.po)"

lock: $(STAMP) ## choose the versions anew, within pyproject.toml's bounds
	@$(BIN)/python $(PIP) install uv
	@for lock in "requirements.lock --group dev" "requirements-bench.lock --group bench --constraints requirements.lock"; do \
		set -- $$lock; file=$$1; shift; \
		$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-annotate \
			--no-header --no-emit-index-url "$$@" pyproject.toml -o $$file; done

clean: ## remove what can be made again (.venv included)
	@rm -rf $(VENV) $(BENCH) assets/node_modules app/web/static/built bench/out build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache \
		.hypothesis var
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(STAMP): requirements.lock pyproject.toml
	@if [ -z "$(PYTHON)" ]; then echo "Virel needs Python 3.11 or newer; set PYTHON=/path/to/it"; exit 2; fi
	@test -x $(BIN)/python || "$(PYTHON)" -m venv $(VENV) || \
		{ echo "could not make $(VENV): on Debian and Ubuntu, install python3-venv"; rm -rf $(VENV); exit 2; }
	@echo "setting up $(VENV) with $$($(BIN)/python --version) (once; under a minute)"
	@$(BIN)/python $(PIP) install --require-hashes -r requirements.lock
	@$(BIN)/python $(PIP) install --no-deps --no-build-isolation -e .
	@rm -f $(VENV)/.ready-*
	@touch $@

# Node comes with its wheel, so that a machine needs none.
$(ASSETS): $(STAMP)
	@echo "bundling the pages' styles and scripts"
	@cd assets && PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --silent && PATH="$(CURDIR)/$(BIN):$$PATH" node build.mjs
	@touch $@

$(BENCH_STAMP): requirements-bench.lock pyproject.toml
	@if [ -z "$(PYTHON)" ]; then echo "Virel needs Python 3.11 or newer; set PYTHON=/path/to/it"; exit 2; fi
	@test -x $(BENCH)/bin/python || "$(PYTHON)" -m venv $(BENCH)
	@echo "setting up $(BENCH) with the peers (once)"
	@$(BENCH)/bin/python $(PIP) install --require-hashes -r requirements-bench.lock
	@rm -f $(BENCH)/.ready-*
	@touch $@
