"""The words for how a video comes in: an intake, its status, and what is found."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType


class IntakeStatus(enum.StrEnum):
    """How far a video has come in. `INTAKE_TRANSITIONS` says which step may follow which."""

    FETCHING = "fetching"  #: its file is on its way
    PROBING = "probing"  #: the file is here and is looked at
    DETECTING = "detecting"  #: the video is held, its scenes are being found
    READY = "ready"  #: its scenes are there
    FAILED = "failed"  #: it could not be had, or nothing could be found in it


#: status -> the statuses that may follow it. `probing -> fetching` is an interruption (a restart).
INTAKE_TRANSITIONS: Mapping[IntakeStatus, frozenset[IntakeStatus]] = MappingProxyType(
    {
        IntakeStatus.FETCHING: frozenset({IntakeStatus.PROBING, IntakeStatus.FAILED}),
        IntakeStatus.PROBING: frozenset({IntakeStatus.FETCHING, IntakeStatus.DETECTING, IntakeStatus.FAILED}),
        IntakeStatus.DETECTING: frozenset({IntakeStatus.READY, IntakeStatus.FAILED}),
        IntakeStatus.READY: frozenset(),
        IntakeStatus.FAILED: frozenset(),
    }
)


#: Left, top, width and height of all that is ever lit of a picture.
Lit = tuple[int, int, int, int]


@dataclass(frozen=True, kw_only=True)
class Findings:
    """What was found about a video as a whole."""

    cuts_s: tuple[float, ...]
    #: integrated loudness; None without sound
    loudness_lufs: float | None
    #: what is left when black bars are cut off; None when it is unknown
    lit: Lit | None


class Keep(enum.StrEnum):
    """Where whoever asked for a video wants its file to be."""

    HERE = "here"  #: with us
    REMOTE = "remote"  #: where it is, if that can be done


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is to be done with a video when it is there: the one scene of interest, and who else may use it.

    Where none is named, and none is found, the whole video is one.
    """

    title: str | None = None
    start_s: float | None = None
    end_s: float | None = None
    #: the Discord server that it is shared with
    guild_id: str | None = None

    @property
    def names_a_scene(self) -> bool:
        """Whether there is nothing to look for."""
        return self.start_s is not None or self.end_s is not None


@dataclass(frozen=True, kw_only=True)
class Intake:
    """How a video comes in, under the id that the video has or will have."""

    video_id: str
    owner_id: str
    title: str
    url: str | None
    status: IntakeStatus
    tries: int = 0
    #: why it failed, the last time that it did
    error: str | None = None
    findings: Findings | None = None
    created_at: datetime
    finished_at: datetime | None = None
    keep: Keep | None = None
    #: False: whoever brought the video wants none to be looked for
    finds_scenes: bool = True
    #: None: not even a scene is wished for
    wish: Wish | None = None


@dataclass(frozen=True, kw_only=True)
class SceneFacts:
    """What a scene that was found is like."""

    #: None, like motion and black: only key frames were seen, and they do not tell
    cuts_per_minute: float | None
    #: mean change from one tenth of a second to the next, 0 to 100
    motion: float | None
    #: integrated loudness; None without sound
    loudness_lufs: float | None
    #: part of the scene that is black
    black_share: float | None
    #: the moment that shows best what the scene is, in seconds of the video
    still_s: float
    #: part of the scene in which somebody speaks; None: nobody has listened for that
    speech_share: float | None = None
