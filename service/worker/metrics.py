"""Declare every metric of the worker once, with its meaning.

Names follow Prometheus: base units, `_total` for counters, `_seconds`, `_bytes`. Every label has a bounded set of
values: codes of an enumeration, stages, country codes, topic names. Label sets that are known beforehand are created at
start, so that the rate of a counter that never counted is 0 and not missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from prometheus_client import Counter, Gauge, Histogram, Info

from service import process_registry
from service.contract.annotations import EntityType
from service.contract.reject_reasons import RejectReason

if TYPE_CHECKING:
    from collections.abc import Iterable

    from service.settings import Settings

OUTCOMES = ("enriched", "unsupported_language", "retracted", "deleted", "superseded", "rejected")
LIMITS = ("refusals", "crashes")
STAGES = ("wire", "enrich", "serialize")
SECONDS = (0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10)
AGES = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900, 3600)
BYTES = tuple(1024 * 2**power for power in range(0, 13, 2))  # 1 KiB … 4 MiB


class Metrics:
    """Holds the metrics of one worker, in a registry of its own."""

    def __init__(self, settings: Settings) -> None:
        self.registry = registry = process_registry.create()

        self.articles = Counter(
            "newswire_articles",
            "Articles delivered and committed. `reason` says why those with outcome `rejected` were; those "
            "with outcome `superseded` were dropped.",
            ["outcome", "reason"],
            registry=registry,
        )
        self.languages = Counter(
            "newswire_article_languages",
            "Records written, by language of the article: one of `NEWSWIRE_LANGUAGES`, `other`, or `unknown` if it is "
            "neither stated nor detected with certainty.",
            ["language"],
            registry=registry,
        )
        self.superseded = Counter(
            "newswire_superseded_articles",
            "Articles that came after a later version of them: marked, or dropped (`NEWSWIRE_SUPERSEDED`).",
            registry=registry,
        )
        self.unread_text = Counter(
            "newswire_unread_text",
            "Articles in the service's own format with a text in a member that it does not read. "
            "`unread` in the log line of the article names the member.",
            registry=registry,
        )
        self.dead_letters = Counter(
            "newswire_dead_letters", "Articles sent to the dead-letter topic.", ["reason"], registry=registry
        )
        self.processing = Histogram(
            "newswire_article_processing_seconds",
            "Time that a worker process spent on one article that it enriched.",
            buckets=SECONDS,
            registry=registry,
        )
        self.stages = Histogram(
            "newswire_stage_duration_seconds",
            "Time by stage of one article; the stages of a worker process report it with the record.",
            ["stage"],
            buckets=SECONDS,
            registry=registry,
        )
        self.age = Histogram(
            "newswire_event_age_seconds",
            "From the article's timestamp on the raw topic to the commit of its record: how late the news is.",
            buckets=AGES,
            registry=registry,
        )
        self.size = Histogram(
            "newswire_article_size_bytes", "Size of the values on the raw topic.", buckets=BYTES, registry=registry
        )
        self.in_flight = Gauge(
            "newswire_in_flight_articles", "Articles accepted and not yet committed.", registry=registry
        )
        self.published = Counter(
            "newswire_published",
            "Records written, by topic; status `error` counts deliveries that failed and are tried again.",
            ["topic", "status"],
            registry=registry,
        )
        self.publishing = Histogram(
            "newswire_publish_duration_seconds",
            "Time to publish and commit one run of articles of one partition.",
            buckets=SECONDS,
            registry=registry,
        )
        self.last_processed = Gauge(
            "newswire_last_article_processed_timestamp_seconds",
            "When the last article was committed, in seconds since 1970-01-01 UTC.",
            registry=registry,
        )
        self.assigned = Gauge(
            "newswire_assigned_partitions", "Partitions of the raw topic that this worker has.", registry=registry
        )
        self.lag = Gauge(
            "newswire_consumer_lag_records",
            "Records of the raw topic that are not committed, by partition assigned to this worker.",
            ["topic", "partition"],
            registry=registry,
        )
        self.rebalances = Counter(
            "newswire_rebalances", "Times that the partitions were assigned anew.", registry=registry
        )
        self.held = Gauge(
            "newswire_held",
            "1 while the worker reads nothing, because too many articles were refused or crashed their process.",
            ["limit"],
            registry=registry,
        )
        self.process_restarts = Counter(
            "newswire_worker_process_restarts",
            "Worker processes replaced after a crash, a hang or a time limit.",
            registry=registry,
        )
        self.loop_delay = Histogram(
            "newswire_event_loop_delay_seconds",
            "How late the event loop woke from a sleep of a tenth of a second.",
            buckets=(0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5),
            registry=registry,
        )
        self.entities = Counter("newswire_entities", "Entities found, by spaCy's type.", ["label"], registry=registry)
        self.places = Counter(
            "newswire_places",
            "Places found, by country; `` for those of no country, `?` for names that were not resolved.",
            ["country"],
            registry=registry,
        )
        self.events = Counter("newswire_events", "Events found, by PLOVER type.", ["type"], registry=registry)
        self.flat_events = Counter(
            "newswire_flat_events",
            "Messages written to the events topic, if one is set: `written` for an event, `deleted` for one that the "
            "article no longer has.",
            ["kind"],
            registry=registry,
        )
        self.tags = Counter("newswire_event_tags", "Event tags given to articles.", ["tag"], registry=registry)
        self.model_load = Gauge(
            "newswire_model_load_seconds", "Time that loading the model took at start.", registry=registry
        )
        self.build = Info("newswire_build", "What runs here.", registry=registry)
        self._make_label_sets(settings)

    def _make_label_sets(self, settings: Settings) -> None:
        for outcome in OUTCOMES:
            for reason in RejectReason if outcome == "rejected" else ("",):
                self.articles.labels(outcome, reason)
        languages = (language.partition("-")[0].lower() for language in settings.languages)
        known: tuple[tuple[Counter | Gauge | Histogram, Iterable[str]], ...] = (
            (self.dead_letters, RejectReason),
            (self.held, LIMITS),
            (self.stages, STAGES),
            (self.flat_events, ("written", "deleted")),
            (self.languages, (*languages, "other", "unknown")),
            (self.entities, get_args(EntityType)),
            (self.places, (*settings.watched, "", "?")),
        )
        for metric, labels in known:
            for label in labels:
                metric.labels(label)
        for topic in filter(None, (settings.enriched_topic, settings.events_topic, settings.dead_letter_topic)):
            self.published.labels(topic, "ok")
            self.published.labels(topic, "error")
