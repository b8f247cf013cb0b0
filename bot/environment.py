"""Which variables of the environment are ours: `CUTDOWN_…`."""

from collections.abc import Mapping

PREFIX = "CUTDOWN_"
#: What says where the programs of this machine are; it is as true for a service that is only tried out.
OF_THE_MACHINE = frozenset({"CUTDOWN_RENDER__FFMPEG", "CUTDOWN_RENDER__FFPROBE"})


def unset(environment: Mapping[str, str]) -> dict[str, str]:
    """The same without settings, for a child that must have nothing of the service here but its programs."""
    return {
        name: value
        for name, value in environment.items()
        if not name.upper().startswith(PREFIX) or name.upper() in OF_THE_MACHINE
    }
