"""The papers say what the code does."""

import re
import tomllib
from pathlib import Path

import pytest

from bot.chat.commands import COMMANDS as CHAT_COMMANDS
from bot.commands import every as every_command
from bot.commands.settings import example
from bot.config import Settings
from processing.quality import QUALITIES
from processing.strategies import STRATEGIES
from storage.intake_models import INTAKE_TRANSITIONS
from storage.models import TRANSITIONS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
ARCHITECTURE = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")


def test_the_example_config_is_what_the_program_prints() -> None:
    assert (ROOT / "config.example.toml").read_text(encoding="utf-8") == example()


def test_the_example_config_holds_the_defaults() -> None:
    assert Settings(**tomllib.loads(example())) == Settings()


def test_the_diagram_has_the_arrows_of_the_code() -> None:
    drawn = set(re.findall(r"^\s+(\w+) --> (\w+): \w$", ARCHITECTURE, re.MULTILINE))
    assert drawn == {(source, target) for source, targets in TRANSITIONS.items() for target in targets}


@pytest.mark.parametrize("name", [*STRATEGIES, *QUALITIES])
def test_every_strategy_and_quality_is_in_the_readme(name: str) -> None:
    assert f"`{name}`" in README


@pytest.mark.parametrize("name", [command.name for command in CHAT_COMMANDS])
def test_every_chat_command_is_in_the_readme(name: str) -> None:
    assert f"/{name}" in README or f"*{name}*" in README


@pytest.mark.parametrize("name", every_command())
def test_every_command_is_in_the_readme(name: str) -> None:
    assert f"`cutdown {name}" in README


@pytest.mark.parametrize(
    "path", [path for room in ("bot", "processing", "storage") for path in sorted((ROOT / room).iterdir())]
)
def test_every_room_is_in_the_plan(path: Path) -> None:
    name = f"{path.name}/" if path.is_dir() else path.stem
    assert path.stem.startswith("__") or re.search(rf"\b{re.escape(name)}", ARCHITECTURE)


def test_every_link_between_the_papers_leads_somewhere() -> None:
    papers = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]
    broken = [
        (paper.name, link)
        for paper in papers
        for link in re.findall(r"\]\((?!https?://|#)([^)#]+)", paper.read_text(encoding="utf-8"))
        if not (paper.parent / link).exists()
    ]
    assert broken == []


def test_the_diagram_of_intakes_has_the_arrows_of_the_code() -> None:
    page = (ROOT / "docs/videos.md").read_text(encoding="utf-8")
    drawn = set(re.findall(r"^\s+(\w+) --> (\w+)", page, re.MULTILINE))
    assert drawn == {(source, target) for source, targets in INTAKE_TRANSITIONS.items() for target in targets}
