# `make run` and `make test` set up all that they need. PYTHON names another interpreter.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run stack test faults gitea prometheus3 grafana-types bench pictures format clean

run: $(VENV)/.run
	@exec $(BIN)/orchex-kilo-exporter demo $(ARGS)

# The same as compose.yaml without containers, and so without Grafana.
stack: $(VENV)/.run
	@exec $(BIN)/python -m stack $(ARGS)

test: $(VENV)/.test
	@sh tests/install-packages
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/hadolint Dockerfile
	$(BIN)/pytest --numprocesses=2 --dist=loadfile --no-loadscope-reorder $(ARGS)

# The long form of the crash tests that `make test` runs in short.
faults: $(VENV)/.test
	$(BIN)/pytest tests/faults --rounds=200 $(ARGS)

# The provider against a real Gitea, which Go builds from its module.
gitea: $(VENV)/.test
	@sh tests/real/build-gitea .cache/gitea
	$(BIN)/pytest tests/real --gitea=.cache/gitea/gitea $(ARGS)

# Alerts and boards against Prometheus 3, which Go builds from its module; Debian's is the one of `make test`.
prometheus3: $(VENV)/.test
	@sh tests/real/build-prometheus .cache/prometheus
	PATH="$(CURDIR)/.cache/prometheus:$$PATH" $(BIN)/pytest tests/alerts tests/dashboards tests/e2e/test_alerts.py $(ARGS)

# The boards against the types that Grafana publishes of its panels, versions 10 to 13; they come from npm.
grafana-types: $(VENV)/.test
	@sh tests/real/install-grafana-types .cache/grafana-types
	$(BIN)/pytest tests/real --grafana-types=.cache/grafana-types $(ARGS)

bench: $(VENV)/.test
	$(BIN)/python -m tests.bench $(ARGS)

# The README's pictures, of the simulated organisation and of `make stack`.
pictures: $(VENV)/.test
	$(BIN)/python -m tests.pictures

format: $(VENV)/.test
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis .cache

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; name one with PYTHON=…"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || \
		{ echo "Python's venv is missing; as root: apt-get install python3-venv"; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.run: $(VENV)/.python pyproject.toml constraints.txt
	@echo "Setting up; the first time takes about half a minute."
	@$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.test: $(VENV)/.python pyproject.toml constraints.txt
	@echo "Setting up the tests; the first time takes a minute or two."
	@$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[test,postgresql]'
	@touch $@ $(VENV)/.run
