"""Slice headers (clause 7.3.3): read, moved down in the frame, and made for bars."""

from collections.abc import Mapping
from dataclasses import dataclass

from processing.h264.bits import NOTHING, ONE, ZERO, BitReader, Bits, se, ue
from processing.h264.errors import demand
from processing.h264.nal import KEY_SLICE, kind
from processing.h264.parameters import Pictures, Sequence

#: Kinds of slices (table 7-6): predicted from one list of references, from two lists, from none.
ONE_LIST, TWO_LISTS, INTRA = 0, 1, 2
#: Which edges of macroblocks are filtered (clause 7.4.3): all, none, those that are not the slice's own.
ALL_EDGES, NO_EDGES, INNER_EDGES = 0, 1, 2

#: How many numbers follow each command of a list's modification and of marking (tables 7-7 and 7-9); what
#: ends the commands.
_MODIFYING: Mapping[int, int] = {0: 1, 1: 1, 2: 1}
_END_OF_MODIFYING = 3
_MARKING: Mapping[int, int] = {1: 1, 2: 1, 3: 2, 4: 1, 5: 0, 6: 1}
_END_OF_MARKING = 0


@dataclass(frozen=True, kw_only=True)
class Header:
    """A slice header in the pieces that are kept or replaced."""

    kind: int
    #: its first macroblock
    first: int
    #: of which picture it is a part
    picture: Bits
    #: from which pictures it is predicted
    references: Bits
    #: which pictures are kept for others
    marking: Bits
    #: how its macroblocks are coded
    coding: Bits
    edges: int
    edge_offsets: Bits

    def moved(self, macroblocks: int) -> Bits:
        """The header of the same slice further down. The first one's upper edge is the picture's no more."""
        edges = INNER_EDGES if self.first == 0 and self.edges == ALL_EDGES else self.edges
        return (
            ue(self.first + macroblocks)
            + self.picture
            + self.references
            + self.marking
            + self.coding
            + ue(edges)
            + self.edge_offsets
        )

    def of_bar(self, first: int, *, quantizer: int, pictures: Pictures) -> Bits:
        """The header of a slice of the same picture that needs no more than its nearest references."""
        return (
            ue(first)
            + self.picture
            + _nearest(self.kind, pictures)
            + self.marking
            + (NOTHING if self.kind == INTRA else ue(0))
            + se(quantizer - pictures.quantizer)
            + ue(NO_EDGES)
        )


def _nearest(of_kind: int, pictures: Pictures) -> Bits:
    """One reference of each list, in the lists' own order, unweighted."""
    if of_kind == INTRA:
        return NOTHING
    lists = 2 if of_kind == TWO_LISTS else 1
    bits = ONE + Bits((1 << lists) - 1, lists) + Bits(0, lists)
    if of_kind == ONE_LIST and pictures.has_weights:
        bits += ue(0) + ue(0) + ZERO + ZERO
    return bits


def read_header(reader: BitReader, unit_head: int, sequence: Sequence, pictures: Pictures) -> Header:
    """Read the header that follows a unit's first byte, which is `unit_head`.

    Raises:
        NotUnderstood: it is of a kind that needs more than is known here.
        EOFError: it is cut off.
    """
    is_key = kind(unit_head) == KEY_SLICE
    first = reader.ue()
    begin = reader.position
    of_kind = reader.ue() % 5
    demand(of_kind in (ONE_LIST, TWO_LISTS, INTRA), "a slice is of a switching kind")
    demand(reader.ue() == 0, "a slice names another parameter set")
    reader.take(sequence.frame_number_bits)
    if is_key:
        reader.ue()
    reader.take(sequence.order_bits + (of_kind == TWO_LISTS))
    picture = reader.since(begin)

    begin = reader.position
    if of_kind != INTRA:
        _read_references(reader, of_kind, pictures)
    references = reader.since(begin)

    begin = reader.position
    if unit_head & 0x60:
        _read_marking(reader, is_key=is_key)
    marking = reader.since(begin)

    begin = reader.position
    if of_kind != INTRA:
        reader.ue()
    reader.se()
    coding = reader.since(begin)

    edges = reader.ue()
    begin = reader.position
    if edges != NO_EDGES:
        reader.se()
        reader.se()
    return Header(
        kind=of_kind,
        first=first,
        picture=picture,
        references=references,
        marking=marking,
        coding=coding,
        edges=edges,
        edge_offsets=reader.since(begin),
    )


def _read_references(reader: BitReader, of_kind: int, pictures: Pictures) -> None:
    lists = 2 if of_kind == TWO_LISTS else 1
    used = pictures.used[:lists]
    if reader.flag():
        used = tuple(reader.ue() + 1 for _ in range(lists))
    for _ in range(lists):
        if reader.flag():
            _read_commands(reader, _MODIFYING, end=_END_OF_MODIFYING)
    if of_kind == ONE_LIST and pictures.has_weights:
        _read_weights(reader, used[0])


def _read_weights(reader: BitReader, used: int) -> None:
    reader.ue()
    reader.ue()
    for _ in range(used):
        for numbers in (2, 4):
            if reader.flag():
                for _ in range(numbers):
                    reader.se()


def _read_marking(reader: BitReader, *, is_key: bool) -> None:
    if is_key:
        reader.take(2)
    elif reader.flag():
        _read_commands(reader, _MARKING, end=_END_OF_MARKING)


def _read_commands(reader: BitReader, numbers: Mapping[int, int], *, end: int) -> None:
    while (command := reader.ue()) != end:
        demand(command in numbers, "a slice gives an unknown command")
        for _ in range(numbers[command]):
            reader.ue()
