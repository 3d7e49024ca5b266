# make env | demo | compare | test | test-all | lint        VENV=path sets the environment
VENV ?= .venv
BOOTSTRAP ?= python3
PYTHON := $(VENV)/bin/python
STAMP := $(VENV)/.carl_mm_lock

.PHONY: env demo compare test test-slow test-rare test-all lint

env: $(STAMP)

# The stamp is a copy of the lock file: made again only when that changes.
$(STAMP): requirements/lock.txt
	@cmp -s requirements/lock.txt $@ && touch $@ || { \
	  test -x $(PYTHON) || $(BOOTSTRAP) -m venv $(VENV); \
	  $(PYTHON) -m pip install --quiet --no-deps -r requirements/lock.txt && \
	  $(PYTHON) -m pip install --quiet --no-deps --no-build-isolation -e . && \
	  cp requirements/lock.txt $@; }

demo: env
	$(PYTHON) tools/demo.py

compare: env
	$(PYTHON) benchmarks/quality/methods.py

test: env
	$(PYTHON) -m pytest -q -n 2 --dist loadfile -m "not slow and not rare"

test-slow: env
	$(PYTHON) -m pytest -q -n 2 --dist loadfile -m slow

test-rare: env
	$(PYTHON) -m pytest -q -m rare

test-all: env
	$(PYTHON) -m pytest -q

lint: env
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy
