"""Figures for Prometheus: what the tables hold, and how the HTTP face answers."""

import asyncio
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress

from aiohttp import web
from aiohttp.typedefs import Handler
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from bot.config import ServiceSettings
from bot.signatures import SignatureInvalid
from bot.web.callers import Claim
from bot.web.keys import METRICS, SERVICES
from processing.tally import Spread, Tally
from storage.figures import Figures, figures


class _Snapshot:
    """Figures in the shape of a Prometheus collector."""

    def __init__(
        self, taken: Figures, tally: Tally, refusals: Mapping[str, int], *, backed_up_at: float | None
    ) -> None:
        self._taken = taken
        self._tally = tally
        self._refusals = refusals
        self._backed_up_at = backed_up_at

    def collect(self) -> Iterator[Metric]:
        """Every family of figures."""
        taken, tally = self._taken, self._tally
        yield _by_label("cutdown_exports", "Exports by status", "status", taken.exports)
        yield _by_label(
            "cutdown_export_failures", "Failed exports that are remembered", "reason", taken.failures
        )
        yield _counter("cutdown_exports_failed", "Exports that failed", "reason", tally.failures)
        yield _counter(
            "cutdown_export_refusals", "Requests refused by any door, by reason", "reason", self._refusals
        )
        yield _counter("cutdown_news_lost", "News that was given up, not overtaken", "kind", tally.lost)
        deliveries = GaugeMetricFamily(
            "cutdown_deliveries", "News by kind and status", labels=["kind", "status"]
        )
        for (kind, status), number in taken.deliveries.items():
            deliveries.add_metric([kind, status], number)
        yield deliveries
        stored = {"sources": taken.sources_bytes, "shorts": taken.shorts_bytes}
        yield _by_label("cutdown_stored_bytes", "Bytes kept", "what", stored)
        yield _spread("cutdown_export_wait_seconds", "From request to start", tally.waits)
        yield _spread("cutdown_export_render_seconds", "From start to end", tally.renders)
        if self._backed_up_at is not None:
            yield GaugeMetricFamily(
                "cutdown_backup_timestamp_seconds", "When the newest backup was made", self._backed_up_at
            )


@web.middleware
async def counted(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Count the answer under its route's pattern, so that no address becomes a label."""
    began = time.monotonic()
    resource = request.match_info.route.resource
    method, route = (request.method, resource.canonical) if resource is not None else ("any", "unknown")
    response = await handler(request)
    request.app[METRICS].note(
        method=method, route=route, status=response.status, took_s=time.monotonic() - began
    )
    return response


async def metrics_page(request: web.Request) -> web.Response:
    """All figures, for any client that has a token: a signature could be overheard and used again."""
    services = request.app[SERVICES]
    claim = Claim(request.headers, clients=services.settings.clients, now=services.now())
    if claim.signed_id is not None:
        raise SignatureInvalid("Send a bearer token.")
    claim.client()
    snapshot = CollectorRegistry()
    snapshot.register(
        _Snapshot(
            await figures(services.database),
            services.tally,
            services.exporter.refusals.by_code,
            backed_up_at=await asyncio.to_thread(_backed_up_at, services.settings.service),
        )
    )
    text = generate_latest(snapshot) + generate_latest(request.app[METRICS].registry)
    return web.Response(body=text, headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})


def _by_label(name: str, text: str, label: str, values: Mapping[str, int]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, text, labels=[label])
    for value, number in values.items():
        family.add_metric([value], number)
    return family


def _counter(name: str, text: str, label: str, values: Mapping[str, int]) -> CounterMetricFamily:
    family = CounterMetricFamily(name, text, labels=[label])
    for value, number in values.items():
        family.add_metric([value], number)
    return family


def _backed_up_at(service: ServiceSettings) -> float | None:
    """When the newest backup was made, 0 where there is none. None: none are wanted."""
    if not service.backups:
        return None
    newest = 0.0
    for copy in (service.data_dir / "backups").glob("cutdown-*.db"):
        with suppress(FileNotFoundError):  # the oldest may just have been removed
            newest = max(newest, copy.stat().st_mtime)
    return newest


def _spread(name: str, text: str, spread: Spread) -> HistogramMetricFamily:
    buckets = [(str(float(bound)), number) for bound, number in spread.at_most.items()]
    family = HistogramMetricFamily(name, text)
    family.add_metric([], [*buckets, ("+Inf", spread.number)], sum_value=spread.total_s)
    return family


ROUTES: tuple[tuple[str, str, Handler], ...] = (("GET", "/metrics", metrics_page),)
