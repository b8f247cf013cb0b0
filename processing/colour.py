"""Decides how a source's colours become those of every short: bt709, limited range, 8 bit."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from processing.media import MediaInfo

#: One filter: its name and its options.
Filter = tuple[str, Mapping[str, Any]]

#: The brightness of white in HDR material, in candela a square metre (ITU-R BT.2408).
WHITE_NITS = 203
HDR_TRANSFERS = {"smpte2084": "HDR10", "arib-std-b67": "HLG"}
#: ffprobe's word for a matrix -> the scale filter's.
MATRICES = {
    "bt709": "bt709",
    "smpte170m": "smpte170m",
    "bt470bg": "bt470",
    "fcc": "fcc",
    "smpte240m": "smpte240m",
    "bt2020nc": "bt2020",
    "bt2020c": "bt2020",
}
_ALPHA = ("yuva", "rgba", "bgra", "argb", "abgr", "gbrap", "ya8", "ya16", "pal8")
_RGB = ("rgb", "bgr", "gbr", "argb", "abgr", "pal8", "0rgb", "0bgr")

TAGS: Filter = (
    "setparams",
    {"color_primaries": "bt709", "color_trc": "bt709", "colorspace": "bt709", "range": "tv"},
)


@dataclass(frozen=True, kw_only=True)
class Conversion:
    """What is done to the colours before, while and after the picture is scaled."""

    before: tuple[Filter, ...] = ()
    scale_options: Mapping[str, str] = field(default_factory=dict)
    after: tuple[Filter, ...] = ()
    note: str = ""


def conversion(media: MediaInfo, *, filters: frozenset[str]) -> Conversion:
    """The way from this source's colours to the short's."""
    wide = media.color_primaries == "bt2020" or media.color_transfer in HDR_TRANSFERS
    if wide and "zscale" in filters:
        return _from_wide(media)
    return Conversion(
        before=_opaque(media),
        scale_options={"out_range": "limited", "out_color_matrix": "bt709"}
        | ({} if _is_rgb(media) else {"in_color_matrix": _matrix(media)}),
        after=(("format", {"pix_fmts": "yuv420p"}), TAGS),
        note="colours may look pale: this ffmpeg cannot tone-map" if wide else "",
    )


def _from_wide(media: MediaInfo) -> Conversion:
    kind = HDR_TRANSFERS.get(media.color_transfer)
    source = {
        "primariesin": "bt2020",
        "transferin": media.color_transfer if kind else "bt709",
        "matrixin": "2020_ncl",
        "rangein": "full" if media.color_range == "pc" else "limited",
    }
    to_light = ("zscale", {**source, "transfer": "linear", "npl": WHITE_NITS})
    tone: tuple[Filter, ...] = (("tonemap", {"tonemap": "mobius", "desat": 0}),) if kind else ()
    return Conversion(
        before=(("format", {"pix_fmts": "yuv420p10"}),),
        after=(
            to_light,
            ("format", {"pix_fmts": "gbrpf32"}),
            ("zscale", {"primaries": "bt709"}),
            *tone,
            ("zscale", {"transfer": "bt709", "matrix": "709", "range": "limited", "dither": "ordered"}),
            ("format", {"pix_fmts": "yuv420p"}),
            TAGS,
        ),
        note=f"tone-mapped from {kind}" if kind else "",
    )


def _opaque(media: MediaInfo) -> tuple[Filter, ...]:
    """What is transparent becomes black."""
    if not media.pixel_format.startswith(_ALPHA):
        return ()
    return (
        ("format", {"pix_fmts": "gbrap"}),
        ("premultiply", {"inplace": 1}),
        ("format", {"pix_fmts": "gbrp"}),
    )


def _is_rgb(media: MediaInfo) -> bool:
    # what is transparent becomes opaque by way of RGB
    return media.pixel_format.startswith(_RGB + _ALPHA)


def _matrix(media: MediaInfo) -> str:
    """The matrix of the tags; without tags what every player guesses: by the size of the picture."""
    guess = "bt709" if media.upright_height >= 720 or media.upright_width >= 1280 else "smpte170m"
    return MATRICES.get(media.color_space, guess)
