"""Puts black bars above and below the picture of a finished file, without touching the picture."""

import struct
from pathlib import Path
from typing import BinaryIO

from processing.calling_off import still_wanted
from processing.h264.errors import NotUnderstood, demand
from processing.h264.framer import Framer
from processing.h264.mp4 import Movie, Track, read_movie, samples_header


def surround(band: Path, made: Path, *, above: int, height: int) -> None:
    """Write `made`: the same movie, with its picture so many pixels down in a black frame of that height.

    All are whole macroblocks, and as much of the picture's own upper and lower edge must be black already:
    what is predicted from beyond the edge then finds there what it did.

    Raises:
        NotUnderstood: the file is not as x264 and ffmpeg write it.
    """
    with band.open("rb") as source, made.open("wb") as target:
        try:
            _copy(source, target, above=above, height=height)
        except (EOFError, struct.error) as error:
            raise NotUnderstood("the file is cut off") from error


def _copy(source: BinaryIO, target: BinaryIO, *, above: int, height: int) -> None:
    movie = read_movie(source)
    picture = _picture(movie)
    framer = Framer(picture.configuration(), above=above, height=height)
    picture.reshape(height=height, configuration=framer.configuration())
    sizes = {track: track.sizes() for track in movie.tracks}
    for track in movie.tracks:
        track.set_sizes(sizes[track])
    target.write(movie.kind.to_bytes())
    # the index comes first, though it is known last; its length is known already
    index_at, index_bytes = target.tell(), len(movie.index.to_bytes())
    samples_at = index_at + index_bytes
    target.seek(samples_at + len(samples_header(0)))
    offsets: dict[Track, list[int]] = {track: [] for track in movie.tracks}
    in_file = [(chunk.offset, track, chunk.samples) for track in movie.tracks for chunk in track.chunks()]
    for offset, track, samples in sorted(in_file, key=lambda chunk: chunk[0]):
        still_wanted()
        source.seek(offset)
        offsets[track].append(target.tell())
        for sample in samples:
            data = source.read(sizes[track][sample])
            demand(len(data) == sizes[track][sample], "a sample is cut off")
            if track is picture:
                data = framer.framed(data)
                sizes[track][sample] = len(data)
            target.write(data)
    end = target.tell()
    for track in movie.tracks:
        track.set_sizes(sizes[track])
        track.set_offsets(offsets[track])
    index = movie.index.to_bytes()
    demand(len(index) == index_bytes, "the index has changed its length")
    target.seek(index_at)
    target.write(index + samples_header(end - samples_at))


def _picture(movie: Movie) -> Track:
    pictures = [track for track in movie.tracks if track.handler == b"vide"]
    demand(len(pictures) == 1, "there is not one picture alone")
    return pictures[0]
