"""Registries of Prometheus metrics for the processes that run Python all day: the workers and `newswire serve`."""

from __future__ import annotations

from prometheus_client import (
    CollectorRegistry,
    GCCollector,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
)


def create() -> CollectorRegistry:
    """Return a new registry with the metrics of the process, of Python and of its garbage collector.

    Counters have no `_created` series.
    """
    disable_created_metrics()  # type: ignore[no-untyped-call]
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)
    return registry
