"""The names of buttons and selects. They carry all that is needed to answer them after any restart."""

import enum

#: In the place of a video's name: scenes of all videos.
ALL = "all"


class Action(enum.StrEnum):
    """What a button or a select asks for."""

    CANCEL = "cancel"  #: an unfinished export
    DELETE = "delete"  #: the link and the file of a completed export, before their time
    RENEW = "renew"  #: another day for a completed export
    ANOTHER = "another"  #: a short of the same scene, made differently
    REPEAT = "repeat"  #: the same short once more
    SHORT = "short"  #: a short of a scene
    TRIM = "trim"  #: a short of a part of a scene that is too long
    PREVIEW = "preview"  #: a scene under every strategy
    CHOSEN = "chosen"  #: a short of a scene in one of those ways
    PAGE = "page"  #: another page of scenes
    BATCH = "batch"  #: shorts of several scenes


def custom_id(action: Action, *parts: str | int) -> str:
    """Such as `cancel:exp_4kd0zt9m3v`."""
    return ":".join([action, *map(str, parts)])


def template(action: Action, *parts: str) -> str:
    """The pattern that finds the parts again."""
    return ":".join([action, *(f"(?P<{part}>[^:]+)" for part in parts)])
