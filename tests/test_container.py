"""The image and its compose file give the settings to nobody but the operator."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot import environment
from bot.config import Settings

ROOT = Path(__file__).parents[1]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
#: What a container is, and no operator has to say.
OF_THE_IMAGE = {"HOST", "PORT", "DATA_DIR", "LOG_FORMAT"}
EXTRAS = ("ffmpeg", "speech", "ytdlp")


@pytest.fixture
def service() -> dict[str, Any]:
    compose: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    return dict(compose["services"]["cutdown"])


def test_compose_sets_nothing_that_would_stand_above_the_file_of_the_settings(
    service: dict[str, Any],
) -> None:
    assert set(service.get("environment", {})) <= {environment.FILE}
    assert service["env_file"] == [{"path": ".env", "required": False}]


def test_the_file_of_the_settings_is_mounted_where_the_environment_says(service: dict[str, Any]) -> None:
    mounted = [volume for volume in service["volumes"] if isinstance(volume, dict)]
    assert [volume["target"] for volume in mounted] == [service["environment"][environment.FILE]]
    # a missing file would be made as a folder otherwise
    assert [volume["bind"]["create_host_path"] for volume in mounted] == [False]


def test_the_image_sets_what_a_container_is_and_nothing_else() -> None:
    names = re.findall(r"\b(CUTDOWN_\w+)=", DOCKERFILE)
    assert {name.removeprefix("CUTDOWN_SERVICE__") for name in names} == OF_THE_IMAGE
    assert list(environment.faults(dict.fromkeys(names, "text"), Settings)) == []


@pytest.mark.parametrize("extra", EXTRAS)
def test_the_lock_of_an_extra_is_made_of_what_the_project_says(extra: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = (ROOT / f"requirements-{extra}.in").read_text(encoding="utf-8").splitlines()
    assert [line for line in asked if not line.startswith("#")] == project["optional-dependencies"][extra]


@pytest.mark.parametrize("extra", ["speech", "ytdlp"])
def test_the_lock_of_an_extra_is_what_the_tests_run_with(extra: str) -> None:
    ours = pinned(ROOT / f"requirements-{extra}.lock")
    assert ours
    assert ours.items() <= pinned(ROOT / "requirements-dev.lock").items()


def pinned(lock: Path) -> dict[str, str]:
    """Name and version -> the hashes."""
    entries = re.split(r"\n(?=\S)", lock.read_text(encoding="utf-8").strip())
    return {entry.split()[0]: " ".join(re.findall(r"--hash=(\S+)", entry)) for entry in entries}
