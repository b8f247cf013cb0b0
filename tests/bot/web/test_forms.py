"""Whatever comes in at the door for forms, it is answered in words, and nothing of it stays behind."""

import asyncio
import json
import socket
import tracemalloc
from collections.abc import Iterable
from contextlib import suppress
from itertools import chain, repeat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import Settings
from bot.web.server import application
from tests.bot.web.conftest import SETTINGS, TOKEN, House, searching

CASES = 200
HEAD = (
    b"POST /v1/videos HTTP/1.1\r\nHost: here\r\nConnection: close\r\n"
    b"Authorization: Bearer %b\r\nContent-Type: %b\r\n%b\r\n\r\n"
)
LARGE_MB = 16
PIECE = 65_536
#: Room for a few pieces on their way from the socket to the disk.
MOST_MEMORY = 3_000_000
#: Stands for the bytes of a film.
FILM = b"<film>"
#: Right answers to a form that may be anything: taken, not understood, not allowed, too large.
ANSWERS = {201, 400, 403, 413}

NAMES = st.sampled_from([b"file", b"title", b"user_id", b"_charset_", b"colour", b"", b"fi\xffle", b'a"b'])
HEADERS = st.one_of(
    NAMES.map(lambda name: b'Content-Disposition: form-data; name="' + name + b'"; filename="a.mp4"'),
    NAMES.map(lambda name: b'Content-Disposition: form-data; name="' + name + b'"'),
    st.sampled_from(
        [
            b"Content-Disposition: form-data; name*=utf-8''file; filename*=utf-8''%FF%00..%2F",
            b"Content-Disposition: attachment",
            b"Content-Disposition: ;;;=",
            b"Content-Type: multipart/mixed; boundary=within",
            b"Content-Type: multipart/form-data",
            b"Content-Type: \xff/\x00",
            b"Content-Transfer-Encoding: base64",
            b"Content-Transfer-Encoding: quoted-printable",
            b"Content-Transfer-Encoding: nonsense",
            b"Content-Encoding: gzip",
            b"Content-Encoding: nonsense",
            b"Content-Length: 3",
            b"Content-Length: -1",
            b"Content-Length: 99999999999999999999",
            b"Content-Length: three",
            b"no colon",
            b" folded: line",
            b"X: " + b"y" * 9000,
        ]
    ),
    st.binary(max_size=40),
)
ENDS = st.sampled_from([b"\r\n", b"\r\n", b"\r\n", b"\n", b"\r", b""])
BOUNDARIES = st.sampled_from(
    [b"--edge", b"--edge", b"--edge", b"--edge--", b"--edg", b"--within", b"--edge \t"]
)
CONTENTS = st.one_of(
    st.just(b""),
    st.binary(max_size=60),
    st.sampled_from([b"\r\n--edge", b"aGk=", b"=FF=", b"\r\n" * 40, b"-" * 9000]),
)
PARTS = st.builds(
    lambda boundary, headers, content, end: (
        boundary + end + end.join(headers) + end + end + content + b"\r\n"
    ),
    BOUNDARIES,
    st.lists(HEADERS, max_size=3),
    CONTENTS,
    ENDS,
)
FORMS = st.builds(
    lambda parts, last: b"".join(parts) + last,
    st.lists(PARTS, max_size=4),
    st.sampled_from([b"--edge--\r\n", b"--edge--", b"--edge", b"", b"--edge--\r\nand more"]),
)
KINDS = st.sampled_from(
    [
        *[b"multipart/form-data; boundary=edge"] * 6,
        b'multipart/form-data; boundary="edge"; charset=nonsense',
        b"multipart/form-data; boundary=" + b"e" * 80,
        b"multipart/form-data; boundary=\xff",
        b"multipart/form-data; boundary=",
        b"multipart/form-data",
        b"multipart/mixed; boundary=edge",
    ]
)


def part(name: bytes, content: bytes) -> bytes:
    return b'--edge\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n' % (name, content)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A right form in which bytes were changed, lost, doubled or moved."""
    title = draw(st.sampled_from([b"A match", b"t" * 5000]))
    body = bytearray(
        part(b"title", title) + part(b"file", draw(st.sampled_from([b"", FILM]))) + b"--edge--\r\n"
    )
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, min(len(body), 300)))
        match draw(st.sampled_from(["change", "lose", "double", "cut"])):
            case "change":
                body[at : at + 1] = draw(st.binary(max_size=3))
            case "lose":
                del body[at : at + draw(st.integers(1, 40))]
            case "double":
                body[at:at] = body[at : at + draw(st.integers(1, 40))]
            case _:
                del body[max(0, len(body) - at) :]
    return bytes(body)


async def test_no_form_breaks_the_face_or_leaves_a_file_behind(house: House, clip: Path) -> None:
    application(house.services)  # sets the filters of warnings anew: pytest has set its own since the fixture
    answers = await asyncio.to_thread(explore, house, clip.read_bytes())
    assert {201, 400} <= answers, "the search found its way neither in nor out"
    assert (await house.ask("GET", "/healthz")).status == 200


def explore(house: House, film: bytes) -> set[int]:
    """Send many forms, each over a connection of its own; returns what came back."""
    port, seen = house.http._base_url.port, set[int]()

    @given(kind=KINDS, body=FORMS | damaged(), chunked=st.booleans())
    @searching(CASES)
    def send(kind: bytes, body: bytes, chunked: bool) -> None:
        status, said = answered(port, kind, body.replace(FILM, film), chunked=chunked)
        seen.add(status)
        assert status in ANSWERS, said
        assert json.loads(said)["code" if status != 201 else "id"]
        assert list(house.services.scratch.iterdir()) == []

    send()
    return seen


def answered(port: int | None, kind: bytes, body: bytes, *, chunked: bool) -> tuple[int, bytes]:
    """The status of the answer and its body."""
    framing = b"Transfer-Encoding: chunked" if chunked else b"Content-Length: %d" % len(body)
    if chunked:
        pieces = [body[at : at + 97] for at in range(0, len(body), 97)]
        body = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in [*pieces, b""])
    return said_to(port, HEAD % (TOKEN.encode(), kind, framing), [body])


def said_to(port: int | None, head: bytes, pieces: Iterable[bytes]) -> tuple[int, bytes]:
    """What the answer is to a head and a body, which may come before all of that is sent."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        with suppress(ConnectionError):
            connection.sendall(head)
            for piece in pieces:
                connection.sendall(piece)
        said = b"".join(iter(lambda: connection.recv(65_536), b""))
    first, _, rest = said.partition(b"\r\n\r\n")
    return int(first.split()[1]), rest


class TestLargeForms:
    """Whatever is large about a form, little of it is held in memory."""

    @pytest.fixture
    def settings(self) -> Settings:
        return Settings(**SETTINGS | {"limits": {"upload_mb": 2 * LARGE_MB}})

    @pytest.mark.parametrize(
        ("start", "piece"),
        [
            pytest.param(part(b"file", b"")[:-2], bytes(PIECE), id="file"),
            pytest.param(part(b"file", b"")[:-2], b"\r\n--edg" * (PIECE // 8), id="file-of-half-boundaries"),
            pytest.param(part(b"title", b"")[:-2], b"t" * PIECE, id="title"),
            pytest.param(b"", b"n" * PIECE, id="line-before-the-form"),
            pytest.param(b"", b"no boundary\r\n" * (PIECE // 13), id="lines-before-the-form"),
            pytest.param(b"--edge\r\n", b"h" * PIECE, id="header"),
            pytest.param(b"--edge\r\n", b"Header: h\r\n" * (PIECE // 11), id="headers"),
            pytest.param(b"", part(b"title", b"t") * (PIECE // 60), id="parts"),
            pytest.param(part(b"file", b"") + b"--edge--\r\n\r\n\r\n", bytes(PIECE), id="epilogue"),
            pytest.param(
                b"--edge\r\nContent-Transfer-Encoding: base64\r\n" + part(b"file", b"")[8:-2],
                b"=" * PIECE,
                id="base64-without-an-end",
            ),
        ],
    )
    async def test_memory_stays_bounded(self, house: House, start: bytes, piece: bytes) -> None:
        number = LARGE_MB * 1_000_000 // len(piece)
        pieces = chain([start], repeat(piece, number))
        kind = b"multipart/form-data; boundary=edge"
        framing = b"Content-Length: %d" % (len(start) + number * len(piece))
        head = HEAD % (TOKEN.encode(), kind, framing)
        tracemalloc.start()
        try:
            status, said = await asyncio.to_thread(said_to, house.http._base_url.port, head, pieces)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert (status, json.loads(said)["status"]) == (400, 400)
        assert peak < MOST_MEMORY
        assert list(house.services.scratch.iterdir()) == []
