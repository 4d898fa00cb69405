"""Encode the messages of an article for the events topic: its flat events, and deletions of earlier ones. Pure.

A deletion is a null value with the key of the event. So a compacted topic, and a table by that key, hold the events of
the newest version of each article, and no others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.contract import headers as names
from service.contract.flat_event import event_key
from service.kafka.kafka_record import Output
from service.worker.encoding import cloud_event, encode_text, version_key

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from service.contract.outcomes import Enriched
    from service.kafka.kafka_record import KafkaRecord
    from service.settings import Settings


def encode(
    settings: Settings,
    record: KafkaRecord,
    events: Mapping[tuple[str, str], bytes | None],
    now: datetime,
    article: Enriched | None = None,
) -> list[Output]:
    """Return a message for each of *events*, in their order.

    Args:
        settings: The service's settings. The events topic is set.
        record: The raw article.
        events: The value of each event, or None if it is to be deleted, by the ids of its article and of the event
            within that.
        now: When the messages are written.
        article: The version of the article that has the events, or no longer has them; None if it was deleted.
    """
    assert settings.events_topic is not None
    revision = [] if article is None else [(names.REVISION, version_key(article)[1])]
    outputs = []
    for (article_id, event), value in events.items():
        key = encode_text(event_key(article_id, event))
        headers = cloud_event(
            settings,
            record,
            now,
            identifier=f"{record.origin}#{event}",
            kind=names.FLAT_EVENT_DELETED_TYPE if value is None else names.FLAT_EVENT_TYPE,
            subject=encode_text(article_id),
            key=key,
            schema=None if value is None else names.FLAT_EVENT_SCHEMA_ID,
        )
        outputs.append(Output(settings.events_topic, key, value, (*headers, *revision), record.timestamp))
    return outputs
