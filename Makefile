# Two commands do everything on a fresh machine: `make demo` and `make test`.

PYTHON ?= python3
BIN := .venv/bin
BACKEND := $(shell nvidia-smi >/dev/null 2>&1 && echo gpu || echo cpu)
LOCK := requirements/$(BACKEND).lock
STAMP := .venv/installed-$(BACKEND)
RUNS ?= runs
FAST := -n 2 -m "not slow"

export TF_CPP_MIN_LOG_LEVEL ?= 2

.PHONY: venv demo test lint check format bench chaos chaos-quick lock clean

venv: $(STAMP)

# uv is used where it is there; plain venv and pip are enough.
$(STAMP): $(LOCK) setup.py
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Expected Python 3.11 or later. Received: $$($(PYTHON) --version). Run make PYTHON=python3.11 instead."; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@if command -v uv >/dev/null 2>&1; then \
	  uv pip install --quiet --python $(BIN)/python -r $(LOCK); \
	else \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check -r $(LOCK); \
	fi
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# A four-stage physics curriculum: real training, real result, one page.
demo: venv
	$(BIN)/python experiments/01_physics/train.py --preset demo --runs-dir $(RUNS)

# Every test, the slow ones too.
test: venv
	$(BIN)/python -m pytest -n 2

# Format, lint and types.
lint: venv
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/basedpyright

# The same and the fast tests: before each commit.
check: lint
	$(BIN)/python -m pytest $(FAST)

format: venv
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# The claims, measured against their rivals.
bench: venv
	@for script in benchmarks/*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

# Kill, damage and starve real runs; each must end as if nothing had happened.
chaos: venv
	$(BIN)/python tests/chaos/chaos.py

# What of it fits into two minutes.
chaos-quick: venv
	$(BIN)/python tests/chaos/chaos.py --quick

# New exact versions; needs uv.
lock:
	uv pip compile setup.py --extra cpu --extra dev --universal --python-version 3.11 --no-header --no-annotate -o requirements/cpu.lock
	uv pip compile setup.py --extra gpu --extra dev --universal --python-version 3.11 --no-header --no-annotate -c requirements/cpu.lock -o requirements/gpu.lock

clean:
	rm -rf build *.egg-info .pytest_cache .ruff_cache
