# Three commands on a bare machine (Python 3.11 or newer, make, git):
#
#   make demo   train SCoRe on MathSelfCorrect-v0 and write a report under runs/
#   make test   format, lint, types and all tests, the slow ones too
#   make lock   write constraints.txt; pins that still fit stay, and
#               `make lock UPGRADE=--upgrade` takes the newest versions
#
# They make .venv first if it is missing, and install again only if
# pyproject.toml or constraints.txt changed.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/installed
COMMA := ,
EXTRAS := agents,dev,graders,lora,tensorboard

.DELETE_ON_ERROR:
.PHONY: demo test lock install clean

demo: install
	$(BIN)/rethink train score --env MathSelfCorrect-v0 --model tiny

test: install
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/python -m pytest -m ""

# One set of versions for every supported Python and system.
lock: $(BIN)/python
	$(BIN)/python -m pip install --quiet "uv>=0.9"
	$(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 \
		--extra $(subst $(COMMA), --extra ,$(EXTRAS)) $(UPGRADE) \
		--no-annotate --custom-compile-command "make lock" --output-file constraints.txt

install: $(INSTALLED)

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist
	find src tests benchmarks examples -name __pycache__ -prune -exec rm -rf {} +

$(INSTALLED): pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --constraint constraints.txt --editable ".[$(EXTRAS)]"
	touch $@

# Some distributions split venv's own pip off into another package; the pip
# of the system then puts one into .venv.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "PYTHON must be Python 3.11 or newer, got $$($(PYTHON) --version 2>&1)." \
			"Name another one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	if $(PYTHON) -c 'import ensurepip' 2>/dev/null; then \
		$(PYTHON) -m venv $(VENV); \
	else \
		$(PYTHON) -m venv --without-pip $(VENV) \
			&& $(PYTHON) -m pip --python $(BIN)/python install pip; \
	fi
