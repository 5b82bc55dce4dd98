# Every target sets up what it needs: a machine with Python 3.11 or later and make is enough.
PYTHON ?= python3
PORT ?= 8000
SANDBOX_PORT ?= 8001
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

# Tests start some hundred programs, each of which would compile all of ours anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test check lint types bench drill mutations images audit clean

demo: $(VENV)/.runtime
	$(BIN)/flask --app wsgi demo --port $(PORT) --sandbox-port $(SANDBOX_PORT)

# Three for two processors: a third of the time of drills and browsers is waiting.
test: $(VENV)/.dev
	$(BIN)/python -m pytest -n 3 --dist loadgroup tests

check: lint types test

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev
	$(BIN)/mypy

# Known weaknesses in what is installed, where the advisories can be reached.
audit: $(VENV)/.dev
	$(BIN)/python -m tests.dependency_audit

bench: $(VENV)/.dev
	$(BIN)/python -m tests.bench

# Every fault drill at full length, and one table of what became of each text: a quarter of an hour.
drill: $(VENV)/.dev
	$(BIN)/python -m tests.faults

# Break one line after the other in a copy, and see that tests notice each.
mutations: $(VENV)/.dev
	$(BIN)/python -m tests.mutations

# The pictures of docs/images, taken from a demo of their own.
images: $(VENV)/.dev
	$(BIN)/python -m tests.browser.images

clean:
	rm -rf $(VENV) .cache .mypy_cache .pytest_cache .ruff_cache .hypothesis instance/demo

$(VENV)/.runtime: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Textdesk needs Python 3.11 or later; set PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(PIP) -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime pyproject.toml
	$(PIP) -e '.[dev]'
	@touch $@
