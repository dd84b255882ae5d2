# What people type. Everything lives in .venv and var/; run any of these as often as you like.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PORT   ?= 8000
ADDRESS ?= 127.0.0.1

# Node is for checks of the scripts alone; nothing that runs needs it.
NODE := $(if $(shell command -v npm),node_modules/.dev)

.PHONY: run quick test coverage check hooks services bench faults lock screenshots clean

run: $(VENV)/.run
	@$(BIN)/python manage.py migrate --verbosity 0 && echo "The database is up to date."
	@$(BIN)/python manage.py demo --if-new
	@echo "Parley runs at http://$(ADDRESS):$(PORT) (stop it with Ctrl+C)."
	@$(if $(filter-out 8000,$(PORT)),SITE_URL=http://$(ADDRESS):$(PORT)) $(BIN)/python manage.py runserver --verbosity 0 $(ADDRESS):$(PORT)

test: $(VENV)/.dev
	@$(BIN)/python -m tests $(TESTS)

quick: $(VENV)/.dev
	@$(BIN)/python -m tests --quick

coverage: $(VENV)/.dev
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m tests $(TESTS); failed=$$?; \
	  $(BIN)/coverage combine --quiet && $(BIN)/coverage report && exit $$failed

check: $(VENV)/.dev $(NODE)
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/mypy
	@$(BIN)/djlint templates --lint --quiet
	@$(if $(NODE),npm run --silent check,echo "Left out the checks of scripts, as Node is missing: make services"; test -z "$$REQUIRE_ALL")
	@$(BIN)/python manage.py makemigrations --check --dry-run --verbosity 0 && echo "Migrations are up to date."
	@$(BIN)/python -m tests.support.deployment

hooks: $(VENV)/.dev $(NODE)
	@$(BIN)/prek install

services:
	@deploy/services

bench: $(VENV)/.dev
	@$(BIN)/python -m bench $(ONLY)

faults: $(VENV)/.dev
	@$(BIN)/python -m tests --faults

screenshots: $(VENV)/.dev
	@$(BIN)/python -m docs.screenshots

lock: $(VENV)/.dev
	@for name in requirements requirements-dev; do \
	  $(BIN)/uv pip compile --quiet --generate-hashes --universal --python-version 3.11 $$name.in -o $$name.txt; done

clean:
	rm -rf $(VENV) node_modules var/static

node_modules/.dev: package-lock.json
	@echo "Installing $< into node_modules …"
	@npm ci --silent --no-audit --no-fund
	@touch $@

define install
	@echo "Installing $(1) into $(VENV) …"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Parley needs Python 3.11 or newer; name one with: make PYTHON=python3.12 …"; exit 1; }
	@test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV) || \
	  { echo "Python's venv is missing; on Debian or Ubuntu: apt-get install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(1)
	@touch $@
endef

$(VENV)/.run: requirements.txt
	$(call install,requirements.txt)

$(VENV)/.dev: requirements-dev.txt $(VENV)/.run
	$(call install,requirements-dev.txt)
