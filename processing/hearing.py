"""How every pass hears a source: whole, in step with the picture, as stereo."""

from processing.strategies.base import Stream

SAMPLE_RATE = 48_000


def in_step(stream: Stream) -> Stream:
    """The sound of a track: gaps and late starts become silence; what is early or too much goes."""
    return as_stereo(stream, **{"async": 1, "min_hard_comp": 0.01, "first_pts": 0})


def as_stereo(stream: Stream, **pace: float) -> Stream:
    """The sound of a track, with its times as they are but for what `pace` makes of them."""
    return stream.filter("aresample", SAMPLE_RATE, **pace).filter(
        "aformat", sample_fmts="flt", channel_layouts="stereo"
    )
