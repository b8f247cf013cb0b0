"""Parameter sets (clauses 7.3.2.1 and 7.3.2.2): what slices need of them, and how a frame becomes taller."""

from dataclasses import dataclass, replace

from processing.h264.bits import BitReader, Bits, stopped, ue
from processing.h264.errors import demand
from processing.h264.nal import escaped, unescaped

#: The profiles of which a sequence also tells of chroma and scaling: High, and those above it.
_WITH_CHROMA = frozenset({100, 110, 122, 244})


@dataclass(frozen=True, kw_only=True)
class Sequence:
    """What slices need of a sequence parameter set, and its bits before and behind the height."""

    before_height: Bits
    behind_height: Bits
    frame_number_bits: int
    order_bits: int
    references: int
    #: in macroblocks
    width: int
    height: int

    def of_height(self, height: int) -> "Sequence":
        """The same with frames of so many macroblocks in height."""
        return replace(self, height=height)

    def unit(self) -> bytes:
        """The parameter set as a unit."""
        return escaped(stopped(self.before_height + ue(self.height - 1) + self.behind_height).to_bytes())


@dataclass(frozen=True, kw_only=True)
class Pictures:
    """What slices need of a picture parameter set."""

    #: how many references of each list a slice uses that does not say it
    used: tuple[int, int]
    has_weights: bool
    quantizer: int


def read_sequence(unit: bytes) -> Sequence:
    """Read a sequence parameter set.

    Raises:
        NotUnderstood: it is not of whole, plain frames.
        EOFError: it is cut off.
    """
    reader = BitReader.of_stopped(unescaped(unit))
    reader.take(8)
    profile = reader.number(8)
    # what the profile is bound by, and the level; then the set's own number
    reader.take(16)
    reader.ue()
    if profile in _WITH_CHROMA:
        _read_chroma(reader)
    frame_number_bits = reader.ue() + 4
    order_bits = _read_order(reader)
    references = reader.ue()
    reader.take(1)
    width = reader.ue() + 1
    before_height = reader.since(0)
    height = reader.ue() + 1
    begin = reader.position
    demand(reader.flag(), "there may be fields")
    reader.take(1)
    if reader.flag():
        *_, bottom = (reader.ue() for _ in ("left", "right", "top", "bottom"))
        demand(bottom == 0, "the lowest rows are hidden")
    reader.rest()
    return Sequence(
        before_height=before_height,
        behind_height=reader.since(begin),
        frame_number_bits=frame_number_bits,
        order_bits=order_bits,
        references=references,
        width=width,
        height=height,
    )


def _read_order(reader: BitReader) -> int:
    """How many bits tell a picture's place among those shown: none, where they come in that order."""
    way = reader.ue()
    demand(way in (0, 2), "pictures are put in order by cycles")
    return reader.ue() + 4 if way == 0 else 0


def _read_chroma(reader: BitReader) -> None:
    demand(reader.ue() == 1, "chroma is not 4:2:0")
    demand((reader.ue(), reader.ue()) == (0, 0), "samples have more than 8 bits")
    reader.take(1)
    demand(not reader.flag(), "there are scaling matrices")


def read_pictures(unit: bytes) -> Pictures:
    """Read a picture parameter set, the first of its sequence.

    Raises:
        NotUnderstood: its slices are not coded with CABAC, or are of a kind of their own.
        EOFError: it is cut off.
    """
    reader = BitReader.of_stopped(unescaped(unit))
    reader.take(8)
    demand((reader.ue(), reader.ue()) == (0, 0), "there are several parameter sets")
    demand(reader.flag(), "the entropy coding is not CABAC")
    demand(not reader.flag(), "slices tell of a bottom field")
    demand(reader.ue() == 0, "there are groups of slices")
    used = (reader.ue() + 1, reader.ue() + 1)
    has_weights = reader.flag()
    demand(reader.number(2) != 1, "pairs of references have weights of their own")
    quantizer = 26 + reader.se()
    reader.se()
    reader.se()
    demand(reader.flag(), "slices do not tell of the deblocking filter")
    reader.take(1)
    demand(not reader.flag(), "there are redundant pictures")
    # of High alone, and there together: larger transforms, matrices, another shift of chroma's quantizer
    behind = reader.rest()
    demand(behind.length < 2 or behind.value >> (behind.length - 2) & 1 == 0, "there are scaling matrices")
    return Pictures(used=used, has_weights=has_weights, quantizer=quantizer)
