"""Decides how a source's colours become those of every short: bt709, limited range, 8 bit."""

from dataclasses import dataclass

from processing.media import MediaInfo, Part
from processing.scaling import Filter, Scaler

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
}
#: The scale filter's word for a matrix -> zimg's, of those that nearly all videos have.
ZIMG_MATRICES = {"bt709": "709", "smpte170m": "170m", "bt470": "470bg"}
_ALPHA = ("yuva", "rgba", "bgra", "argb", "abgr", "gbrap", "ya8", "ya16", "pal8")
_RGB = ("rgb", "bgr", "gbr", "argb", "abgr", "pal8", "0rgb", "0bgr")

TAGS: Filter = (
    "setparams",
    {"color_primaries": "bt709", "color_trc": "bt709", "colorspace": "bt709", "range": "tv"},
)


@dataclass(frozen=True, kw_only=True)
class Conversion:
    """What is done to the colours before, while and after the picture is scaled."""

    scaler: Scaler
    before: tuple[Filter, ...] = ()
    after: tuple[Filter, ...] = ()
    note: str = ""


def conversion(media: MediaInfo, *, filters: frozenset[str]) -> Conversion:
    """The way from this source's colours to the short's."""
    wide = media.color_primaries == "bt2020" or media.color_transfer in HDR_TRANSFERS
    if wide and "zscale" in filters:
        return _from_wide(media)
    return Conversion(
        scaler=_scaler(media, has_zimg="zscale" in filters),
        before=_opaque(media),
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
        scaler=Scaler(swscale={}),
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


def _scaler(media: MediaInfo, *, has_zimg: bool) -> Scaler:
    matrix = _matrix(media)
    swscale = {"out_range": "limited", "out_color_matrix": "bt709"}
    if not _is_rgb(media):
        swscale["in_color_matrix"] = matrix
    if not (has_zimg and matrix in ZIMG_MATRICES and _is_common(media)):
        return Scaler(swscale=swscale)
    zimg = {"range": "limited", "matrix": "709", "matrixin": ZIMG_MATRICES[matrix]}
    return Scaler(swscale=swscale, zimg=zimg)


def _is_common(media: MediaInfo) -> bool:
    """Whether it is what nearly all videos are: 8 bits, chroma halved both ways, and so of even size."""
    size = media.part or Part(left=0, top=0, width=media.upright_width, height=media.upright_height)
    return media.pixel_format == "yuv420p" and size.width % 2 == size.height % 2 == 0


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
