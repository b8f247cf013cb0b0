"""Draws sheets of pictures with captions. Pure: pictures in, a picture out."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

GROUND, CARD, INK, FAINT = "#101216", "#1b1e25", "#f2f3f5", "#9aa1ac"
#: The colours of what a strategy costs: nothing, something, much.
GOOD, FAIR, BAD = "#57d38c", "#f0b354", "#f2777a"
MARGIN, GAP, RADIUS = 32, 24, 14
TITLE_SIZE, TEXT_SIZE = 24, 17


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of a caption."""

    text: str
    colour: str = FAINT
    size: int = TEXT_SIZE


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A picture and what stands under it."""

    picture: Image.Image
    caption: Sequence[Line]


def row(cells: Sequence[Cell], *, heading: Sequence[Line]) -> Image.Image:
    """The cells side by side, their pictures' lower edges in one line."""
    return _drawn(cells, columns=len(cells), heading=heading)


def grid(cells: Sequence[Cell], *, columns: int, heading: Sequence[Line]) -> Image.Image:
    """The cells in rows, read like a page."""
    return _drawn(cells, columns=min(columns, len(cells)), heading=heading)


def _drawn(cells: Sequence[Cell], *, columns: int, heading: Sequence[Line]) -> Image.Image:
    widths = [max(cell.picture.width for cell in cells[column::columns]) for column in range(columns)]
    height = max(cell.picture.height for cell in cells)
    step = height + max(_height(cell.caption) for cell in cells) + GAP
    top = MARGIN + _height(heading) + GAP
    size = (
        2 * MARGIN + sum(widths) + (columns - 1) * GAP,
        top + math.ceil(len(cells) / columns) * step - GAP + MARGIN,
    )
    sheet = Image.new("RGB", size, GROUND)
    _write(sheet, heading, left=MARGIN, top=MARGIN // 2)
    for index, cell in enumerate(cells):
        left = MARGIN + sum(widths[: index % columns]) + index % columns * GAP
        foot = top + index // columns * step + height
        sheet.paste(_rounded(cell.picture), (left, foot - cell.picture.height))
        _write(sheet, cell.caption, left=left, top=foot)
    return sheet


def _rounded(picture: Image.Image) -> Image.Image:
    """The picture with round corners, drawn large and made small so that they are smooth."""
    mask = Image.new("L", (picture.width * 2, picture.height * 2), 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, mask.width - 1, mask.height - 1), RADIUS * 2, fill=255)
    card = Image.new("RGB", picture.size, GROUND)
    card.paste(picture, mask=mask.resize(picture.size, Image.Resampling.BOX))
    return card


def _write(sheet: Image.Image, lines: Sequence[Line], *, left: int, top: int) -> None:
    pen = ImageDraw.Draw(sheet)
    for line in lines:
        top += line.size // 2
        # Pillow brings this font: nothing has to be installed on the machine
        pen.text((left, top), line.text, fill=line.colour, font=ImageFont.load_default(line.size))
        top += line.size


def _height(lines: Sequence[Line]) -> int:
    return sum(line.size + line.size // 2 for line in lines)
