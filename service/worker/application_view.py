"""What the parts of a worker may ask of the application that holds them, so that none of them imports it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from service.processes.pool import WorkerPool
    from service.settings import Settings
    from service.worker.in_flight import InFlight
    from service.worker.metrics import Metrics


class Application(Protocol):
    """The Faust application of a worker, as its consumer, its watchdog and its web server see it."""

    settings: Settings
    metrics: Metrics
    pool: WorkerPool
    in_flight: InFlight
    failure: Exception | None
    """Why the worker stopped by itself, or None."""
    rebalancing: bool
    """Whether the partitions were revoked and no new ones are open yet."""
    consumer: Any
    consumer_generation_id: int
    """Of the consumer group, in the present assignment."""
    flow_control: Any
    """Faust's, which suspends its streams."""
    web: Any
    page: Any
    """Faust's decorator of web pages."""

    def fail(self, error: Exception) -> None:
        """Stop the worker with exit code 1 because of *error*."""
