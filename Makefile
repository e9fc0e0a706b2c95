# Two commands for a newcomer: `make demo` and `make test`. Both begin with `make install`.
PORT ?= 8080
ONCE ?=
FOLDER ?=
VENV := .venv
BIN := $(VENV)/bin

# Without its cache of compiled modules every process of the tests and of the demo would start seconds later.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: install demo test lint types contracts suite thorough test-needs lighthouse bench bench-ledger faults mutants clean

# Compiled here, for a service may not write beside the code: it would compile everything at each start.
install: $(VENV)/.installed
	@$(BIN)/python -m compileall -q channels scheduler server
	@sh deploy/setup/surface.sh $(VENV)/npm-surface

$(VENV)/.installed: pyproject.toml constraints.txt deploy/setup/venv.sh
	sh deploy/setup/venv.sh $(VENV)
	$(BIN)/python -m pip install --quiet -c constraints.txt -e .
	touch $@

demo: install
	$(BIN)/python deploy/demo/run.py --port $(PORT) $(if $(ONCE),--once) $(if $(FOLDER),--folder $(FOLDER))

test: test-needs lint types contracts suite

test-needs: $(VENV)/.test-installed
	sh deploy/setup/test-needs.sh
	@sh deploy/setup/surface.sh $(VENV)/npm-surface

$(VENV)/.test-installed: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[test]'
	touch $@

lint: $(VENV)/.test-installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.test-installed
	$(BIN)/mypy

contracts: $(VENV)/.test-installed
	$(BIN)/lint-imports

suite: $(VENV)/.test-installed
	$(BIN)/python -m pytest -n 4 --dist loadfile --no-loadscope-reorder -m 'not slow'

# Everything, what is slow included: about an hour on two cores. A test whose program is missing fails here.
thorough: test-needs
	sh deploy/setup/test-needs.sh thorough
	NOTHING_MISSING=1 $(BIN)/python -m pytest -n 2 --dist loadfile

# Not a test: Lighthouse on the demo's home, article and subscribe page, as a phone has them; wants a quiet machine.
lighthouse: test-needs
	npm install --silent --no-audit --no-fund --no-save --prefix $(VENV)/npm axe-core@4.14.1 lighthouse@12.8.2
	$(BIN)/python -m tests.lighthouse $(if $(URL),--url $(URL))

# Not a test: it takes minutes and wants a quiet machine. ITEMS= and ROUNDS= make it shorter.
bench: test-needs
	$(BIN)/python -m tests.bench $(if $(ITEMS),--items $(ITEMS)) $(if $(ROUNDS),--rounds $(ROUNDS))

# A year's figures beside ten million ledger lines (LINES=), on both databases; wants some minutes and 8 GB of disk.
bench-ledger: test-needs
	$(BIN)/python -m tests.bench.ledger $(if $(LINES),--lines $(LINES))

# Kills workers at every step of their way, RUNS= of them in all; writes var/faults/summary.json.
faults: test-needs
	$(BIN)/python -m tests.faults $(if $(RUNS),--runs $(RUNS)) $(if $(SEED),--seed $(SEED))

# Puts deliberate faults into a copy of the tree; the tests must notice each. ONLY= tries some of them.
mutants: test-needs
	$(BIN)/python -m tests.mutants $(if $(ONLY),--only '$(ONLY)')

# The data in var/ stays: it may be an office's.
clean:
	rm -rf $(VENV) dist .mypy_cache .ruff_cache .import_linter_cache .hypothesis .pytest_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
