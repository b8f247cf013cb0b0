"""How every pass hears a source: whole, in step with the picture, as stereo."""

from processing.strategies.base import Stream

SAMPLE_RATE = 48_000


def in_step(stream: Stream) -> Stream:
    """The sound of a track: gaps and late starts become silence; what is early or too much goes."""
    return stream.filter(
        "aresample", SAMPLE_RATE, **{"async": 1, "min_hard_comp": 0.01, "first_pts": 0}
    ).filter("aformat", sample_fmts="flt", channel_layouts="stereo")
