# Everything a newcomer types: setup, demo, run, test. Everything else is for those who change the code.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CONFIG ?= config.toml

.PHONY: setup demo run test check format lock clean

setup: $(VENV)/.ready

# The programs ffmpeg and ffprobe come from the machine; where it lacks one of them, from the registry.
$(VENV)/.ready: requirements-dev.lock requirements-ffmpeg.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@if command -v ffmpeg >/dev/null && command -v ffprobe >/dev/null; then \
		echo "ffmpeg and ffprobe: the machine's own"; \
	else \
		echo "ffmpeg and ffprobe: not on this machine, installing them into $(VENV)"; \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-ffmpeg.lock; \
	fi
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
