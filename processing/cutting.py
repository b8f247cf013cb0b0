"""Cuts a video into scenes by hand: a new scene, a changed one, halves, one of several. Decisions alone."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from processing.errors import InvalidTrim
from processing.requests import check_interval
from processing.titles import one_line
from storage.identifiers import new_id
from storage.intake_models import Wish
from storage.models import Scene, Video

#: Scenes may become one when no more than this lies between them. Black and fades, which belong to no scene,
#: are shorter; what is longer has been left out on purpose.
GAP_S = 5.0


@dataclass(frozen=True, kw_only=True)
class SceneDraft:
    """A scene as somebody asks for it."""

    start_s: float
    end_s: float
    title: str | None = None


def drawn(draft: SceneDraft, video: Video, *, now: datetime) -> Scene:
    """The scene that a draft stands for.

    Raises:
        InvalidTrim: it does not lie inside the video.
    """
    check_interval(draft.start_s, draft.end_s, within=(0.0, video.duration_s), what="video")
    return Scene(
        id=new_id("scn"),
        video_id=video.id,
        owner_id=video.owner_id,
        title=one_line(draft.title) or f"{video.title} {draft.start_s:g}-{draft.end_s:g} s",
        start_s=draft.start_s,
        end_s=draft.end_s,
        created_at=now,
    )


def wished(wish: Wish, video: Video, *, now: datetime) -> Scene:
    """The scene that a video is brought for: the one that is named, or all of it.

    Raises:
        InvalidTrim: it does not lie inside the video.
    """
    end_s = video.duration_s if wish.end_s is None else wish.end_s
    return drawn(SceneDraft(start_s=wish.start_s or 0.0, end_s=end_s, title=wish.title), video, now=now)


def to_begin_with(wish: Wish | None, video: Video, *, now: datetime) -> Scene | None:
    """The scene that comes with a video; None: none is named, so others may be found.

    Raises:
        InvalidTrim: the video is not what it is brought for; it should not be kept.
    """
    scene = wished(wish, video, now=now) if wish else None
    return scene if wish and wish.names_a_scene else None


def altered(
    scene: Scene, video: Video, *, start_s: float | None, end_s: float | None, title: str | None
) -> Scene:
    """The same scene of that video, with the ends and the title that are named.

    Raises:
        InvalidTrim: it would not lie inside the video.
    """
    changed = replace(
        scene,
        start_s=scene.start_s if start_s is None else start_s,
        end_s=scene.end_s if end_s is None else end_s,
        title=one_line(title) or scene.title,
    )
    check_interval(changed.start_s, changed.end_s, within=(0.0, video.duration_s), what="video")
    return changed


def halves(scene: Scene, at_s: float, *, title: str | None, now: datetime) -> tuple[Scene, Scene]:
    """A scene up to that moment, which is still the scene it was, and a new one from there.

    Raises:
        InvalidTrim: the moment does not lie inside of it, or one half would be too short to be one.
    """
    within = (scene.start_s, scene.end_s)
    for start_s, end_s in ((scene.start_s, at_s), (at_s, scene.end_s)):
        check_interval(start_s, end_s, within=within, what="scene")
    second = replace(
        scene,
        id=new_id("scn"),
        title=one_line(title) or one_line(f"{scene.title[:90]} (2)"),
        start_s=at_s,
        created_at=now,
    )
    return replace(scene, end_s=at_s), second


def joined(scenes: Sequence[Scene], *, title: str | None) -> tuple[Scene, list[Scene]]:
    """One scene from the first start to the last end, which is still the first of them; and the others.

    Raises:
        InvalidTrim: there is but one, or they do not lie side by side.
    """
    first, *others = sorted(scenes, key=lambda scene: (scene.start_s, scene.end_s, scene.id))
    if not others:
        raise InvalidTrim("It takes two scenes to make one of them.")
    end_s = first.end_s
    for scene in others:
        if scene.start_s - end_s > GAP_S:
            raise InvalidTrim(
                f"Only scenes that lie side by side become one: before {scene.start_s:g} s there are "
                f"more than {GAP_S:g} s that belong to neither."
            )
        end_s = max(end_s, scene.end_s)
    return replace(first, end_s=end_s, title=one_line(title) or first.title), others


def replaced(
    before: Sequence[Scene], drafts: Sequence[SceneDraft], video: Video, *, now: datetime
) -> list[Scene]:
    """The scenes that drafts stand for; one with the times of a scene that was there is still that scene.

    Raises:
        InvalidTrim: one does not lie inside the video, or two are the same.
    """
    if len({(draft.start_s, draft.end_s) for draft in drafts}) < len(drafts):
        raise InvalidTrim("Two of the scenes have the same times.")
    known = {(scene.start_s, scene.end_s): scene for scene in before}
    return [_same(known.get((one.start_s, one.end_s)), one) or drawn(one, video, now=now) for one in drafts]


def _same(scene: Scene | None, draft: SceneDraft) -> Scene | None:
    return scene and replace(scene, title=one_line(draft.title) or scene.title)
