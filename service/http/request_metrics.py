"""Declare every metric of `newswire serve` once, with its meaning."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import Counter, Gauge, Histogram, Info

from service import process_registry
from service.contract.outcomes import Enriched, Outcome, Refused
from service.contract.reject_reasons import RejectReason

if TYPE_CHECKING:
    from service.http.admission import Admission

STATUSES = ("200", "413", "422", "503")
DROPPED = "dropped"
SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 90)


class RequestMetrics:
    """Holds the metrics of one server, in a registry of its own. Their names differ from those of the workers."""

    def __init__(self, admission: Admission) -> None:
        self.registry = registry = process_registry.create()

        self.requests = Counter(
            "newswire_serve_requests",
            "Requests to enrich, by HTTP status; `dropped` if the client left before the answer.",
            ["status"],
            registry=registry,
        )
        self.articles = Counter(
            "newswire_serve_articles",
            "Articles enriched or refused. `reason` says why those with outcome `rejected` were.",
            ["outcome", "reason"],
            registry=registry,
        )
        self.duration = Histogram(
            "newswire_serve_request_duration_seconds",
            "From the head of a request to the end of its answer.",
            buckets=SECONDS,
            registry=registry,
        )
        self.in_progress = Gauge(
            "newswire_serve_requests_in_progress", "Requests begun and not answered.", registry=registry
        )
        self.in_progress.set_function(lambda: admission.begun)
        self.process_restarts = Counter(
            "newswire_serve_worker_process_restarts",
            "Worker processes replaced after a crash, a hang or a time limit.",
            registry=registry,
        )
        self.build = Info("newswire_serve_build", "What runs here.", registry=registry)
        for status in (*STATUSES, DROPPED):
            self.requests.labels(status)
        for reason in RejectReason:
            self.articles.labels("rejected", reason)

    def count(self, outcome: Outcome) -> None:
        """Count the outcome of one article."""
        match outcome:
            case Enriched():
                self.articles.labels(outcome.status, "").inc()
            case Refused():
                self.articles.labels("rejected", outcome.reason).inc()
