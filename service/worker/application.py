"""The Faust application: one agent that passes each article on, and everything that runs around it."""

from __future__ import annotations

import asyncio
import os
import threading
from functools import partial
from typing import TYPE_CHECKING, Any

import faust
import mode
import orjson
import structlog

from service import __version__, logs
from service.contract.field_types import SCHEMA_VERSION
from service.kafka import connection
from service.kafka.kafka_record import KafkaRecord
from service.processes.pool import DEFAULT_PROCESSOR, WorkerPool
from service.worker import preflight
from service.worker.accounting import Accounting
from service.worker.delivery import AtLeastOnce, Delivery, ExactlyOnce
from service.worker.faust_consumer import Consumer, Transport
from service.worker.health import web
from service.worker.health.watchdog import Watchdog
from service.worker.in_flight import InFlight
from service.worker.metrics import Metrics
from service.worker.published_versions import published
from service.worker.tracing import Tracing

if TYPE_CHECKING:
    from faust.types import TP

    from service.contract.outcomes import Enriched
    from service.settings import Settings

log = structlog.get_logger()

SESSION_SECONDS = 15.0  # five heartbeats: what a worker that was killed had is read again after this time
STATIC_SESSION_SECONDS = 45.0  # for a worker to be replaced: what stopping leaves of it, a new pod, loading the model
REQUEST_SECONDS = 60.0  # Faust opens partitions within it, which has shorter limits of its own; no session is longer
EXIT_SECONDS = 30.0  # to stop after an error; then the process ends whatever still runs
STOP_SECONDS = 50.0  # to stop after a signal: drain 20 s, grace 5 s, leave the group, stop the producers
MAX_BUFFERED_ARTICLES = 16  # between Faust's fetcher and the agent, which never waits
MAX_FETCHED_ARTICLES = 32  # per fetch: what a partition may get beyond its share, a third of a second of work
LATEST_TIMESTAMP_MS = 2**63 - 1  # the largest timestamp of a record; Faust's floats make it larger by one
EXIT_CODE = 70  # EX_SOFTWARE of sysexits.h


class WorkerApp(faust.App):  # type: ignore[misc] # Faust is not typed for us
    """Reads raw articles, has them enriched in worker processes, publishes records and dead letters.

    Args:
        settings: The service's settings.
        processor: `module:class` of what the worker processes run.
    """

    def __init__(self, settings: Settings, processor: str = DEFAULT_PROCESSOR) -> None:
        super().__init__(
            settings.group,
            # Faust reads WEB_PORT, BROKER_URL and more: a Kubernetes service named `web` sets the first.
            env_prefix="NEWSWIRE_FAUST_",
            broker=connection.faust_broker(settings),
            broker_credentials=connection.faust_credentials(settings),
            broker_client_id=f"newswire-{settings.group}",
            consumer_group_instance_id=settings.group_instance_id,
            broker_session_timeout=STATIC_SESSION_SECONDS if settings.group_instance_id else SESSION_SECONDS,
            broker_heartbeat_interval=3.0,
            broker_rebalance_timeout=60.0,
            broker_request_timeout=REQUEST_SECONDS,
            broker_max_poll_interval=1e7,  # off: aiokafka would leave the group when idle, and never rejoin
            broker_max_poll_records=MAX_FETCHED_ARTICLES,
            consumer_metadata_max_age_ms=30_000,
            consumer_auto_offset_reset="earliest",
            topic_disable_leader=True,
            topic_allow_declare=False,
            table_standby_replicas=0,
            stream_buffer_maxsize=MAX_BUFFERED_ARTICLES,
            stream_wait_empty=False,  # `InFlight` drains, within a bound
            key_serializer="raw",
            value_serializer="raw",
            Worker=WorkerProgram,
            worker_redirect_stdouts=False,
            web_bind=settings.web_host,
            web_port=settings.web_port,
            web_router_enabled=False,
            web_tables_enabled=False,
        )
        self.settings = settings
        self.metrics = Metrics(settings)
        self._tracing = Tracing(settings)
        self.failure: Exception | None = None
        """Why the worker stopped by itself, or None."""
        self.pool = WorkerPool(settings, self.fail, self.metrics.process_restarts.inc, processor)
        self.in_flight = InFlight(
            settings,
            self.pool,
            self._delivery(),
            Accounting(settings, self.metrics),
            self._tracing,
            published=partial(published, settings),
            read_past=self._read_past,
            rejoin=self._rejoin,
            fatal=self.fail,
        )
        self.watchdog = Watchdog(self)
        self.metrics.assigned.set_function(lambda: len(self.in_flight.partitions))

    def _delivery(self) -> Delivery:
        if self.settings.delivery == "exactly_once":
            return ExactlyOnce(self.settings)
        return AtLeastOnce(self.settings, self._commit_offset)

    def _rejoin(self) -> None:
        self._kafka.thread.rejoin()

    def _read_past(self, tp: TP, offset: int) -> int:
        return self._kafka.thread.read_past(tp, offset)

    async def _commit_offset(self, tp: TP, offset: int, metadata: str) -> None:
        await self._kafka.thread.commit_offset(tp, offset, metadata)

    @property
    def _kafka(self) -> Consumer:
        consumer: Consumer = self.consumer
        return consumer

    def _new_transport(self) -> Transport:
        return Transport(self.conf.broker_consumer, self)

    def _new_producer_transport(self) -> Transport:
        return Transport(self.conf.broker_producer, self)

    def _create_directories(self) -> None:
        """Create none: nothing is kept between runs, and the file system may be read-only."""

    def _on_rebalance_when_stopped(self) -> None:
        """Do nothing: Faust would close the consumer from the wrong event loop; stopping closes it in order."""

    async def on_start(self) -> None:
        """Check the topics, load the model and test the worker processes before joining the group."""
        try:
            self.in_flight.publisher.limit_to(await preflight.wait(self.settings))
            seconds, sample = await self.pool.start()
        except Exception as error:
            self.fail(error)
            raise
        self.metrics.model_load.set(seconds)
        self.metrics.build.info(
            {"version": __version__, "schema": SCHEMA_VERSION, "model": self.settings.model} | _model(sample)
        )
        log.info("model_loaded", model=self.settings.model, seconds=round(seconds, 1), sample_bytes=len(sample.value))
        await super().on_start()
        self.watchdog.start()

    async def on_stop(self) -> None:
        """Deliver and commit what is in flight, within a bound, before anything else stops."""
        self.watchdog.stopping()
        _exit_after(STOP_SECONDS)
        if self._consumer is not None:
            await self._kafka.quiesce()
        await super().on_stop()

    async def on_shutdown(self) -> None:
        """End the worker processes last."""
        await super().on_shutdown()
        self.watchdog.stop()
        await self.pool.stop()
        await asyncio.to_thread(self._tracing.stop)

    def fail(self, error: Exception) -> None:
        """Stop the worker with exit code 1 because of *error*. Later errors are ignored."""
        if self.failure is not None:
            return
        self.failure = error
        log.critical("worker_stops", error=str(error), kind=type(error).__name__)
        _exit_after(EXIT_SECONDS)
        self.add_future(self.crash(error))


class WorkerProgram(faust.Worker):  # type: ignore[misc] # Faust is not typed for us
    """Runs the application, with our logs instead of Faust's tables and spinners."""

    def __init__(self, app: WorkerApp, *services: Any, **options: Any) -> None:
        logs.configure(app.settings)
        quiet = {"override_logging": False, "quiet": True, "redirect_stdouts": False}
        super().__init__(app, *services, **(options | quiet))
        self.spinner = None


def build(settings: Settings, processor: str = DEFAULT_PROCESSOR) -> WorkerApp:
    """Return the application for *settings* with its agent and its web pages."""
    app = WorkerApp(settings, processor)
    raw = app.topic(settings.raw_topic, key_type=bytes, value_type=bytes)

    async def enrich(stream: Any) -> None:
        """Accept every article, as bytes."""
        stream.enable_acks = False
        async for event in stream.events():
            message = event.message
            follows = app.consumer.thread.follows(message.tp, message.offset)
            app.in_flight.accept(_input(message), message.generation_id, follows)
            await stream.ack(event)  # for Faust's own counts; this commits nothing

    app.agent(raw, name="enrich", supervisor_strategy=mode.CrashingSupervisor)(enrich)
    web.add_pages(app, app.watchdog)
    return app


def _exit_after(seconds: float) -> None:
    """End the process after *seconds*, even if something hangs, such as the goodbye to a broker that is away."""
    timer = threading.Timer(seconds, os._exit, (EXIT_CODE,))
    timer.daemon = True
    timer.start()


def _model(sample: Enriched) -> dict[str, str]:
    """Return the version of the model and the fingerprint, from the record of the self-test."""
    made = orjson.loads(sample.value).get("pipeline", {})
    return {name: str(made.get(name, "")) for name in ("model_version", "fingerprint")}


def _input(message: Any) -> KafkaRecord:
    return KafkaRecord(
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        timestamp=-1 if message.timestamp is None else min(round(message.timestamp * 1000), LATEST_TIMESTAMP_MS),
        key=message.key,
        value=message.value,
        headers=tuple(message.headers or ()),
    )
