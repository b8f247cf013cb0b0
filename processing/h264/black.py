"""The macroblocks of black bars: black itself in a picture that stands alone, nothing new in every other."""

from functools import cache

from processing.h264.bits import Bits
from processing.h264.cabac import Encoder
from processing.h264.slices import INTRA, TWO_LISTS

#: The quantizer at which one coefficient of `_LEVEL` makes just the difference between 128, which is foretold
#: where there are no neighbours, and 16, which is black (clauses 8.3.3 and 8.5.10): 32 * 224 / 64 = 112.
_DARKENING, _LEVEL = 39, 32
#: The quantizer at which CABAC is surest from the begin that macroblocks are skipped.
_SKIPPING = 51
#: Levels from this one on are written another way from there on (clause 9.3.2.3).
_LONG = 15

#: Contexts, with m and n: of macroblocks that are skipped, for `cabac_init_idc` 0 (tables 9-13 and 9-14) …
_SKIPPED, _SKIPPED_OF_TWO_LISTS = 11, 24
_OF_SKIPPED = {_SKIPPED: (23, 33), _SKIPPED_OF_TWO_LISTS: (18, 64)}
#: … and of those that are not (tables 9-12 and 9-16 to 9-20).
_TYPE, _QUANTIZER, _CHROMA, _CODED, _SIGNIFICANT, _LAST, _MORE = 3, 60, 64, 85, 105, 166, 227
_OF_INTRA = {
    3: (20, -15),
    4: (2, 54),
    5: (3, 74),
    6: (-28, 127),
    7: (-23, 104),
    9: (-1, 54),
    10: (7, 51),
    _QUANTIZER: (0, 41),
    _CHROMA: (-9, 83),
    85: (-17, 123),
    86: (-12, 115),
    87: (-16, 122),
    88: (-11, 115),
    _SIGNIFICANT: (-7, 93),
    _LAST: (24, 0),
    _MORE + 1: (-6, 42),
    _MORE + 5: (0, 58),
}


def quantizer(kind: int) -> int:
    """The quantizer of such a slice."""
    return _DARKENING if kind == INTRA else _SKIPPING


@cache
def bar(kind: int, *, width: int, height: int) -> bytes:
    """The data of a slice of that kind that is a black bar of so many macroblocks."""
    if kind == INTRA:
        bits = _first_of_all(width, width * height)
    else:
        bits = _as_before(_SKIPPED_OF_TWO_LISTS if kind == TWO_LISTS else _SKIPPED, width * height)
    return (bits + Bits(0, -bits.length % 8)).to_bytes()


def _as_before(skipped: int, macroblocks: int) -> Bits:
    encoder = Encoder(_OF_SKIPPED, quantizer=_SKIPPING)
    for index in range(macroblocks):
        if index:
            encoder.go_on()
        encoder.decide(skipped, 1)
    return encoder.end()


def _first_of_all(width: int, macroblocks: int) -> Bits:
    """The first macroblock is made black, the others take their colour from its neighbours."""
    encoder = Encoder(_OF_INTRA, quantizer=_DARKENING)
    for index in range(macroblocks):
        if index:
            encoder.go_on()
        has_left, has_upper = index % width > 0, index >= width
        _foretell(encoder, neighbours=has_left + has_upper)
        # the first has a coefficient, and so has a neighbour outside of the slice (clause 9.3.3.1.1.9)
        left, upper = not has_left or index == 1, not has_upper or index == width
        encoder.decide(_CODED + left + 2 * upper, int(index == 0))
        if index == 0:
            _darken(encoder)
    return encoder.end()


def _foretell(encoder: Encoder, *, neighbours: int) -> None:
    """A whole macroblock of its neighbours' mean, in brightness and colour: I_16x16_2_0_0 (table 9-36)."""
    encoder.decide(_TYPE + neighbours, 1)
    encoder.go_on()
    for context, value in ((6, 0), (7, 0), (9, 1), (10, 0), (_CHROMA, 0), (_QUANTIZER, 0)):
        encoder.decide(context, value)


def _darken(encoder: Encoder) -> None:
    """One coefficient, of `-_LEVEL`: it is the first, and the last, and so large."""
    encoder.decide(_SIGNIFICANT, 1)
    encoder.decide(_LAST, 1)
    encoder.decide(_MORE + 1, 1)
    for _ in range(2, _LONG):
        encoder.decide(_MORE + 5, 1)
    # what is left of it as an Exp-Golomb code: ones, a zero, and as many bits as there were ones
    rest = _LEVEL - _LONG + 1
    bits = rest.bit_length() - 1
    for value in (*[1] * bits, 0, *(rest >> place & 1 for place in reversed(range(bits)))):
        encoder.toss(value)
    encoder.toss(1)
