"""The commands of a render, word by word."""

from dataclasses import replace
from pathlib import Path

import pytest

from processing import command, sound_command
from processing.loudness import Leveling
from processing.plan import Plan, plan
from processing.quality import QUALITIES, Quality
from processing.sandbox import VIDEO_FORMATS
from processing.size import Allowance
from processing.source import Loopback, Source
from processing.tools import Tools
from tests.processing.test_plan import FILTERS, job
from tests.samples import media

TOOLS = Tools(ffmpeg=Path("ffmpeg"), ffprobe=Path("ffprobe"))
ALLOWED = Allowance(rate_bps=8_000_000, buffer_bits=64_000_000)
STEADY = (
    r"scale=eval=frame:h=if(gt(dar\,1.779556)\,trunc(1080*1.777778/dar/2)*2\,1080)"
    r":w=if(lt(dar\,1.776000)\,trunc(1920*dar/1.777778/2)*2\,1920)[s0];[s0]pad=eval=frame:h=1080:w=1920:x=-1:y=-1[s1];"
)
START = (
    f"{STEADY}[s1]setpts=max(PTS-0.5/TB\\,0)[s2];[s2]tpad=stop_duration=0.067:stop_mode=clone[s3];"
    "[s3]fps=30/1:start_time=0[s4];[s4]tpad=stop_duration=0.133:stop_mode=clone[s5];[s5]trim=end_frame=90[s6];"
)
COLOURS = "in_color_matrix=bt709:out_color_matrix=bt709:out_range=limited"
BICUBIC = "filter=bicubic:matrix=709:matrixin=709:param_a=0:param_b=0.6:range=limited"


def planned(strategy: str = "center_crop", **facts: object) -> Plan:
    return plan(job(strategy=strategy), media(audio_index=1, **facts), filters=FILTERS)


def picture_command(made: Plan, mean_bps: int | None = None, *, allowance: Allowance = ALLOWED) -> list[str]:
    return command.encode_picture(
        made,
        Path("/source"),
        Path("sound.m4a"),
        Path("short.mp4"),
        allowance=allowance,
        mean_bps=mean_bps,
        threads=1,
        tools=TOOLS,
    )


def after(arguments: list[str], option: str) -> str:
    return arguments[arguments.index(option) + 1]


def test_the_picture_command_is_this() -> None:
    arguments = picture_command(planned())
    source = arguments.index("file:/source")
    assert arguments[:1] + arguments[-2:] == ["ffmpeg", "short.mp4", "-y"]
    for switch in ("-nostdin", "-xerror", "-noaccurate_seek"):
        assert switch in arguments[:source]
    for option, value in {
        "-format_whitelist": command.input_options(Path("/source"))["format_whitelist"],
        "-protocol_whitelist": "file",
        "-max_pixels": "37748736",
        "-abort_on": "empty_output_stream",
        "-progress": "pipe:1",
        "-ss": "0.5",
        "-reinit_filter": "0",
    }.items():
        assert after(arguments[:source], option) == value
    written = arguments[arguments.index("-filter_complex") + 2 :]
    assert [written[at : at + 2] for at in (0, 2)] == [["-map", "[s12]"], ["-map", "1:a"]]
    for option, value in {
        "-c:v": "libx264",
        "-c:a": "copy",
        "-profile:v": "high",
        "-level:v": "4.2",
        "-maxrate:v": "8000000",
        "-bufsize:v": "64000000",
        "-pass": "1",
        "-fastfirstpass": "0",
        "-movflags": "+faststart",
        "-map_metadata": "-1",
        "-map_chapters": "-1",
        "-threads": "1",
    }.items():
        assert after(written, option) == value
    assert "-frames:v" not in written


@pytest.mark.parametrize(
    ("source", "named", "protocols"),
    [
        pytest.param(Path("/source"), "file:/source", "file", id="a-file"),
        pytest.param(
            Loopback(url="http://127.0.0.1:9/token"), "http://127.0.0.1:9/token", "http,tcp", id="our-proxy"
        ),
    ],
)
def test_a_source_is_opened_with_its_own_protocols_and_the_same_formats(
    source: Source, named: str, protocols: str
) -> None:
    arguments = sound_command.listen(planned(), source, Path("sound.wav"), tools=TOOLS)
    opened = arguments[: arguments.index(named)]
    assert after(opened, "-protocol_whitelist") == protocols
    assert after(opened, "-format_whitelist") == VIDEO_FORMATS
    assert not {"hls", "concat", "dash", "sdp", "rtsp", "image2"} & {*VIDEO_FORMATS.split(",")}


@pytest.mark.parametrize(
    ("strategy", "filters"),
    [
        pytest.param(
            "center_crop",
            f"[s6]crop=608:1080:656:0[s7];[s7]scale=1080:1920:flags=lanczos:{COLOURS}[s8];[s8]",
            id="center_crop",
        ),
        pytest.param(
            "letterbox",
            f"[s6]zscale=1080:608:{BICUBIC}[s7];[s7]pad=1080:640:0:16:black[s8];[s8]",
            id="letterbox",
        ),
        pytest.param(
            "blur_fill",
            f"[s6]split=2[s7][s8];[s7]crop=608:1080:656:0[s9];[s9]zscale=90:160:{BICUBIC}[s10];"
            f"[s10]gblur=sigma=4[s11];[s11]scale=1080:1920:flags=bilinear[s12];"
            f"[s8]zscale=1080:608:{BICUBIC}[s13];"
            "[s12][s13]overlay=eof_action=repeat:format=auto:x=0:y=656[s14];[s14]",
            id="blur_fill",
        ),
    ],
)
def test_each_strategy_fills_the_frame_with_these_filters(strategy: str, filters: str) -> None:
    graph = after(picture_command(planned(strategy)), "-filter_complex")
    assert graph.startswith(f"[0:0]{START}{filters}format=pix_fmts=yuv420p[")


@pytest.mark.parametrize(
    ("shape", "filters"),
    [
        pytest.param((1920, 1080), "scale=1080:608{}pad=1080:640:0:16:black", id="wide"),
        pytest.param((1000, 1780), "scale=1078:1920{}pad=1080:1920:0:0:black", id="all-but-tall"),
        pytest.param((200, 800), "scale=480:1920{}pad=1080:1920:300:0:black", id="bars-at-the-sides"),
        pytest.param((1080, 1856), "scale=1080:1856{}pad=1080:1888:0:16:black", id="a-bar-of-one-row"),
        pytest.param((1080, 1860), "scale=1080:1860{}pad=1080:1920:0:30:black", id="no-room-for-margins"),
    ],
)
def test_only_bars_above_and_below_are_left_to_be_put_around(shape: tuple[int, int], filters: str) -> None:
    made = planned("letterbox", upright_width=shape[0], upright_height=shape[1])
    graph = after(picture_command(made), "-filter_complex")
    assert filters.format(f":{BICUBIC}[s7];[s7]") in graph


def test_an_encoder_that_is_allowed_more_than_enough_need_not_count_its_bits() -> None:
    arguments = picture_command(planned(), allowance=replace(ALLOWED, is_ample=True))
    assert not {"-maxrate:v", "-bufsize:v"} & set(arguments)
    assert after(arguments, "-level:v") == "4.2"


def test_a_frame_that_is_all_but_empty_is_looked_ahead_less_far_in_high_alone() -> None:
    def ahead(strategy: str, quality: str) -> str:
        made = plan(job(strategy=strategy, quality=quality), media(), filters=FILTERS)
        return after(picture_command(made), "-x264-params").rpartition("rc-lookahead=")[2]

    assert ahead("center_crop", "high") == ahead("blur_fill", "medium") == "20"
    assert ahead("blur_fill", "high") == "10"


def test_a_frame_that_is_all_but_empty_asks_less_of_the_encoder() -> None:
    full, blurred, between_pillars, tall = (
        float(after(picture_command(made), "-crf"))
        for made in (
            planned(),
            planned("blur_fill"),
            planned("letterbox", upright_width=300, upright_height=1920),
            planned("letterbox", upright_width=1080, upright_height=1920),
        )
    )
    assert full == planned().quality.frame.crf == tall
    assert full + 1 < blurred < full + 1.5
    assert full + 1 < between_pillars < full + 1.5


@pytest.mark.parametrize("quality", QUALITIES.values(), ids=lambda quality: quality.name)
def test_a_picture_without_its_bars_is_tuned_for_itself(quality: Quality) -> None:
    made = plan(job(strategy="letterbox", quality=quality.name), media(), filters=FILTERS)
    arguments = picture_command(made)
    assert after(arguments, "-crf") == f"{quality.band.crf:g}"
    assert after(arguments, "-x264-params") == quality.band.x264


def test_interlaced_pictures_are_woven_first() -> None:
    graph = after(picture_command(planned(interlaced=True)), "-filter_complex")
    assert graph.startswith(f"[0:0]{STEADY}[s1]bwdif=deint=interlaced:mode=send_frame[s2];[s2]setpts")


def test_hdr_is_tone_mapped_after_it_was_made_small() -> None:
    made = planned(color_transfer="smpte2084", color_primaries="bt2020", pixel_format="yuv420p10le")
    graph = after(picture_command(made), "-filter_complex")
    words = ["scale=1080:1920", "npl=203", "tonemap=desat=0:tonemap=mobius", "pix_fmts=yuv420p[", "setparams"]
    places = [graph.index(word) for word in words]
    assert places == sorted(places)


def test_the_second_pass_reads_what_the_first_has_learnt() -> None:
    arguments = picture_command(planned(), mean_bps=1_000_000)
    assert after(arguments, "-pass") == "2"
    assert after(arguments, "-b:v") == "1000000"
    assert "-crf" not in arguments


def test_sound_is_taken_from_its_track_in_step_and_whole() -> None:
    arguments = sound_command.listen(planned(), Path("/source"), Path("sound.wav"), tools=TOOLS)
    assert after(arguments, "-ss") == "1"
    assert after(arguments, "-filter_complex") == (
        "[0:1]aresample=48000:async=1:first_pts=0:min_hard_comp=0.01[s0];"
        "[s0]aformat=channel_layouts=stereo:sample_fmts=flt[s1];[s1]apad=whole_len=144000[s2];"
        "[s2]atrim=end_sample=144000[s3];[s3]ebur128=framelog=verbose[s4]"
    )


def test_sound_gets_one_gain_and_one_limit() -> None:
    leveling = Leveling(gain_db=6.5, limit_db=-2)
    arguments = sound_command.encode_sound(
        planned(), sound_command.written_sound(Path("a")), Path("b"), leveling=leveling, tools=TOOLS
    )
    assert "volume=6.50dB[s0];[s0]alimiter=latency=1:level=0:limit=-2.00dB[s1]" in after(
        arguments, "-filter_complex"
    )
    assert after(arguments, "-b:a") == "192k"


def test_what_is_rehearsed_is_what_will_be_encoded() -> None:
    leveling, sound = Leveling(gain_db=6.5, limit_db=-2), sound_command.written_sound(Path("a"))
    encoded = sound_command.encode_sound(planned(), sound, Path("b"), leveling=leveling, tools=TOOLS)
    rehearsed = sound_command.rehearse(planned(), sound, leveling=leveling, tools=TOOLS)
    leveled, _, _ = after(encoded, "-filter_complex").partition("[s1]aformat")
    assert after(rehearsed, "-filter_complex") == f"{leveled}[s1]ebur128=framelog=verbose:peak=true[s2]"
    assert "-c:a" not in rehearsed
