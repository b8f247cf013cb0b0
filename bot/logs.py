"""Sets up the log: one line per event on stderr, for people or for machines, and never a secret."""

import logging
import re
import sys
from typing import Literal

import structlog
from aiohttp.http_exceptions import HttpProcessingError
from structlog.typing import EventDict, WrappedLogger

#: Tokens that other libraries write into addresses: of interactions and webhooks, and of links.
_TOKENS = re.compile(r"((?:/webhooks|/interactions)/\d+/|/[ds]/)[A-Za-z0-9._~-]{16,}")


def redact(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Blot out tokens wherever they stand in a line."""
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = _TOKENS.sub(r"\1…", value)
    return event


def says_of_our_faults(record: logging.LogRecord) -> bool:
    """Leave out who hung up, and what made no sense: of such a request, aiohttp quotes the token."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, HttpProcessingError | ConnectionError)


def set_up(form: Literal["text", "json"]) -> None:
    """Send our own events and those of the libraries the same way."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=True,
    )
    ending: list[structlog.typing.Processor] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,
        redact,
        structlog.processors.JSONRenderer()
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
    ]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=ending))
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
    for noisy in ("apscheduler", "aiohttp.access", "discord.client", "discord.gateway"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    logging.getLogger("aiohttp.server").addFilter(says_of_our_faults)
