"""Which variables of the environment are ours: `CUTDOWN_…`."""

import json
from collections.abc import Iterator, Mapping
from typing import get_origin

from pydantic import BaseModel

PREFIX = "CUTDOWN_"
#: What stands between a table and its setting: CUTDOWN_SERVICE__PORT.
DELIMITER = "__"
#: No setting, but where the file of the settings lies.
FILE = "CUTDOWN_CONFIG"
#: What says where the programs of this machine are; it is as true for a service that is only tried out.
OF_THE_MACHINE = frozenset({"CUTDOWN_RENDER__FFMPEG", "CUTDOWN_RENDER__FFPROBE"})


def unset(environment: Mapping[str, str]) -> dict[str, str]:
    """The same without settings, for a child that must have nothing of the service here but its programs."""
    return {
        name: value
        for name, value in environment.items()
        if not _is_ours(name) or name.upper() in OF_THE_MACHINE
    }


def faults(environment: Mapping[str, str], tree: type[BaseModel]) -> Iterator[str]:
    """Which of our variables cannot be read as settings of that tree, and why; never a value."""
    forms = dict(_forms(tree))
    for name, value in environment.items():
        if not _is_ours(name) or name == FILE:
            continue
        form = forms.get(name.upper())
        if form is None:
            yield f"{name}: there is no such setting; they are named as CUTDOWN_SERVICE__PORT is"
        elif form and not _is_json(value):
            yield f"{name}: must be {form}"


def _forms(tree: type[BaseModel]) -> Iterator[tuple[str, str]]:
    """The variable of each setting, and in which form it is written; plain ones have none."""
    for section, table in tree.model_fields.items():
        yield PREFIX + section.upper(), "JSON"
        if isinstance(table.annotation, type) and issubclass(table.annotation, BaseModel):
            for key, setting in table.annotation.model_fields.items():
                is_list = get_origin(setting.annotation) is list
                form = 'a list in JSON, such as ["…", "…"]' if is_list else ""
                yield f"{PREFIX}{section}{DELIMITER}{key}".upper(), form


def _is_ours(name: str) -> bool:
    return name.upper().startswith(PREFIX)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
