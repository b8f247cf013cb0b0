# Everything a newcomer types: setup, demo, run, test. The rest is for those who change the code.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
CONFIG ?= config.toml

# make demo VIDEO=path START=10.5 END=55.7 STRATEGY=center_crop QUALITY=high
DEMO := $(if $(VIDEO),--video "$(VIDEO)") $(if $(START),--start $(START)) $(if $(END),--end $(END)) \
	$(if $(STRATEGY),--strategy $(STRATEGY)) $(if $(QUALITY),--quality $(QUALITY)) \
	$(if $(OUTPUT),--output "$(OUTPUT)")

.PHONY: setup demo run test bench check format lock wheel clean

setup: $(VENV)/.ready

# ffmpeg and ffprobe are the machine's own; where it has none that the service would take, both come from the registry.
HAS_FFMPEG := $(BIN)/python -c 'import sys; from processing.tools import find_tools; \
	sys.exit(find_tools().ffmpeg.is_relative_to(sys.prefix))'
$(VENV)/.ready: requirements-dev.lock requirements-ffmpeg.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed")'
	$(PYTHON) -m venv $(VENV)
	$(PIP) --require-hashes -r requirements-dev.lock
	$(PIP) --no-deps --no-build-isolation --editable .
	@if $(HAS_FFMPEG) 2>/dev/null; then \
		echo "ffmpeg and ffprobe: this machine's own"; \
	else \
		echo "ffmpeg and ffprobe: none here that are new enough, so they are installed into $(VENV) (GPL builds)"; \
		$(PIP) --require-hashes -r requirements-ffmpeg.lock; \
	fi
	@touch $@

demo: setup
	@$(BIN)/cutdown demo $(DEMO)

run: setup
	@test -f $(CONFIG) || { cp config.example.toml $(CONFIG) && echo "made $(CONFIG) from config.example.toml"; }
	@exec $(BIN)/cutdown run --config $(CONFIG)

test: setup
	$(BIN)/python -m pytest -n 2 --dist loadfile $(ARGS)
	$(if $(ARGS),,$(BIN)/python -m pytest tests/scenarios)

# Side by side with the plain command, on real clips. SHORT=--short only sees whether it runs.
bench: setup
	$(BIN)/python -m bench.render $(SHORT)
	$(BIN)/python -m bench.eta $(SHORT)
	$(BIN)/python -m bench.throughput $(SHORT)
	$(BIN)/python -m bench.overhead $(SHORT)
	$(BIN)/python -m bench.shared $(SHORT)
	$(BIN)/python -m bench.detect $(SHORT)
	$(BIN)/python -m bench.slow_senders $(SHORT)
	$(BIN)/python -m bench.sound $(SHORT)
	$(BIN)/python -m bench.remote $(SHORT)
	$(BIN)/python -m bench.autocomplete $(SHORT)

# What CI asks before the tests: format, lint, types, import contracts.
check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

wheel: setup
	rm -rf dist
	$(BIN)/python -m build --wheel --no-isolation --outdir dist

# Needs uv. The locks hold versions and hashes for every platform, and no address of a registry.
UV_COMPILE := uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet
lock:
	$(UV_COMPILE) pyproject.toml --output-file requirements.lock
	$(UV_COMPILE) pyproject.toml --group dev --output-file requirements-dev.lock
	for extra in ffmpeg speech ytdlp; do \
		$(UV_COMPILE) requirements-$$extra.in --output-file requirements-$$extra.lock || exit 1; \
	done

clean:
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
