"""Puts coded pictures into taller frames, with a bar above and one below."""

import struct
from collections.abc import Iterator

from processing.h264 import MACROBLOCK, black, nal
from processing.h264.bits import BitReader, Bits
from processing.h264.errors import demand
from processing.h264.parameters import read_pictures, read_sequence
from processing.h264.slices import Header, read_header

#: Within so many bytes a slice's header ends.
LONGEST_HEADER = 400
#: References that a frame of 1080x1920 may have at level 4.2 (table A-1).
MOST_REFERENCES = 4
#: In front of the parameter sets in a decoder's configuration (ISO/IEC 14496-15, 5.3.3.1).
_PREFACE = 6


class Framer:
    """Knows one sequence of pictures, and where they are to be in a frame of how many pixels in height."""

    def __init__(self, configuration: bytes, *, above: int, height: int) -> None:
        demand(above % MACROBLOCK == height % MACROBLOCK == 0, "a bar is not one of whole macroblocks")
        demand(configuration[4] & 3 == 3, "units do not tell their length in four bytes")
        demand(configuration[5] & 31 == 1, "there is not one sequence alone")
        self._preface = configuration[:_PREFACE]
        sequence, self._behind = _counted(configuration[_PREFACE:])
        self._pictures = read_pictures(_counted(self._behind[1:])[0])
        self._band = read_sequence(sequence)
        demand(self._band.references <= MOST_REFERENCES, "there are too many references")
        self._whole = self._band.of_height(height // MACROBLOCK)
        self._above = above // MACROBLOCK
        self._below = self._whole.height - self._band.height - self._above
        demand(self._above > 0 and self._below > 0, "there is no bar")

    def configuration(self) -> bytes:
        """What a decoder is told before the first frame."""
        unit = self._whole.unit()
        return self._preface + struct.pack(">H", len(unit)) + unit + self._behind

    def framed(self, sample: bytes) -> bytes:
        """The units of a picture, with those of its bars around its slices."""
        made: list[bytes] = []
        bar: tuple[int, Header] | None = None
        for unit in _units(sample):
            kind = nal.kind(unit[0])
            demand(kind not in nal.PARTS, "a slice is cut in parts")
            if kind not in (nal.SLICE, nal.KEY_SLICE):
                made.append(unit)
                continue
            header, moved = self._moved(unit)
            if bar is None:
                bar = unit[0], header
                made.append(self._bar(*bar, row=0, height=self._above))
            made.append(moved)
        demand(bar is not None, "a sample has no picture")
        assert bar is not None
        made.append(self._bar(*bar, row=self._above + self._band.height, height=self._below))
        return b"".join(struct.pack(">I", len(unit)) + unit for unit in made)

    def _moved(self, unit: bytes) -> tuple[Header, bytes]:
        """A slice's header, and the slice further down."""
        plain = nal.unescaped(unit)
        reader = BitReader.of(plain[1:LONGEST_HEADER])
        header = read_header(reader, unit[0], self._band, self._pictures)
        data = plain[1 + -(-reader.position // 8) :]
        moved = _aligned(header.moved(self._above * self._band.width)).to_bytes()
        return header, nal.escaped(plain[:1] + moved + data)

    def _bar(self, unit_head: int, header: Header, *, row: int, height: int) -> bytes:
        width = self._band.width
        quantizer = black.quantizer(header.kind)
        head = header.of_bar(row * width, quantizer=quantizer, pictures=self._pictures)
        data = black.bar(header.kind, width=width, height=height)
        return nal.escaped(bytes([unit_head]) + _aligned(head).to_bytes() + data)


def _units(sample: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(sample):
        (length,) = struct.unpack_from(">I", sample, at)
        demand(0 < length <= len(sample) - at - 4, "a unit is cut off")
        yield sample[at + 4 : at + 4 + length]
        at += 4 + length


def _counted(data: bytes) -> tuple[bytes, bytes]:
    """What stands behind its own length, and what stands behind that."""
    (length,) = struct.unpack_from(">H", data)
    return data[2 : 2 + length], data[2 + length :]


def _aligned(header: Bits) -> Bits:
    """The header filled up to whole bytes with ones, behind which CABAC begins (clause 7.3.4)."""
    free = -header.length % 8
    return header + Bits((1 << free) - 1, free)
