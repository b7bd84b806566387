# CloudEye's commands. `make help` lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --require-hashes --no-deps --only-binary :all:
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11.2 --generate-hashes \
	--no-annotate --no-header --only-binary :all:
# Another Python than the one .venv was made with (an upgraded system) makes it anew.
VERSION := $(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)
RUNTIME := $(VENV)/.runtime-$(VERSION)
DEV := $(VENV)/.dev-$(VERSION)
PO := $(wildcard app/translations/*/LC_MESSAGES/*.po)
ONLY ?=
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup dev run test lint bench screenshot lock clean
.DELETE_ON_ERROR:

help: ## List the commands
	@awk 'BEGIN {FS = ":.*## "} /^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(RUNTIME) app/static/vendor/.copied $(PO:.po=.mo) ## Install what CloudEye runs on into .venv (hashes verified)
	@:

run: setup ## Start CloudEye and print its address; Ctrl-C ends it
	@exec $(BIN)/python -m config.launch.run

test: lint ## Check, then run the tests; ARGS goes to pytest, e.g. ARGS="tests/engine -k guard"
	@$(BIN)/python -m tests $(ARGS)

lint: setup dev ## Check style, types and the storeys' imports
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

bench: setup dev ## Measure; one JSON line a figure. ONLY=name runs one
	@$(BIN)/python -m tests.bench $(ONLY)

screenshot: setup dev ## Make the README's picture again
	@$(BIN)/python -m tests.screenshot

lock: dev ## Lock the versions of requirements/*.in and package.json again
	@$(COMPILE) --upgrade requirements/runtime.in -o requirements/runtime.list
	@$(COMPILE) --upgrade requirements/dev.in -o requirements/dev.list
	@$(COMPILE) --upgrade requirements/node.in -o requirements/node.list
	@npm install --package-lock-only --omit-lockfile-registry-resolved --ignore-scripts --no-audit --no-fund

clean: ## Remove everything that make made; data/ and log/ stay
	rm -rf $(VENV) app/static/vendor app/vendor .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	find app -name '*.mo' -delete

dev: $(DEV)

$(RUNTIME): requirements/runtime.list
	@command -v $(PYTHON) >/dev/null || { \
		echo "CloudEye needs Python 3.11 or newer: apt-get install python3 python3-venv"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "CloudEye needs Python 3.11 or newer, and $(PYTHON) is `$(PYTHON) -V 2>&1`." \
			"Name another one: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "Python's venv module is missing: apt-get install python3-venv"; exit 1; }
	@echo "Installing Python packages into $(VENV) …"
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	@$(PIP) -r requirements/runtime.list || { \
		echo "The packages of requirements/runtime.list could not be installed: see the lines above."; exit 1; }
	@touch $@

$(DEV): requirements/dev.list $(RUNTIME)
	@echo "Installing test and lint tools into $(VENV) …"
	@$(PIP) -r requirements/dev.list
	@touch $@

app/static/vendor/.copied: package.json package-lock.json requirements/node.list config/launch/vendor.py | $(RUNTIME)
	@echo "Copying scripts and styles to app/static/vendor, data to app/vendor …"
	@$(BIN)/python -m config.launch.vendor
	@touch $@

%.mo: %.po | $(RUNTIME)
	@$(BIN)/pybabel -q compile --input-file $< --output-file $@
