# `make` alone lists the targets. Set-up is done by whatever needs it.
.DEFAULT_GOAL := help
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# One worker for each core, at most four; the tests of one file stay together, for they share what they have made.
SPREAD := -n logical --maxprocesses 4 --dist loadfile

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(STAMP): requirements.lock pyproject.toml .python-version
	@scripts/setup-venv $(VENV)
	@touch $@

setup: $(STAMP) ## make .venv with the locked packages and the mollisol command

demo: $(STAMP) ## run the bundled real project end to end and print its credited number
	@$(BIN)/mollisol demo --out demo

test: $(STAMP) ## lint, both type checkers and the tests: below 10 minutes
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@$(MAKE) --no-print-directory -j2 mypy pyright
	$(BIN)/pytest $(SPREAD) -m "not slow and not statistics"

mypy: $(STAMP)
	$(BIN)/mypy src tests

pyright: $(STAMP)
	$(BIN)/pyright

slow: $(STAMP) ## the longer tests, with LibreOffice, Chromium and R: below 20 minutes
	$(BIN)/pytest $(SPREAD) -m "slow and not statistics"

statistics: $(STAMP) ## promises at the replicates of the specification: hours, before a release
	$(BIN)/pytest -m statistics

programs: ## install LibreOffice, Chromium, R and axe-core, which make slow needs
	scripts/install-programs

lint: $(STAMP) ## mend what ruff can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(STAMP) ## make every generated page of docs/ again (the simulations take a while)
	@for page in scripts/pages/*.py; do echo "$$page"; $(BIN)/python "$$page" || exit 1; done

site: $(STAMP) ## build the documentation site into site/; a warning stops it
	$(BIN)/sphinx-build -q -W --keep-going docs site

bench: $(STAMP) ## time and memory, apart from the tests
	$(BIN)/python benchmarks/run.py

lock: ## resolve requirements.lock again (needs uv)
	uv pip compile --universal --python-version 3.12 --generate-hashes --no-emit-index-url --no-annotate --no-header \
	  --all-extras --group dev pyproject.toml -o requirements.lock

.PHONY: help setup demo test mypy pyright slow statistics programs lint docs site bench lock
