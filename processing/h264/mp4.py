"""MP4 files (ISO/IEC 14496-12): where their samples lie, and the same tables for others in another place."""

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from typing import BinaryIO

from processing.h264.errors import demand

#: Boxes that hold nothing but boxes.
_CONTAINERS = frozenset({b"moov", b"trak", b"mdia", b"minf", b"stbl"})
_HEADER = struct.Struct(">I4s")
#: Of a sample entry of pictures: where their height stands, and where its own boxes begin.
_HEIGHT, _BOXES = 26, 78
#: A file that needs longer numbers is not one of ours.
_LARGEST = 2**32


@dataclass
class Box:
    """A box with its content, or with those inside."""

    kind: bytes
    content: bytes = b""
    inside: list["Box"] = field(default_factory=list)

    def find(self, *kinds: bytes) -> "Box":
        """The first box down that way.

        Raises:
            NotUnderstood: there is none.
        """
        if not kinds:
            return self
        found = next((box for box in self.inside if box.kind == kinds[0]), None)
        demand(found is not None, f"there is no {kinds[0]!r} in {self.kind!r}")
        assert found is not None
        return found.find(*kinds[1:])

    def to_bytes(self) -> bytes:
        """The box as it is written."""
        content = self.content + b"".join(box.to_bytes() for box in self.inside)
        return _HEADER.pack(_HEADER.size + len(content), self.kind) + content


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """Samples of one track that lie one behind the other: where, and which."""

    offset: int
    samples: range


class Track:
    """One track's tables, in a file of so many bytes."""

    def __init__(self, trak: Box, *, file_bytes: int) -> None:
        self._trak = trak
        self._file_bytes = file_bytes
        self._table = trak.find(b"mdia", b"minf", b"stbl")
        self.handler = trak.find(b"mdia", b"hdlr").content[8:12]

    def sizes(self) -> list[int]:
        """The bytes of each sample."""
        same, count, *sizes = _numbers(self._table.find(b"stsz"), skip=4, least=2)
        demand(same * count <= self._file_bytes, "there are more samples than bytes")
        return sizes if same == 0 else [same] * count

    def set_sizes(self, sizes: list[int]) -> None:
        """Give each sample another size."""
        self._table.find(b"stsz").content = struct.pack(f">III{len(sizes)}I", 0, 0, len(sizes), *sizes)

    def chunks(self) -> list[Chunk]:
        """The chunks, in the order of their samples."""
        offsets = _numbers(self._table.find(b"stco"), skip=8)
        runs = _numbers(self._table.find(b"stsc"), skip=8)
        # each run: the number of its first chunk, from 1; the samples in each of its chunks; their kind
        firsts = [first - 1 for first in runs[::3]] + [len(offsets)]
        in_order = firsts[0] == 0 and all(first < following for first, following in pairwise(firsts))
        demand(len(runs) % 3 == 0 and in_order, "the runs of chunks are not in order")
        lengths = [
            length
            for (first, following), length in zip(pairwise(firsts), runs[1::3], strict=True)
            for _ in range(first, following)
        ]
        demand(offsets == sorted(offsets), "the chunks are not in order")
        ends = list(accumulate(lengths, initial=0))
        demand(ends[-1] == len(self.sizes()), "the chunks are not made of the samples")
        return [
            Chunk(offset=offset, samples=range(*samples))
            for offset, samples in zip(offsets, pairwise(ends), strict=True)
        ]

    def set_offsets(self, offsets: list[int]) -> None:
        """Put each chunk in another place."""
        self._table.find(b"stco").content = struct.pack(f">II{len(offsets)}I", 0, len(offsets), *offsets)

    def configuration(self) -> bytes:
        """What the decoder of H.264 is told before the first sample (ISO/IEC 14496-15)."""
        return self._entry().find(b"avcC").content

    def reshape(self, *, height: int, configuration: bytes) -> None:
        """Give its pictures another height, in pixels, and tell the decoder something else."""
        entry = self._entry()
        entry.find(b"avcC").content = configuration
        entry.content = entry.content[:_HEIGHT] + struct.pack(">H", height) + entry.content[_HEIGHT + 2 :]
        self._table.find(b"stsd").content = struct.pack(">II", 0, 1) + entry.to_bytes()
        header = self._trak.find(b"tkhd")
        header.content = header.content[:-4] + struct.pack(">I", height << 16)

    def _entry(self) -> Box:
        description = self._table.find(b"stsd").content
        kind, content = description[12:16], description[16:]
        demand(kind == b"avc1", f"the picture is {kind!r}")
        # how fast it may be read is a guess of the muxer's, which nothing needs
        inside = [box for box in _parsed(content[_BOXES:]) if box.kind != b"btrt"]
        return Box(kind, content[:_BOXES], inside)


@dataclass(frozen=True, kw_only=True)
class Movie:
    """The boxes around the samples, and the tracks."""

    kind: Box
    index: Box
    tracks: list[Track]


def read_movie(file: BinaryIO) -> Movie:
    """Read everything but the samples.

    Raises:
        NotUnderstood: it is not a movie with an index.
    """
    end = os.fstat(file.fileno()).st_size
    demand(end < _LARGEST, "the file is too large")
    outermost = dict(_outermost(file, end))
    demand({b"ftyp", b"moov"} <= outermost.keys(), "the movie has no index")
    index = outermost[b"moov"]
    tracks = [Track(box, file_bytes=end) for box in index.inside if box.kind == b"trak"]
    return Movie(kind=outermost[b"ftyp"], index=index, tracks=tracks)


def samples_header(size: int) -> bytes:
    """What stands before samples that take so many bytes, this header included."""
    return _HEADER.pack(size, b"mdat")


def _outermost(file: BinaryIO, end: int) -> Iterator[tuple[bytes, Box]]:
    while file.tell() < end:
        size, kind = _HEADER.unpack(file.read(_HEADER.size))
        demand(size >= _HEADER.size, "a box has no size of its own")
        if kind in (b"ftyp", b"moov"):
            content = file.read(size - _HEADER.size)
            yield kind, _made(kind, content)
        else:
            file.seek(size - _HEADER.size, os.SEEK_CUR)


def _parsed(data: bytes) -> list[Box]:
    made, at = [], 0
    while at < len(data):
        size, kind = _HEADER.unpack_from(data, at)
        demand(size >= _HEADER.size, "a box has no size of its own")
        made.append(_made(kind, data[at + _HEADER.size : at + size]))
        at += size
    return made


def _made(kind: bytes, content: bytes) -> Box:
    return Box(kind, inside=_parsed(content)) if kind in _CONTAINERS else Box(kind, content)


def _numbers(table: Box, *, skip: int, least: int = 0) -> list[int]:
    numbers = [number for (number,) in struct.iter_unpack(">I", table.content[skip:])]
    demand(len(numbers) >= least, "a table is cut off")
    return numbers
