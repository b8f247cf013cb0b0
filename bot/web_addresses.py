"""The addresses of the web that settings name: how links begin, origins of pages, a proxy."""

from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator

WEB = ("http", "https")
USUAL_PORTS = {"http": 80, "https": 443}
ANY_ORIGIN = "*"


def _start_of_links(text: str) -> str:
    parts = _split(text)
    if text and (
        parts.scheme not in WEB or not parts.hostname or "@" in text or parts.query or parts.fragment
    ):
        raise ValueError("must begin with http:// or https://, and hold no user, query or fragment")
    return text.rstrip("/")


def _origin(text: str) -> str:
    """As browsers send it: in small letters, without the usual port."""
    if text == ANY_ORIGIN:
        return text
    parts = _split(text)
    if not parts.scheme or not parts.hostname or text.rstrip("/") != f"{parts.scheme}://{parts.netloc}":
        raise ValueError("must be an origin, such as https://app.example.org, without a path")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}{_port(parts)}"


def _proxy(text: str) -> str:
    parts = _split(text)
    if text and (parts.scheme not in WEB or not parts.hostname):
        raise ValueError("must begin with http:// or https://, such as http://127.0.0.1:3128")
    return text


def _port(parts: SplitResult) -> str:
    return "" if parts.port in (None, USUAL_PORTS.get(parts.scheme)) else f":{parts.port}"


def _split(text: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        _ = parts.port  # only now is it looked at
    except ValueError:
        # its own words would show the value
        raise ValueError("is no address") from None
    return parts


StartOfLinks = Annotated[str, AfterValidator(_start_of_links)]
Origin = Annotated[str, AfterValidator(_origin)]
Proxy = Annotated[str, AfterValidator(_proxy)]
