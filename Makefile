.PHONY: up test check lock

up:
	python3 manage.py up

test:
	python3 manage.py test

check:
	.venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/mypy && .venv/bin/lint-imports && .venv/bin/djlint templates --lint --quiet

# Newer versions of everything: run it, then the tests, then commit both files.
UV = uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --quiet
lock:
	$(UV) --upgrade pyproject.toml --output-file requirements/base.txt
	$(UV) pyproject.toml --group dev --constraint requirements/base.txt --output-file requirements/dev.txt
