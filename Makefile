# Every target explains itself: `make help`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help

.PHONY: help
help: ## Show what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

# Installed once for each state of its lock file; the package itself stays editable.
$(VENV)/.run: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed; name it: make run PYTHON=python3.12" >&2; exit 1; }
	@echo "Installing into $(VENV), once; pip says nothing until it is done, in a minute or a few."
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --require-hashes -r requirements.lock
	$(PIP) install --no-build-isolation --no-deps --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.lock
	$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

$(VENV)/.bench: $(VENV)/.dev requirements-bench.lock
	$(PYTHON) -m venv $(VENV)-bench
	@echo "Installing the other detectors into $(VENV)-bench, once."
	$(VENV)-bench/bin/pip --disable-pip-version-check --quiet install --require-hashes -r requirements-bench.lock
	@touch $@

.PHONY: run
run: $(VENV)/.run ## Run everything on this machine, with a demonstration (ARGS="--port 9000" for another port)
	@# Tied to make: whatever ends make ends everything, SIGKILL included.
	@exec $(BIN)/python -I -S ats/core/embedded/launch.py $$PPID 15 - - "$(CURDIR)/$(BIN)/ats" run $(ARGS)

.PHONY: test
test: $(VENV)/.dev ## Run all tests, with real servers and a real browser (ARGS="tests/core -k outbox" for some)
	$(BIN)/python -m tests.support.browser_setup
	$(BIN)/python -m pytest $(ARGS)

.PHONY: lint
lint: $(VENV)/.dev ## Check style, types and templates
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/djlint templates --lint --quiet

.PHONY: format
format: $(VENV)/.dev ## Bring the code into its style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: bench
bench: $(VENV)/.dev $(VENV)/.bench ## Measure, and print ratios side by side (ARGS="upload pages" for some)
	$(BIN)/python -m bench $(ARGS)

.PHONY: proofs
proofs: $(VENV)/.dev ## List which claims of docs/proofs.md have a passing test
	$(BIN)/python -m tests.support.proofs

.PHONY: messages
messages: $(VENV)/.dev ## Bring the message catalogues up to date with the texts in code and templates
	$(BIN)/python -m tests.support.messages

.PHONY: lock
lock: ## Resolve the lock files anew (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate \
		--quiet --extra embedded --group dev pyproject.toml -o requirements-dev.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate \
		--quiet --extra embedded --group build -c requirements-dev.lock pyproject.toml -o requirements.lock
	uv pip compile --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate \
		--quiet --group bench pyproject.toml -o requirements-bench.lock
