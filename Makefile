# Every target is safe to repeat. `make` alone prints this help.
.DEFAULT_GOAL := help
SHELL := /bin/sh

# What the system trusts, a company's own authority included, is trusted by uv as well.
export UV_SYSTEM_CERTS := 1
# 250 packages: at 3, uv's default, one bad connection in ten ends the first start.
export UV_HTTP_RETRIES ?= 10
# Git hooks and linters call `uv` by name.
export PATH := $(CURDIR)/.cache/uv/bin:$(PATH)
# uv is fetched into the project when the machine has none; `command` keeps this fast otherwise.
UV := $(shell command -v uv 2>/dev/null || echo .cache/uv/bin/uv)
PYTHON := $(shell for p in python3.12 python3.11 python3; do $$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))' 2>/dev/null && echo $$p && break; done)
RUN := $(UV) run --no-sync
# Tests that share a stack run in one process, others beside them; WORKERS=0: one after the other.
# Each waits for services much of the time: three keep two cores busy.
WORKERS ?= 3
PYTEST = $(DEV) pytest -n $(WORKERS) --dist loadscope --no-loadscope-reorder $(if $(COVERAGE),--cov --cov-report=term)
DEV := $(UV) run --frozen --group dev --python $(PYTHON)

# RUNTIME=docker on the command line: the targets of the stack in containers.
RATE ?= 50
SERVICE ?=
ARGS ?=

##@ The stack
up: .venv/synced ## everything, from a bare machine to filled marts
	@$(RUN) python -m bootstrap up $(ARGS)

down: .venv/synced ## stop everything; data stays
	@$(RUN) python -m bootstrap down

status: .venv/synced ## what runs, and how many rows are where
	@$(RUN) python -m bootstrap status $(ARGS)

audit: .venv/synced ## compare every hop by key and value; exit 1 if a row is lost, doubled or changed
	@$(RUN) python -m bootstrap audit $(ARGS)

docs: .venv/synced ## dbt's site of models, columns and lineage; shown in Airflow too
	@$(RUN) python -m bootstrap docs

logs: .venv/synced ## follow the services' logs (SERVICE=connect for one)
	@$(RUN) python -m bootstrap logs -f $(SERVICE)

reset: .venv/synced ## stop everything and delete all local data
	@$(RUN) python -m bootstrap reset $(ARGS)

##@ Data
produce: .venv/synced ## stream events until Ctrl-C (RATE=50 a second)
	@$(RUN) python -m producer stream --rate $(RATE) $(ARGS)

register: .venv/synced ## make Kafka Connect match connectors/*.yml
	@$(RUN) python connectors/register.py apply

##@ Development
# What is slow by nature (soaks, kills under load, builds in every order) is in test-all only.
test: .venv/synced ## what a contributor runs: each promise at least once, on real services of their own
	@$(PYTEST) $(ARGS)

test-all: .venv/synced ## every test but those of the containers; what CI runs
	@$(PYTEST) -m 'not containers' $(ARGS)

test-containers: .venv/synced ## docker-compose.yml, on the Docker engine of this machine
	@$(DEV) pytest -m containers tests/containers $(ARGS)

test-snowflake: .venv/synced ## what the local Snowflake must do, asked of the account in .env
	@$(DEV) python -m tests.snowflake_account $(ARGS)

bench: .venv/synced ## the table of ratios, against the running stack (ARGS="generate sink" for a part)
	@$(DEV) --group peers python -m bench $(ARGS)

lint: .venv/synced ## what CI checks before the tests
	@$(DEV) pre-commit run --all-files --show-diff-on-failure

help: ## this text
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' Makefile

# --- machinery ---------------------------------------------------------------------------------

python:
ifeq ($(PYTHON),)
	@echo "Python 3.11 or 3.12 is needed; this machine has $$(python3 --version 2>&1 || echo none). Install one, e.g. apt-get install python3.11." >&2; exit 1
endif

PYPI := the reason is above. The first start needs a network that reaches PyPI: behind a proxy set HTTPS_PROXY; where a certificate is not trusted, add your company's authority to the system's, or name its file in PIP_CERT and SSL_CERT_FILE. Then do the same again: what has arrived is kept.
# An older pip trusts the authorities that it carries, and not the system's.
AUTHORITIES = $$($(PYTHON) -c 'import ssl; print(ssl.get_default_verify_paths().cafile or "")')

.cache/uv/bin/uv: | python
	@echo "fetching uv into .cache/uv (this machine has none)"
	@$(PYTHON) -m venv .cache/uv && PIP_CERT="$${PIP_CERT-$(AUTHORITIES)}" .cache/uv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r .ci/uv.txt || { rm -rf .cache/uv; echo "uv could not be fetched: $(PYPI)" >&2; exit 1; }

# Syncs once a change of the lock; --inexact leaves the linters of `make lint` in place. Compiled
# here, once: a shell with PYTHONDONTWRITEBYTECODE set would compile again in each of Airflow's processes.
.venv/synced: uv.lock pyproject.toml $(filter .cache/%,$(UV)) | python
	@echo "installing the Python packages of uv.lock into .venv"
	@$(UV) sync --quiet --frozen --inexact --compile-bytecode --python $(PYTHON) || { echo "They could not be installed: $(PYPI)" >&2; exit 1; }
	@touch $@

.PHONY: up down status audit docs logs reset produce register test test-all test-containers test-snowflake lint bench help python
