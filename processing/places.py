"""Where the files of an export lie, those of a video, and its pictures."""

from storage.files import FileStore
from storage.models import Export

#: The folder of the videos that we hold.
SOURCES = "sources/"
#: The folder of those that no row knows; below it, each has its old key.
LOST = "lost/"


def short_key(export: Export) -> str:
    """The same for every attempt, so that a repeated one replaces what an interrupted one left."""
    return f"exports/{export.user_id}/{export.id}.mp4"


def miniature_key(export: Export) -> str:
    """Its smaller copy; the same for every attempt, too."""
    return f"exports/{export.user_id}/{export.id}.small.mp4"


async def delete_files(export: Export, files: FileStore) -> None:
    """What its link stood for is gone. It is no error when there is nothing."""
    await files.delete(export.file_key or short_key(export))
    await files.delete(miniature_key(export))


def album_of(video_id: str) -> str:
    """The folder in which the pictures of a video are kept."""
    return f"pictures/{video_id}"


async def delete_album(video_id: str, files: FileStore) -> None:
    """The pictures that there are. One that is being made just now is swept away later."""
    for picture in await files.entries(album_of(video_id)):
        await files.delete(picture.key)
