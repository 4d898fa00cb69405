"""Declare every metric of `newswire feed` once, with its meaning. The label `feed` has the addresses given at start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, disable_created_metrics

if TYPE_CHECKING:
    from collections.abc import Iterable

OUTCOMES = ("changed", "unchanged", "failed", "gone")
ITEM_OUTCOMES = ("sent", "unreadable", "too_large", "left_out")
FAILURES = (
    *("unreachable", "timeout", "private_address", "redirects", "robots", "status"),
    *("too_large", "not_a_feed", "kafka"),
)
_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class FeedMetrics:
    """Holds the metrics of one process, in a registry of its own.

    Args:
        feeds: The addresses of the feeds, as they are shown.
    """

    def __init__(self, feeds: Iterable[str]) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self.polls = Counter(
            "newswire_feed_polls",
            "Polls of feeds. `gone` is the last one of a feed that no longer exists.",
            ["feed", "outcome"],
            registry=registry,
        )
        self.failures = Counter(
            "newswire_feed_failures",
            "Failed polls by reason; each is tried again.",
            ["feed", "reason"],
            registry=registry,
        )
        self.items = Counter(
            "newswire_feed_items",
            "Items: those sent to the raw topic, and those that cannot be.",
            ["feed", "outcome"],
            registry=registry,
        )
        self.last_success = Gauge(
            "newswire_feed_last_success_timestamp_seconds",
            "When the feed was last polled with success, in seconds since 1970-01-01 UTC; 0 if never.",
            ["feed"],
            registry=registry,
        )
        self.fetching = Histogram(
            "newswire_feed_fetch_duration_seconds",
            "Time from the request to the end of the answer, with redirects.",
            buckets=_SECONDS,
            registry=registry,
        )
        for feed in feeds:
            for outcome in OUTCOMES:
                self.polls.labels(feed, outcome)
            for reason in FAILURES:
                self.failures.labels(feed, reason)
            for outcome in ITEM_OUTCOMES:
                self.items.labels(feed, outcome)
            self.last_success.labels(feed)
