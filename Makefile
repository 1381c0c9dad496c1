# Every everyday command of Saksi. `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help demo demo-reset field test lint format bench bench-fraud bench-national fuzz lock words screenshots clean runtime development

PORT ?= 8000
PY := .venv/bin/python

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

runtime development:
	@bin/prepare $@

field: runtime ## Build the phone app, if its sources changed
	@bin/build-field

demo: runtime ## Set up, load the demonstration programme and serve it (PORT=8000; TLS=1 for phones)
	@bin/build-field || echo "The phone app could not be built, and /field/ says so; everything else works." >&2
	@.venv/bin/saksi demo --port $(PORT)$(if $(TLS), --tls)

demo-reset: runtime ## Throw the demonstration away, so that `make demo` starts anew
	@.venv/bin/saksi demo-reset

test: development ## Set up and run every test
	@bin/build-field
	@bin/npm test --silent
	@$(PY) -m pytest -n 3 --dist worksteal

lint: development ## Check format, style, types and the rooms' import rules
	@$(PY) -m ruff format --check .
	@$(PY) -m ruff check .
	@$(PY) -m mypy
	@.venv/bin/lint-imports
	@bin/build-field dependencies
	@bin/npm run --silent lint

format: development ## Put the code into the house's format
	@$(PY) -m ruff format .
	@$(PY) -m ruff check --fix .
	@bin/build-field dependencies
	@bin/npm run --silent format

bench: development ## Measure the speeds at a small scale, each beside its peer; prints JSON lines
	@$(PY) -m benches

bench-fraud: development ## Attacks made from real photos, and honest rounds: who is found, who is accused wrongly
	@$(PY) -m benches.fraud

bench-national: development ## The same at a national portal's size: an hour or two, 25 GB in var/bench
	@SAKSI_BENCH_NATIONAL=1 $(PY) -m benches

fuzz: development ## The long runs: 20,000 mutations read, 500 sent over HTTP, the API walked, 2,000 photos under faults
	@SAKSI_FUZZ=20000 SAKSI_FUZZ_HTTP=500 SAKSI_FAULT_PHOTOS=2000 $(PY) -m pytest tests/faults tests/api/test_openapi.py \
		-k "fuzz or checker or lost_or_doubled" -s

lock: development ## Solve the dependencies anew and write the lock files
	@$(PY) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		pyproject.toml -o requirements.lock
	@$(PY) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--group dev -c requirements.lock pyproject.toml -o requirements-dev.lock
	@$(PY) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--group node -o requirements-node.lock

screenshots: development ## Take a picture of every page of the demonstration into var/screens
	@bin/build-field
	@$(PY) -m demo.screens

words: development ## Bring the catalogues of the pages' sentences up to date with the code
	@$(PY) -m server.translations.bring_up_to_date

clean: ## Remove the environment and caches; data in var/ stays
	@rm -rf /dev/shm/saksi-tests-$$(id -u)
	@rm -rf .venv field_app/node_modules field_app/dist field_app/dist-pages .mypy_cache .ruff_cache .pytest_cache .hypothesis build *.egg-info
