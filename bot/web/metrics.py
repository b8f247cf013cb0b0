"""Figures for Prometheus: what the tables hold, and how the HTTP face answers."""

import time
from collections.abc import Iterator, Mapping

from aiohttp import web
from aiohttp.typedefs import Handler
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from bot.signatures import SignatureInvalid
from bot.web.callers import Claim
from bot.web.keys import LEDGER, METRICS, SERVICES
from storage.figures import Figures, Spread


class _Snapshot:
    """Figures in the shape of a Prometheus collector."""

    def __init__(self, taken: Figures, refusals: Mapping[str, int]) -> None:
        self._taken = taken
        self._refusals = refusals

    def collect(self) -> Iterator[Metric]:
        """Every family of figures."""
        taken = self._taken
        yield _by_label("cutdown_exports", "Exports by status", "status", taken.exports)
        yield _by_label("cutdown_export_failures", "Failed exports by reason", "reason", taken.failures)
        refused = CounterMetricFamily(
            "cutdown_export_refusals", "Requests refused by any door, by reason", labels=["reason"]
        )
        for code, number in self._refusals.items():
            refused.add_metric([code], number)
        yield refused
        deliveries = GaugeMetricFamily(
            "cutdown_deliveries", "News by kind and status", labels=["kind", "status"]
        )
        for (kind, status), number in taken.deliveries.items():
            deliveries.add_metric([kind, status], number)
        yield deliveries
        stored = {"sources": taken.sources_bytes, "shorts": taken.shorts_bytes}
        yield _by_label("cutdown_stored_bytes", "Bytes kept", "what", stored)
        yield _spread("cutdown_export_wait_seconds", "From request to start", taken.waits)
        yield _spread("cutdown_export_render_seconds", "From start to end", taken.renders)


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
    snapshot.register(_Snapshot(await request.app[LEDGER].figures(), services.exporter.refusals.by_code))
    text = generate_latest(snapshot) + generate_latest(request.app[METRICS].registry)
    return web.Response(body=text, headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})


def _by_label(name: str, text: str, label: str, values: Mapping[str, int]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, text, labels=[label])
    for value, number in values.items():
        family.add_metric([value], number)
    return family


def _spread(name: str, text: str, spread: Spread) -> HistogramMetricFamily:
    buckets = [(str(float(bound)), number) for bound, number in spread.at_most.items()]
    family = HistogramMetricFamily(name, text)
    family.add_metric([], [*buckets, ("+Inf", spread.number)], sum_value=spread.total_s)
    return family


ROUTES: tuple[tuple[str, str, Handler], ...] = (("GET", "/metrics", metrics_page),)
