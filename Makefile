VENV ?= .venv
BOOTSTRAP ?= python3
PYTHON := $(VENV)/bin/python
STAMP := $(VENV)/.carl_mm_lock

.DEFAULT_GOAL := help
.PHONY: help env demo compare format lint test test-slow test-rare test-all test-platforms docs

help:  ## list these commands; VENV=PATH chooses the environment
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | \
	  awk -F ':.*## ' '{ printf "make %-14s %s\n", $$1, $$2 }'

env: $(STAMP)  ## create the environment from requirements/lock.txt

# The stamp is a copy of the lock file: made again only when that changes.
$(STAMP): requirements/lock.txt
	@cmp -s requirements/lock.txt $@ && touch $@ || { \
	  test -x $(PYTHON) || $(BOOTSTRAP) -m venv $(VENV); \
	  $(PYTHON) -m pip install --quiet --no-deps -r requirements/lock.txt && \
	  $(PYTHON) -m pip install --quiet --no-deps --no-build-isolation -e . && \
	  cp requirements/lock.txt $@; }

demo: env  ## train on generated videos and compare with the controls
	$(PYTHON) tools/demo.py

compare: env  ## train and compare all methods on generated videos
	$(PYTHON) benchmarks/quality/methods.py

format: env  ## format the code and sort its imports
	$(PYTHON) -m ruff check --select I --fix .
	$(PYTHON) -m ruff format .

lint: env  ## check style and types (ruff, mypy)
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy

test: env  ## run the quick tests and the docstrings' examples
	$(PYTHON) -m pytest -q -n 2 --dist loadfile -m "not slow and not rare"
	$(PYTHON) -m pytest -q --doctest-modules carl_mm/functional carl_mm/apis

test-slow: env  ## run tests of whole processes: the wheel, the tutorial, the demo
	$(PYTHON) -m pytest -q -n 2 --dist loadfile -m slow

test-rare: env  ## run the demo with other seeds, and small benchmarks
	$(PYTHON) -m pytest -q -m rare

test-all: env  ## run every test, one after the other
	$(PYTHON) -m pytest -q

test-platforms:  ## quick tests on Python 3.10, 3.12, 3.13, newest packages
	.ci/platforms

docs: env  ## build the documentation into docs/_build/html
	$(PYTHON) -m sphinx -q -W --keep-going -n -b html docs docs/_build/html
