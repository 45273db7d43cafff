# The menu. `make demo` and `make test` do all the set-up that they need.
PYTHON ?= python3
BROKER ?= embedded
VENV := .venv
BIN := $(VENV)/bin
LLAMA := $(VENV)-llama
PACKAGES := shared $(wildcard services/*) deploy/kafka deploy/demo deploy/grafana
DEMO_PACKAGES := $(filter-out services/trainer deploy/grafana,$(PACKAGES))
EDITABLE = $(foreach package,$(1),-e ./$(package))
SOURCES := shared services deploy tests docs/examples
UV_VERSION := 0.13.9

.DEFAULT_GOAL := help
.PHONY: help demo test test-docker test-kubernetes lint types unit integration lock docs golden prior bench mutants freezes drift images clean

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

unit: $(VENV)/dev ## tests that need no broker; of deployment files too (kubectl, Prometheus)
	$(BIN)/python -m pytest tests/unit tests/contract tests/deploy docs/examples $(ARGS)

integration: $(VENV)/dev $(LLAMA)/ready ## tests on a real Kafka (Java 17 and Maven, or what `python -m freshet_kafka doctor` says)
	$(BIN)/python -m freshet_kafka fetch
	$(BIN)/python -m pytest tests/broker tests/e2e $(ARGS)

test-docker: $(VENV)/dev ## docker-compose.yml by a real engine, with stand-ins where no image can be pulled
	$(BIN)/python -m freshet_kafka fetch
	$(BIN)/python -m pytest tests/containers $(ARGS)

test-kubernetes: $(VENV)/dev ## manifests on a real API server, Kafka users on a real Kafka (needs Go; minutes, once)
	$(BIN)/python -m freshet_kafka fetch
	$(BIN)/python -m pytest tests/kubernetes $(ARGS)

images: ## build the image of every service
	docker compose build

bench: $(VENV)/dev ## throughput, freshness, model changes and scoring on this machine
	PYTHONPATH=tests $(BIN)/python tests/bench/throughput.py
	PYTHONPATH=tests $(BIN)/python tests/bench/freshness.py
	PYTHONPATH=tests $(BIN)/python tests/bench/swaps.py
	PYTHONPATH=tests $(BIN)/python tests/bench/scoring.py

mutants: $(VENV)/dev ## faults in ranking, interest and trends that unit tests notice: half an hour (ARGS=trends)
	PYTHONPATH=tests OPENBLAS_NUM_THREADS=1 $(BIN)/python tests/mutation/run.py $(ARGS)

freezes: $(VENV)/dev ## freezes and stalls of workers under load, every state compared with the log: ten minutes
	PYTHONPATH=tests $(BIN)/python tests/bench/freezes.py $(ARGS)

drift: $(VENV)/dev ## a simulated day, retrained beside frozen: ten minutes, writes the figure of docs
	PYTHONPATH=tests $(BIN)/python tests/bench/drift.py --figure docs/figures/drift.svg

docs: $(VENV)/dev ## write docs/reference and the dashboards from what the code declares
	$(BIN)/freshet topics docs --output docs/reference/topics.md
	$(BIN)/freshet topics asyncapi --output docs/reference/asyncapi.json
	$(BIN)/python -m freshet_grafana metrics --output docs/reference/metrics.md
	$(BIN)/python -m freshet_grafana dashboards --output deploy/grafana/dashboards

golden: $(VENV)/dev ## accept the topics' forms of today as those that must not break
	$(BIN)/python -m freshet.contracts.compatibility tests/contract/schemas

prior: $(VENV)/dev ## build and export the prior model again
	$(BIN)/python -m freshet_trainer prior --output services/ranker/freshet_ranker/prior

OWN := freshet $(foreach part,catalog demo grafana interactions interests kafka narrator ranker simulator trainer trends,freshet-$(part))
COMPILE = $(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-annotate \
  --python-version 3.11 --all-extras $(foreach name,$(OWN),--no-emit-package $(name))
PROJECT = $(addsuffix /pyproject.toml,$(1))

lock: $(VENV)/uv ## pin all dependencies with hashes again (UPGRADE=--upgrade for newer ones)
	$(COMPILE) $(UPGRADE) --group pyproject.toml:dev --group pyproject.toml:build \
	  $(call PROJECT,$(PACKAGES)) -o requirements/dev.txt
	$(COMPILE) --group pyproject.toml:build $(call PROJECT,deploy/demo deploy/kafka) \
	  -c requirements/dev.txt -o requirements/demo.txt
	$(filter-out --all-extras,$(COMPILE)) --group pyproject.toml:build -c requirements/dev.txt \
	  -o requirements/build.txt
	$(filter-out --all-extras,$(COMPILE)) --group pyproject.toml:llama -o requirements/llama.txt
	for service in $(notdir $(wildcard services/*)); do \
	  $(COMPILE) services/$$service/pyproject.toml -c requirements/dev.txt \
	    -o services/$$service/requirements.txt || exit 1; done

clean: ## remove what the targets made
	rm -rf $(VENV) $(LLAMA) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

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

# Built to be small and soon there: its models are tiny.
LLAMA_OPTIONS := $(foreach part,LLAVA_BUILD GGML_NATIVE GGML_OPENMP GGML_LLAMAFILE GGML_CPU_REPACK \
  LLAMA_OPENSSL,-D$(part)=OFF) -DCMAKE_C_FLAGS_RELEASE=-O1 -DCMAKE_CXX_FLAGS_RELEASE=-O1
LLAMA_INSTALL = $(BIN)/uv pip install -q --python $(LLAMA)/bin/python

$(LLAMA)/ready: $(VENV)/uv requirements/llama.txt
	@command -v c++ >/dev/null || { echo "llama.cpp's server, which tests ask, needs a C++ compiler: apt-get install g++"; exit 1; }
	@echo "building llama.cpp's server for the tests: some minutes, once"
	@$(PYTHON) -m venv --without-pip $(LLAMA)
	@$(LLAMA_INSTALL) --verify-hashes -c requirements/llama.txt cmake ninja scikit-build-core
	@PATH="$(abspath $(LLAMA))/bin:$$PATH" CMAKE_ARGS="$(LLAMA_OPTIONS)" \
	  $(LLAMA_INSTALL) --require-hashes --no-build-isolation -r requirements/llama.txt
	@touch $@
