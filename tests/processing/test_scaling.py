"""Both ways to scale a picture make the same one, and each source gets the one that can take it."""

import re
import subprocess

import pytest

from processing.colour import conversion
from processing.media import Part
from processing.scaling import Filter, Kernel
from processing.tools import Tools
from tests.samples import media

#: In dB. Pictures of 8 bits that differ by one in every pixel have 48.
SAME, ALIKE = 60, 42
ZSCALE = frozenset({"zscale"})


def written(scaler: Filter, size: tuple[int, int]) -> str:
    name, options = scaler
    return ":".join([f"{name}={size[0]}:{size[1]}", *(f"{key}={value}" for key, value in options.items())])


def psnr(first: str, second: str, *, tools: Tools) -> list[float]:
    """How alike a moving picture comes out of both, in dB: in luma and both planes of chroma."""
    graph = (
        "testsrc2=size=640x360:rate=5:duration=1,gblur=sigma=3,format=yuv420p,split[a][b];"
        f"[a]{first}[c];[b]{second}[d];[c][d]psnr"
    )
    arguments = [str(tools.ffmpeg), "-hide_banner", "-f", "lavfi", "-i", graph, "-f", "null", "-"]
    said = subprocess.run(arguments, check=True, capture_output=True, text=True).stderr
    planes = re.search(r"PSNR y:(\S+) u:(\S+) v:(\S+)", said)
    assert planes is not None, said
    return [float(plane) for plane in planes.groups()]


@pytest.mark.parametrize(
    "size", [pytest.param((360, 202), id="smaller"), pytest.param((1080, 608), id="larger")]
)
@pytest.mark.parametrize(("matrix", "luma"), [("bt709", SAME), ("smpte170m", ALIKE), ("bt470bg", ALIKE)])
def test_zimg_makes_the_picture_that_swscale_makes(
    matrix: str, luma: float, size: tuple[int, int], tools: Tools
) -> None:
    if "zscale" not in tools.filters:
        pytest.skip("this ffmpeg has no zscale")
    source = media(color_space=matrix)
    with_zimg, without = (
        conversion(source, filters=have).scaler.by(Kernel.BICUBIC) for have in (ZSCALE, frozenset())
    )
    assert (with_zimg[0], without[0]) == ("zscale", "scale")
    # zimg knows where chroma lies, a quarter of a pixel beside; and converts colours without rounding between
    brightness, *chroma = psnr(written(with_zimg, size), written(without, size), tools=tools)
    assert brightness > luma
    assert min(chroma) > ALIKE


@pytest.mark.parametrize(
    ("facts", "filters", "kernel", "scaler"),
    [
        pytest.param({}, ZSCALE, Kernel.BICUBIC, "zscale", id="what-most-videos-are"),
        pytest.param({"color_space": "smpte170m"}, ZSCALE, Kernel.BICUBIC, "zscale", id="bt601"),
        pytest.param(
            {"part": Part(left=8, top=0, width=600, height=480)},
            ZSCALE,
            Kernel.BICUBIC,
            "zscale",
            id="bars-cut-off",
        ),
        pytest.param({}, ZSCALE, Kernel.LANCZOS, "scale", id="enlarged"),
        pytest.param({}, frozenset(), Kernel.BICUBIC, "scale", id="no-zimg"),
        pytest.param({"pixel_format": "yuvj420p"}, ZSCALE, Kernel.BICUBIC, "scale", id="full-range"),
        pytest.param({"pixel_format": "yuv420p10le"}, ZSCALE, Kernel.BICUBIC, "scale", id="ten-bits"),
        pytest.param({"pixel_format": "gbrp"}, ZSCALE, Kernel.BICUBIC, "scale", id="rgb"),
        pytest.param({"color_space": "smpte240m"}, ZSCALE, Kernel.BICUBIC, "scale", id="a-rare-matrix"),
        pytest.param({"upright_width": 1279}, ZSCALE, Kernel.BICUBIC, "scale", id="an-odd-width"),
        pytest.param({"upright_height": 717}, ZSCALE, Kernel.BICUBIC, "scale", id="an-odd-height"),
    ],
)
def test_zimg_is_given_what_it_can_take_and_does_better(
    facts: dict[str, object], filters: frozenset[str], kernel: Kernel, scaler: str
) -> None:
    assert conversion(media(**facts), filters=filters).scaler.by(kernel)[0] == scaler
