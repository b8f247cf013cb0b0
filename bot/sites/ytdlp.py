"""Has yt-dlp fetch the video of a page, on a leash: it is large, foreign, and talks to the network."""

import importlib.util
import os
import re
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import structlog

from bot.addresses import Network
from bot.sites.egress import Egress, opened
from processing.errors import FetchRefused, Refusal, RenderTimedOut, SourceRefused
from processing.ffmpeg import run
from processing.sandbox import Limits

log = structlog.get_logger()

#: What stays silent for so long has stopped.
SILENCE_S = 120.0
#: Beside its video a page has scripts, pictures and the sound by itself.
BESIDE = 1.5
#: Plain files over HTTP alone: whatever comes in pieces may be fetched by another program, past our proxy.
FORMATS = "b[protocol=https]/b[protocol=http]/bv*[protocol^=http]+ba[protocol^=http]"
SAID = re.compile(rb"cutdown (\d+) of (\d+)")
OPTIONS = (
    # nothing of this machine or its users: settings, plug-ins, passwords, cookies, other programs
    *("--ignore-config", "--no-plugin-dirs", "--no-cookies", "--no-cookies-from-browser", "--no-cache-dir"),
    *("--no-exec", "--no-remote-components", "--no-js-runtimes", "--downloader", "native"),
    # one finished video, as it is
    *("--no-playlist", "--playlist-items", "1", "--match-filters", "!is_live", "--format", FORMATS),
    *("--fixup", "never", "--no-part", "--no-mtime", "--merge-output-format", "mkv"),
    *("--socket-timeout", "30", "--retries", "3", "--extractor-retries", "1"),
    *("--color", "never", "--newline", "--progress"),
    *("--progress-template", "download:cutdown %(progress.downloaded_bytes)d of %(progress.total_bytes)d"),
    *("--output", "source.%(ext)s"),
)


@dataclass(frozen=True, kw_only=True)
class SiteLimits:
    """The bounds that an operator sets."""

    hosts: Sequence[str]
    most_bytes: int
    timeout_s: float
    allowed_networks: Sequence[Network] = ()


def installed() -> bool:
    """Whether yt-dlp is here."""
    return importlib.util.find_spec("yt_dlp") is not None


class Sites:
    """Fetches videos of the sites that the operator has named, and of no others."""

    def __init__(self, limits: SiteLimits) -> None:
        self._limits = limits

    def knows(self, url: str) -> bool:
        """Whether it is a page of one of those sites, or of a part of one."""
        try:
            host = (urlsplit(url).hostname or "").rstrip(".")
        except ValueError:
            return False
        return any(host == known or host.endswith(f".{known}") for known in self._limits.hosts)

    async def fetch(self, url: str, path: Path, *, on_progress: Callable[[float], None]) -> None:
        """Write the video of that page to `path`.

        Raises:
            FetchRefused: it cannot be had; the message says why.
            SourceRefused: it is larger than this service takes.
        """
        if not installed():
            raise FetchRefused("Videos of that site cannot be fetched here at present.")
        limits = self._limits
        egress = Egress(
            most_bytes=round(limits.most_bytes * BESIDE), allowed_networks=limits.allowed_networks
        )
        with tempfile.TemporaryDirectory(dir=path.parent, prefix="site-") as name:
            folder = Path(name)
            async with opened(egress) as proxy:
                said = await self._run(url, folder, proxy, on_progress)
            self._judge(egress, said)
            found = [file for file in folder.glob("source.*") if file.is_file() and not file.is_symlink()]
            if len(found) != 1:
                raise FetchRefused("That page has no video that can be fetched.")
            if found[0].stat().st_size > limits.most_bytes:
                raise SourceRefused(Refusal.TOO_LARGE_A_FILE)
            found[0].rename(path)

    async def _run(self, url: str, folder: Path, proxy: str, on_progress: Callable[[float], None]) -> str:
        """What it said while it worked."""
        said = bytearray()

        def heard(piece: bytes) -> bool:
            said.extend(piece)
            del said[:-8192]
            if counts := SAID.findall(bytes(said)):
                have, whole = map(int, counts[-1])
                on_progress(have / whole if whole else 0.0)
            return True

        try:
            finished = await run(
                [sys.executable, "-I", "-m", "yt_dlp", *self._options(), "--", url],
                folder=folder,
                on_output=heard,
                timeout_s=self._limits.timeout_s,
                stall_s=SILENCE_S,
                limits=Limits(file_bytes=round(self._limits.most_bytes * BESIDE)),
                environment=_environment(folder, proxy),
            )
        except RenderTimedOut:
            raise FetchRefused("The site takes too long to send the video.") from None
        if finished.code:
            last = finished.said.splitlines()[-1:] or [""]
            log.warning("yt-dlp gave up", code=finished.code, said=last[0].replace(url, "…")[:300])
        return said.decode("utf-8", "replace")

    def _options(self) -> list[str]:
        return [*OPTIONS, "--max-filesize", str(self._limits.most_bytes)]

    def _judge(self, egress: Egress, said: str) -> None:
        if egress.exhausted or "larger than max-filesize" in said:
            raise SourceRefused(Refusal.TOO_LARGE_A_FILE)
        if egress.refused:
            raise FetchRefused("The address is not public.")


def _environment(folder: Path, proxy: str) -> dict[str, str]:
    """All that the child knows of this machine. Here and not among its arguments, which others may read."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "LANG": "C.UTF-8",
        "YTDLP_NO_PLUGINS": "1",
        "http_proxy": proxy,
        "https_proxy": proxy,
    }
