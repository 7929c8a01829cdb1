# Every target uses the Python that is active: activate a virtual environment with `pip install -e '.[dev]'` in it.
PYTHON ?= python

.PHONY: check check-home format lint types layers test docs

check: lint types layers test

format:
	$(PYTHON) -m ruff format .
	$(PYTHON) -m ruff check --fix .

lint:
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .

types:
	$(PYTHON) -m mypy
	$(PYTHON) -m pyright --pythonpath "$$($(PYTHON) -c 'import sys; print(sys.executable)')"

layers:
	$(PYTHON) -c 'from importlinter.cli import lint_imports_command; lint_imports_command()'

test:
	$(PYTHON) -m pytest

# Against a real Home Assistant, which is installed once into a cache folder (or named by JARVIS_TEST_HASS).
check-home:
	$(PYTHON) -m tests.homeassistant.environments
	$(PYTHON) -m pytest -n 0 --timeout 1200 tests/homeassistant

docs:
	$(PYTHON) -m jarvis.model_registry.licenses > docs/models.md
