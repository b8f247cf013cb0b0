"""Drives headless Chromium: prints a page, or uses it by keyboard through the DevTools protocol."""

import asyncio
import base64
import shutil
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import aiohttp

CHROMIUM = shutil.which("chromium")
OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--proxy-server=direct://",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
PATIENCE_S = 20

#: What a press of these says: the code of the key, and what it would write.
KEYS = {"Tab": (9, ""), "Enter": (13, "\r"), " ": (32, " ")}


async def opened(url: str, *options: str) -> str:
    """What a headless browser prints about a page."""
    assert CHROMIUM is not None
    process = await asyncio.create_subprocess_exec(
        CHROMIUM,
        *OPTIONS,
        "--virtual-time-budget=3000",
        *options,
        url,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    said, _ = await process.communicate()
    return said.decode()


class Page:
    """One page, and the hands and eyes of who uses it: <https://chromedevtools.github.io/devtools-protocol/>."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._session: str | None = None
        self._context = ""
        self._asked = 0
        self._events: list[dict[str, Any]] = []

    async def attach(self) -> None:
        """Take a page of its own."""
        self._context = (await self.ask("Target.createBrowserContext"))["browserContextId"]
        target = await self.ask("Target.createTarget", url="about:blank", browserContextId=self._context)
        session = await self.ask("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        self._session = session["sessionId"]
        await self.ask("Page.enable")

    async def leave(self) -> None:
        """Close it, and forget all that it has seen."""
        self._session = None
        await self.ask("Target.disposeBrowserContext", browserContextId=self._context)

    async def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """What the browser answers."""
        self._asked += 1
        number = self._asked
        session = {"sessionId": self._session} if self._session else {}
        await self._socket.send_json({"id": number, "method": method, "params": params, **session})
        while True:
            said = await self._hear()
            if said.get("id") == number:
                assert "error" not in said, f"{method}: {said['error']}"
                return dict(said["result"])
            self._events.append(said)

    async def event(self, method: str) -> dict[str, Any]:
        """The oldest of that kind that nobody has asked for."""
        for said in self._events:
            if said.get("method") == method:
                self._events.remove(said)
                return dict(said["params"])
        while (said := await self._hear()).get("method") != method:
            self._events.append(said)
        return dict(said["params"])

    async def show(self, url: str, *, scheme: str = "light", width: int = 520, height: int = 1000) -> None:
        """Load it in a window of that size, in light or dark."""
        await self.ask(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        await self.ask("Emulation.setEmulatedMedia", features=features)
        await self.ask("Page.navigate", url=url)
        await self.event("Page.loadEventFired")

    async def save_into(self, folder: Path) -> None:
        """Let downloads go there, and tell of them."""
        await self.ask(
            "Browser.setDownloadBehavior",
            behavior="allow",
            downloadPath=str(folder),
            eventsEnabled=True,
            browserContextId=self._context,
        )

    async def js(self, expression: str) -> Any:
        """The value of an expression, or of what it promises."""
        said = await self.ask(
            "Runtime.evaluate",
            expression=expression,
            returnByValue=True,
            awaitPromise=True,
        )
        assert "exceptionDetails" not in said, said["exceptionDetails"]
        return said["result"].get("value")

    async def press(self, key: str) -> None:
        """Press a key and let it go."""
        code, text = KEYS[key]
        shared = {"key": key, "code": {" ": "Space"}.get(key, key), "windowsVirtualKeyCode": code}
        await self.ask("Input.dispatchKeyEvent", type="keyDown", text=text, **shared)
        await self.ask("Input.dispatchKeyEvent", type="keyUp", **shared)

    async def picture(self) -> bytes:
        """What can be seen now, as PNG."""
        return base64.b64decode((await self.ask("Page.captureScreenshot"))["data"])

    async def _hear(self) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE_S):
            return dict(await self._socket.receive_json())


@contextmanager
def browser() -> Iterator[str]:
    """The address at which a browser can be spoken to while the block runs."""
    assert CHROMIUM is not None
    with tempfile.TemporaryDirectory(prefix="cutdown-chromium-", ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            [CHROMIUM, *OPTIONS, "--remote-debugging-port=0", f"--user-data-dir={profile}"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield _address(Path(profile) / "DevToolsActivePort")
        finally:
            process.terminate()
            process.wait()


@asynccontextmanager
async def page_of(address: str) -> AsyncIterator[Page]:
    """An empty page of its own, with no memory of others."""
    async with aiohttp.ClientSession() as http, http.ws_connect(address, max_msg_size=0) as socket:
        page = Page(socket)
        await page.attach()
        yield page
        await page.leave()


def _address(written: Path) -> str:
    """Chromium writes into its profile where it listens, in two lines."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        lines = written.read_text().splitlines() if written.exists() else []
        if len(lines) == 2:
            return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
        time.sleep(0.02)
    raise TimeoutError("the browser does not listen")
