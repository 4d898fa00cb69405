# The commands of a developer. `make demo` and `make test` set everything up.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
RIVALS ?= .venv-bench
JOBS ?= 5

.PHONY: help demo test faults train fuzz bench scale check format readme schemas lock clean
.DEFAULT_GOAL := help

help:  ## List the targets
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST)

$(VENV)/installed: lock/dev.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r lock/dev.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(VENV)/installed  ## Enrich the NATO summit article through a real Kafka and print the record
	$(BIN)/newswire up --demo

test: $(VENV)/installed  ## Run the tests, JOBS=5 at once, including those on a real Kafka
	$(BIN)/python -m pytest -m "not faults" --numprocesses $(JOBS)

train: $(VENV)/installed  ## Train the shipped weights again (NEWSWIRE_LABELLED, NEWSWIRE_RAW_NEWS)
	$(BIN)/python -m training.train

fuzz: $(VENV)/installed  ## Parse 100,000 damaged messages of every format
	$(BIN)/python scripts/fuzz.py

faults: $(VENV)/installed  ## Run the fault suite: kills, zombies, failing brokers (30 minutes)
	$(BIN)/python -m pytest -m faults tests/kafka --numprocesses 3

$(RIVALS)/installed: lock/bench.txt
	$(PYTHON) -m venv $(RIVALS)
	$(RIVALS)/bin/python -m pip install --quiet --require-hashes -r lock/bench.txt
	@touch $@

bench: $(VENV)/installed $(RIVALS)/installed  ## Measure throughput and latency against the alternatives (15 minutes; ARGS="--articles FILE …")
	$(BIN)/python -m benchmarks.run --rivals $(RIVALS)/bin/python $(ARGS)

scale: $(VENV)/installed  ## Measure partitions, workers, delivery, overload and a soak (30 minutes; ARGS="--articles FILE …")
	$(BIN)/python -m benchmarks.scale $(ARGS)

check: $(VENV)/installed  ## Check lint, types, layers, docstrings and spelling
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/interrogate --quiet service tests
	$(BIN)/codespell service tests schemas deploy docs README.md CHANGELOG.md CONTRIBUTING.md
	$(BIN)/yamllint --strict schemas deploy

format: $(VENV)/installed  ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

readme: $(VENV)/installed  ## Write the tables of the documents from the code
	$(BIN)/python scripts/readme.py

schemas: $(VENV)/installed  ## Write schemas/ from service/contract
	$(BIN)/newswire schema --write schemas

lock: $(VENV)/installed  ## Pin every dependency by hash
	$(BIN)/uv pip compile pyproject.toml --all-extras --group dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-header --quiet --output-file lock/dev.txt
	$(BIN)/uv pip compile pyproject.toml --extra otel --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-header --quiet --constraint lock/dev.txt --output-file lock/runtime.txt
	$(BIN)/uv pip compile --group build --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-header --quiet --constraint lock/dev.txt --output-file lock/build.txt
	$(BIN)/uv pip compile --group bench --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-header --quiet --output-file lock/bench.txt

clean:  ## Remove what the other targets created
	rm -rf $(VENV) $(RIVALS) dist build .mypy_cache .ruff_cache .pytest_cache
