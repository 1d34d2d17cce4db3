# What there is to do here: make demo, make serve, make test, make soak, make clean.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: demo serve test soak clean
.DEFAULT_GOAL := demo

demo: .venv/run.stamp  ## translate and summarise the sample interview, offline
	@mkdir -p demo
	$(BIN)/workbench translate workbench/samples/interview.ja.txt --from ja --to en,ko \
		--format html,md,tsv,json --output demo/interview --show

serve: .venv/run.stamp  ## open the page on http://127.0.0.1:7860
	$(BIN)/workbench serve

test: .venv/dev.stamp  ## lint, types and every test, browser tests included
	scripts/check

soak: .venv/dev.stamp  ## the long form of what kills and damages; takes hours
	WORKBENCH_SOAK=1 $(BIN)/pytest -x tests/test_batch_running.py tests/test_batch_store.py \
		tests/test_database.py tests/test_memory.py tests/test_hostile.py

clean:  ## remove the virtual environment, the demo's files and caches
	rm -rf .venv demo dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv .venv

.venv/run.stamp: .venv/bin/python pyproject.toml constraints.txt
	@echo "Setting up .venv; the first time this takes a minute or two."
	$(INSTALL) -e .
	@touch $@

.venv/dev.stamp: .venv/bin/python pyproject.toml constraints.txt
	@echo "Setting up .venv with the tools for tests; the first time this takes a minute or two."
	$(INSTALL) -e '.[dev]'
	@touch $@ .venv/run.stamp
