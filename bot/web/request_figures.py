"""Counts requests as they are answered."""

from prometheus_client import CollectorRegistry, Counter, Histogram


class RequestFigures:
    """Answers by route and status, and how long they took."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._answers = Counter(
            "cutdown_http_requests", "Answers", ["method", "route", "status"], registry=self.registry
        )
        self._seconds = Histogram(
            "cutdown_http_request_seconds", "Time to the end of an answer", ["route"], registry=self.registry
        )

    def note(self, *, method: str, route: str, status: int, took_s: float) -> None:
        """Count one answer."""
        self._answers.labels(method, route, status).inc()
        self._seconds.labels(route).observe(took_s)
