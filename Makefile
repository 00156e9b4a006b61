# Every command of the project: `make help` lists them.
PYTHON ?= $(or $(firstword $(foreach python,python3 python3.14 python3.13 python3.12 python3.11,$(shell \
	command -v $(python) >/dev/null 2>&1 && $(python) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $(python)))),python3)
PORT ?= 5000
HOST ?= 127.0.0.1
DATA ?= .civic
DEMO ?= yes
# what to test: make test TESTS=tests/civic_list ARGS="-x -k draft"
TESTS ?= tests
ARGS ?=
export PORT HOST DATA DEMO

BIN := .venv/bin
EMBEDDED := $(BIN)/python -m ckanext.civic_embedded

.DEFAULT_GOAL := help
.PHONY: help preflight env run down test test-domain lint browser-test bench lock clean

help:  ## list the commands
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 22
	@echo 'Variables of `make run`: PORT (5000), HOST (127.0.0.1), DATA (.civic), DEMO (yes)'

preflight:
	@command -v $(PYTHON) >/dev/null 2>&1 || { \
	  echo 'This machine lacks Python 3.11 or newer. On Debian or Ubuntu: apt-get install python3 python3-venv' >&2; exit 1; }
	@$(PYTHON) ckanext/civic_embedded/preflight.py

env: preflight
	@$(PYTHON) ckanext/civic_embedded/environment.py

run: env  ## set everything up and serve the portal; Ctrl-C stops it
	@exec $(EMBEDDED) up

down:  ## stop a portal that runs in another terminal
	@$(EMBEDDED) down

test: env  ## run the whole test suite on services of its own
	@exec $(EMBEDDED) test -- $(TESTS) -m "not browser and not bench" $(ARGS)

test-domain: env  ## run the tests of the pure rules, without CKAN, in seconds
	@PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 $(BIN)/python -m pytest -o addopts= --import-mode=importlib -p no:cacheprovider tests/*/domain $(ARGS)

lint: env  ## check style, types and fences
	$(BIN)/ruff check .
	$(BIN)/pyright
	$(BIN)/python .ci/lint_imports.py

browser-test: env  ## drive the pages in Chromium, with axe
	@exec $(EMBEDDED) test -- $(TESTS) -m browser $(ARGS)

bench: env  ## measure at the size of a country and print the figures
	@exec $(EMBEDDED) test -- $(TESTS) -m bench -s $(ARGS)

lock: env  ## resolve requirements.lock anew from dev-requirements.txt
	$(BIN)/uv pip compile --quiet --no-annotate --no-header --no-emit-index-url --universal \
	  --python-version 3.11 --overrides .ci/overrides.txt --output-file requirements.lock --upgrade dev-requirements.txt

clean:  ## remove what was made: environment, data, builds
	@test ! -x $(BIN)/python || $(EMBEDDED) down
	rm -rf .venv .civic build dist *.egg-info .hypothesis .ruff_cache .import_linter_cache
	find ckanext schemas tests -name __pycache__ -prune -exec rm -rf {} +
	find ckanext -name '*.mo' -delete
