"""Counts requests as they are answered, and connections as they stand."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from bot.web.room import Room


class RequestFigures:
    """Answers by route and status, and how long they took."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self.registry = CollectorRegistry()
        self._answers = Counter(
            "cutdown_http_requests", "Answers", ["method", "route", "status"], registry=self.registry
        )
        self._seconds = Histogram(
            "cutdown_http_request_seconds", "Time to the end of an answer", ["route"], registry=self.registry
        )
        self.registry.register(self)

    def note(self, *, method: str, route: str, status: int, took_s: float) -> None:
        """Count one answer."""
        self._answers.labels(method, route, status).inc()
        self._seconds.labels(route).observe(took_s)

    def collect(self) -> Iterator[Metric]:
        """How many connections are open, and for how many there was no room."""
        yield GaugeMetricFamily("cutdown_http_connections", "Open connections", self._room.open)
        yield CounterMetricFamily(
            "cutdown_http_connections_refused", "Connections for which there was no room", self._room.refused
        )
