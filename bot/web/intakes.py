"""Routes of intakes: a video is fetched from an address, and its scenes are found."""

from datetime import datetime

from aiohttp import web
from pydantic import Field

from bot.web.asking import destinations
from bot.web.bodies import KEEP, URL_CHARACTERS, Body, Title, UserId, WebAddress
from bot.web.calls import Call
from bot.web.problems import not_found
from bot.web.routes import Route, json
from bot.web.views import View
from storage.intake_models import Intake, IntakeStatus, Keep

#: When to ask again, in seconds.
ASK_AGAIN_S = 2
UNFINISHED = (IntakeStatus.FETCHING, IntakeStatus.PROBING, IntakeStatus.DETECTING)


class FetchBody(Body):
    """Where a video is fetched from: a web address, or `folder:` and a path in a shared folder."""

    url: str = Field(pattern=r"^(https?://|folder:)[ -~]+$", max_length=URL_CHARACTERS)
    title: Title | None = None
    user_id: UserId | None = None
    keep: Keep | None = Field(None, description=KEEP)
    find_scenes: bool = Field(True, description="false: it comes in without scenes, for you to post yours")
    notify: WebAddress | None = Field(None, description="where a signed webhook tells how it came in")


class IntakeView(View):
    """How far a video has come in; it has the same id as the video."""

    id: str
    user_id: str
    status: IntakeStatus
    progress_percent: float
    error: str | None
    #: false: its scenes are to be posted, or asked for by `/v1/videos/{id}/scenes/find`
    looked_for_scenes: bool
    cuts_s: list[float] | None
    loudness_lufs: float | None
    created_at: datetime
    finished_at: datetime | None


async def fetch_video(call: Call) -> web.Response:
    """Fetch a video from an address, and find its scenes."""
    body = call.body(FetchBody)
    owner_id = call.user(body.user_id)
    intake = await call.services.ingestor.request(
        body.url,
        owner_id=owner_id,
        title=body.title,
        keep=body.keep,
        finds_scenes=body.find_scenes,
        destinations=destinations(call, body.notify),
    )
    return accepted(call, intake)


async def get_intake(call: Call) -> web.Response:
    """See how far a video has come in."""
    intake = await call.services.intakes.get(call.path("video_id"))
    if intake is None or not call.client.may_act_for(intake.owner_id):
        raise not_found("intake")
    headers = {"Retry-After": str(ASK_AGAIN_S)} if intake.status in UNFINISHED else {}
    return json(_view(call, intake), headers=headers)


def accepted(call: Call, intake: Intake) -> web.Response:
    """The answer to whoever asked for an intake: where to look how far it is."""
    headers = {"Location": call.link(f"/v1/intakes/{intake.video_id}"), "Retry-After": str(ASK_AGAIN_S)}
    return json(_view(call, intake), status=202, headers=headers)


def _view(call: Call, intake: Intake) -> IntakeView:
    part = (
        1.0 if intake.status is IntakeStatus.READY else call.services.ingestor.progress.get(intake.video_id)
    )
    findings = intake.findings
    return IntakeView(
        id=intake.video_id,
        user_id=intake.owner_id,
        status=intake.status,
        progress_percent=round(100 * (part or 0.0), 1),
        error=intake.error if intake.status is IntakeStatus.FAILED else None,
        looked_for_scenes=findings is not None,
        cuts_s=list(findings.cuts_s) if findings else None,
        loudness_lufs=findings.loudness_lufs if findings else None,
        created_at=intake.created_at,
        finished_at=intake.finished_at,
    )


ROUTES = (
    Route(
        method="GET", path="/v1/intakes/{video_id}", handler=get_intake, answers={200: IntakeView, 404: None}
    ),
)
