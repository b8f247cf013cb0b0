"""Routes of videos: a source comes in by upload or from an address, is looked at, and removed."""

from aiohttp import web

from bot.web.bodies import PageQuery, VideoChanges
from bot.web.calls import Call
from bot.web.intakes import FetchBody, IntakeView, fetch_video
from bot.web.paging import more_than, page_of
from bot.web.problems import not_found
from bot.web.routes import Route, json
from bot.web.views import VideosView, VideoView
from storage.models import Video


async def add_video(call: Call) -> web.Response:
    """Upload a video, or have it fetched from an address."""
    form = call.upload
    if form is None:
        return await fetch_video(call)
    owner_id = call.user(form.fields.get("user_id"))
    video = await call.services.library.add_video(
        form.path, owner_id=owner_id, name=form.name, title=form.fields.get("title")
    )
    headers = {"Location": call.link(f"/v1/videos/{video.id}")}
    return json(VideoView.of(video), status=201, headers=headers)


async def get_video(call: Call) -> web.Response:
    """Look at a video."""
    return json(VideoView.of(await own_video(call, call.path("video_id"))))


async def list_videos(call: Call) -> web.Response:
    """List a user's videos, the last to come first."""
    query = call.query(PageQuery)
    videos = await call.services.videos.page_of(
        call.user(query.user_id), at_most=more_than(query.limit), after=query.cursor
    )
    page = page_of(videos, limit=query.limit)
    views = [VideoView.of(video) for video in page.rows]
    return json(VideosView(videos=views, next_cursor=page.next_cursor), headers=page.headers(call))


async def change_video(call: Call) -> web.Response:
    """Rename a video."""
    changes = call.body(VideoChanges)
    video = await own_video(call, call.path("video_id"))
    return json(VideoView.of(await call.services.library.rename_video(video, changes.title)))


async def remove_video(call: Call) -> web.Response:
    """Remove a video with its scenes, or call it off while it comes in; shorts made of it live on."""
    video_id = call.path("video_id")
    coming = await call.services.intakes.get(video_id)
    if coming is None or not call.client.may_act_for(coming.owner_id):
        await own_video(call, video_id)
    await call.services.ingestor.remove(video_id)
    return web.Response(status=204)


async def own_video(call: Call, video_id: str) -> Video:
    """The video, when the client may act for its owner.

    Raises:
        Problem: there is none, or it may not.
    """
    video = await call.services.videos.get(video_id)
    if video is None or not call.client.may_act_for(video.owner_id):
        raise not_found("video")
    return video


ROUTES = (
    Route(
        method="POST",
        path="/v1/videos",
        handler=add_video,
        body=FetchBody,
        takes_upload=True,
        repeatable=False,
        answers={201: VideoView, 202: IntakeView, 413: None, 429: None},
    ),
    Route(
        method="GET",
        path="/v1/videos",
        handler=list_videos,
        query=PageQuery,
        answers={200: VideosView, 403: None},
    ),
    Route(
        method="PATCH",
        path="/v1/videos/{video_id}",
        handler=change_video,
        body=VideoChanges,
        repeatable=False,
        answers={200: VideoView, 404: None},
    ),
    Route(method="GET", path="/v1/videos/{video_id}", handler=get_video, answers={200: VideoView, 404: None}),
    Route(
        method="DELETE", path="/v1/videos/{video_id}", handler=remove_video, answers={204: None, 404: None}
    ),
)
