# What one does with this project. Needs GNU make and Python 3.11 or later; everything else is put into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.made-from-lock

.PHONY: install demo run test test-long test-postgres chaos bench screenshots lint lock

install: $(READY)  ## the virtual environment, with the command .venv/bin/alumni-bot

demo: $(READY)  ## the bot in a local Slack workspace, in the browser
	@$(BIN)/python -m bot demo

run: $(READY)  ## the bot in the workspace that .env names
	@$(BIN)/python -m bot run

test: $(READY)  ## every test but the long ones, on SQLite; those of storage on PostgreSQL too
	@$(BIN)/python -m pytest -n auto --dist worksteal -m "not long"

test-long: $(READY)  ## those that take a good part of a minute each: whole academies, kills, full disks
	@$(BIN)/python -m pytest -n auto --dist worksteal -m long

test-postgres: $(READY)  ## every test that needs a database, on a PostgreSQL that is started for it
	@$(BIN)/python -m pytest -n auto --dist worksteal --database postgres

chaos: $(READY)  ## the fault run: 10,000 messages and 1,000 deeds through 500 kills and all else that goes wrong
	@$(BIN)/python -m tests.chaos.run

bench: $(READY)  ## how good and how fast search, rounds, the page, the heartbeat, a broadcast and the bot are
	@$(BIN)/python -m tests.bench
	@$(BIN)/python -m tests.bench.matching
	@$(BIN)/python -m tests.bench.page
	@$(BIN)/python -m tests.bench.heartbeat
	@$(BIN)/python -m tests.bench.broadcast
	@$(BIN)/python -m tests.bench.load

screenshots: $(READY)  ## the pictures in README.md, taken on the newcomer's way through the demo
	@$(BIN)/python -m pytest tests/scenarios/test_newcomer.py --pictures sandbox/screenshots

lint: $(READY)  ## style, types, floors
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

lock: $(READY)  ## renew requirements.lock from pyproject.toml, keeping what still fits
	@$(BIN)/python -m pip install --quiet uv
	@$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--group dev pyproject.toml --quiet -o requirements.lock

# The stamp is newer than the lock file once all of it is installed.
$(READY): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or later is needed, and $(PYTHON) is not. Name another: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { \
		echo "No virtual environment could be made. On Debian and Ubuntu: apt install python3-venv" >&2; rm -rf $(VENV); exit 1; }
	@echo "Installing into $(VENV), once ..." >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@printf '#!/bin/sh\nPYTHONPATH="%s" exec "%s/$(BIN)/python" -m bot "$$@"\n' "$(CURDIR)" "$(CURDIR)" > $(BIN)/alumni-bot
	@chmod +x $(BIN)/alumni-bot
	@touch $@
