# The menu. `make demo` and `make test` do all the set-up that they need.
PYTHON ?= python3
BROKER ?= embedded
VENV := .venv
BIN := $(VENV)/bin
PACKAGES := shared $(wildcard services/*) deploy/kafka deploy/demo
DEMO_PACKAGES := $(filter-out services/trainer,$(PACKAGES))
EDITABLE = $(foreach package,$(1),-e ./$(package))
SOURCES := shared services deploy tests
UV_VERSION := 0.13.9

.DEFAULT_GOAL := help
.PHONY: help demo test lint types unit integration lock docs golden prior bench drift clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-12s %s\n", $$1, $$2}'

demo: $(VENV)/demo ## run everything on this machine (BROKER=kafka for the real one; ARGS="--world news")
	@$(BIN)/python -m freshet_demo --broker $(BROKER) $(ARGS)

test: lint types unit integration ## everything that CI runs: style, types, all tests

lint: $(VENV)/dev ## style and layers
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/lint-imports

types: $(VENV)/dev ## mypy, strict
	$(BIN)/mypy

unit: $(VENV)/dev ## tests that need no broker
	$(BIN)/python -m pytest tests/unit tests/contract $(ARGS)

integration: $(VENV)/dev ## tests on a real Kafka (Java 17 and Maven, or what `python -m freshet_kafka doctor` says)
	$(BIN)/python -m freshet_kafka fetch
	$(BIN)/python -m pytest tests/broker tests/e2e $(ARGS)

bench: $(VENV)/dev ## throughput, freshness, model changes and scoring on this machine
	PYTHONPATH=tests $(BIN)/python tests/bench/throughput.py
	PYTHONPATH=tests $(BIN)/python tests/bench/freshness.py
	PYTHONPATH=tests $(BIN)/python tests/bench/swaps.py
	PYTHONPATH=tests $(BIN)/python tests/bench/scoring.py

drift: $(VENV)/dev ## a simulated day, retrained beside frozen: ten minutes, writes the figure of docs
	PYTHONPATH=tests $(BIN)/python tests/bench/drift.py --figure docs/figures/drift.svg

docs: $(VENV)/dev ## write docs/reference from the topic registry
	$(BIN)/freshet topics docs --output docs/reference/topics.md
	$(BIN)/freshet topics asyncapi --output docs/reference/asyncapi.json

golden: $(VENV)/dev ## accept the topics' forms of today as those that must not break
	$(BIN)/python -m freshet.contracts.compatibility tests/contract/schemas

prior: $(VENV)/dev ## build and export the prior model again
	$(BIN)/python -m freshet_trainer prior --output services/ranker/freshet_ranker/prior

OWN := freshet $(foreach part,catalog demo interests kafka narrator ranker simulator trainer trends,freshet-$(part))
COMPILE = $(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-annotate \
  --python-version 3.11 --all-extras $(foreach name,$(OWN),--no-emit-package $(name))
PROJECT = $(addsuffix /pyproject.toml,$(1))

lock: $(VENV)/uv ## pin all dependencies with hashes again (UPGRADE=--upgrade for newer ones)
	$(COMPILE) $(UPGRADE) --group pyproject.toml:dev --group pyproject.toml:build \
	  $(call PROJECT,$(PACKAGES)) -o requirements/dev.txt
	$(COMPILE) --group pyproject.toml:build $(call PROJECT,deploy/demo deploy/kafka) \
	  -c requirements/dev.txt -o requirements/demo.txt
	for service in $(notdir $(wildcard services/*)); do \
	  $(COMPILE) services/$$service/pyproject.toml -c requirements/dev.txt \
	    -o services/$$service/requirements.txt || exit 1; done

clean: ## remove what the targets made
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

$(VENV)/uv:
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed: make PYTHON=python3.12 …" if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -q uv==$(UV_VERSION)
	@touch $@

$(VENV)/demo: $(VENV)/uv requirements/demo.txt $(wildcard */*/pyproject.toml) shared/pyproject.toml
	@$(BIN)/uv pip install -q --python $(BIN)/python --require-hashes -r requirements/demo.txt
	@$(BIN)/uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation $(call EDITABLE,$(DEMO_PACKAGES))
	@touch $@

$(VENV)/dev: $(VENV)/uv requirements/dev.txt $(wildcard */*/pyproject.toml) shared/pyproject.toml
	@$(BIN)/uv pip install -q --python $(BIN)/python --require-hashes -r requirements/dev.txt
	@$(BIN)/uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation $(call EDITABLE,$(PACKAGES))
	@touch $@ $(VENV)/demo
