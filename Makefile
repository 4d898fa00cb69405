# The commands of a developer. `make demo` and `make test` set everything up.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
RIVALS ?= .venv-bench
TRAIN ?= .venv-train
JOBS ?= 5

.PHONY: help demo test stream faults kubernetes train train-languages fuzz bench scale check format readme schemas lock clean
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

stream: $(VENV)/installed  ## Run the tests on a real Kafka only (LOCAL_KAFKA_VERSION=3.9.1: on the oldest supported one)
	$(BIN)/python -m pytest -m "not faults" --numprocesses $(JOBS) tests/kafka

# The lock leaves out packages that others declare but training does not need, so pip must not look for them.
$(TRAIN)/installed: lock/train.txt
	$(PYTHON) -m venv $(TRAIN)
	$(TRAIN)/bin/python -m pip install --quiet --no-deps --require-hashes -r lock/train.txt
	@touch $@

# JAX allocates and frees large arrays in every step. With these settings glibc keeps up to 16 GiB of them for the next
# step, in huge pages and taken 256 MiB at a time. Otherwise each page that it gives back is a page fault in the next.
# On a busy machine two BLAS threads wait for each other, so there is one.
train train-languages: export MALLOC_MMAP_THRESHOLD_ = 17179869184
train train-languages: export MALLOC_TRIM_THRESHOLD_ = 17179869184
train train-languages: export MALLOC_TOP_PAD_ = 268435456
train train-languages: export GLIBC_TUNABLES = glibc.malloc.hugetlb=1
train train-languages: export OMP_NUM_THREADS = 1
train train-languages: export OPENBLAS_NUM_THREADS = 1
train: $(TRAIN)/installed  ## Train the shipped weights again (NEWSWIRE_LABELLED=FOLDER NEWSWIRE_RAW_NEWS=FILE)
	$(TRAIN)/bin/python -m training.train

train-languages: $(TRAIN)/installed  ## Train the weights for names in other languages (NEWSWIRE_LABELLED=FOLDER NEWSWIRE_LANGUAGES=FOLDER)
	$(TRAIN)/bin/python -m training.languages

fuzz: $(VENV)/installed  ## Parse 100,000 damaged messages of every format, and split 100,000 damaged files
	$(BIN)/python scripts/fuzz.py
	$(BIN)/python scripts/fuzz_splitting.py

faults: $(VENV)/installed  ## Run the fault suite: kills, zombies, failing brokers (30 minutes)
	$(BIN)/python -m pytest -m faults tests/kafka --numprocesses 3

# The modules of Kubernetes are replaced, which `go install` refuses, so the API server is built in a module of its own.
kubernetes: $(VENV)/installed  ## Apply manifests and chart to a real API server (needs Go and etcd; ten minutes the first time)
	cd deploy/checks/kube-apiserver && go build -o "$$(go env GOPATH)/bin/" k8s.io/kubernetes/cmd/kube-apiserver
	$(BIN)/python -m pytest tests/deploy/test_kustomize.py tests/deploy/test_helm.py tests/deploy/test_api_server.py

$(RIVALS)/installed: lock/bench.txt
	$(PYTHON) -m venv $(RIVALS)
	$(RIVALS)/bin/python -m pip install --quiet --require-hashes -r lock/bench.txt
	@touch $@

bench: $(VENV)/installed $(RIVALS)/installed  ## Measure throughput and latency against the alternatives (15 minutes; ARGS="--articles FILE …")
	$(BIN)/python -m benchmarks.run --rivals $(RIVALS)/bin/python $(ARGS)

scale: $(VENV)/installed  ## Measure partitions, workers, delivery, overload, a soak and a rollout (40 minutes; ARGS="--articles FILE …")
	$(BIN)/python -m benchmarks.scale $(ARGS)

check: $(VENV)/installed  ## Check lint, types, layers, docstrings and spelling
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/interrogate --quiet service tests
	$(BIN)/codespell service tests schemas deploy docs README.md CHANGELOG.md CONTRIBUTING.md
	$(BIN)/yamllint --strict schemas deploy .github

format: $(VENV)/installed  ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

readme: $(VENV)/installed  ## Write the tables of the documents from the code
	$(BIN)/python scripts/readme.py

schemas: $(VENV)/installed  ## Write schemas/ from service/contract
	$(BIN)/newswire schema --write schemas

lock: $(VENV)/installed  ## Pin every dependency by hash (UPGRADE=--upgrade: in its newest version)
	$(BIN)/uv pip compile $(UPGRADE) pyproject.toml --all-extras --group dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-header --quiet --output-file lock/dev.txt
	$(BIN)/uv pip compile $(UPGRADE) pyproject.toml --extra otel --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-header --quiet --constraint lock/dev.txt --output-file lock/runtime.txt
	$(BIN)/uv pip compile $(UPGRADE) --group build --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-header --quiet --constraint lock/dev.txt --output-file lock/build.txt
	$(BIN)/uv pip compile $(UPGRADE) --group bench --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-header --quiet --output-file lock/bench.txt
	$(BIN)/uv pip compile $(UPGRADE) pyproject.toml --group train --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-header --quiet --constraint lock/dev.txt --output-file lock/train.txt

clean:  ## Remove what the other targets created
	rm -rf $(VENV) $(RIVALS) $(TRAIN) dist build .mypy_cache .ruff_cache .pytest_cache
