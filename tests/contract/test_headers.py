"""The headers that the service writes are those that the schemas and the AsyncAPI document declare."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import jsonschema_rs
import pytest
import yaml

from service.contract import headers as declared
from service.contract import schemas
from service.contract.outcomes import Enriched, Outcome, Refused, Tombstone
from service.contract.reject_reasons import RejectReason
from service.kafka.kafka_record import KafkaRecord
from service.settings import Settings
from service.worker import flat_event_messages
from service.worker.encoding import encode_outcome

FOLDER = Path(__file__).parents[2] / "schemas"
NOW = datetime(2022, 3, 24, 12, tzinfo=UTC)
TRACE = (("traceparent", b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"), ("tracestate", b"wire=1"))
ARTICLE = KafkaRecord("newswire.raw", 3, 42, 1_648_119_600_000, b"key", b'{"body": "x"}', TRACE)


def headers(
    outcome: Outcome, record: KafkaRecord = ARTICLE, limit: int = 1_000_000, *, events_topic: str | None = None
) -> dict[str, str]:
    """Return the headers that are written for *outcome*, as text."""
    _, written = encode_outcome(Settings(events_topic=events_topic), record, outcome, NOW, limit)
    return {name: (value or b"").decode() for name, value in written.headers}


@pytest.mark.parametrize("reason", RejectReason)
@pytest.mark.parametrize("limit", [1_000_000, 600])
def test_a_dead_letter_has_the_headers_of_its_schema(reason: RejectReason, limit: int) -> None:
    """For every reason, with its value and, if the topic is too small for it, without. No other header is written."""
    record = replace(ARTICLE, value=b"x" * 500, headers=())
    schema = schemas.closed()[schemas.DEAD_LETTER]

    written = headers(Refused(reason, "wire", "byte 5 is not UTF-8"), record, limit)

    jsonschema_rs.validator_for(schema, validate_formats=True).validate(written)
    assert ("newswire.omitted" in written) is (limit == 600)


def test_a_record_has_the_headers_of_the_asyncapi_document() -> None:
    """Exactly these headers are described there, and `ce_dataschema` names the published schema."""
    document = yaml.safe_load((FOLDER / "asyncapi.yaml").read_text())
    described = document["components"]["messages"]["enrichedArticle"]["headers"]["properties"]

    written = headers(Enriched("id-1", b"{}", "enriched", {}, "2022-03-24T12:00:00.000000/2", superseded=True))
    newest = headers(
        Enriched("id-1", b"{}", "enriched", {}, "2022-03-24T12:00:00.000000/2"), events_topic="newswire.events"
    )

    assert written.keys() - newest.keys() == {"newswire.superseded"}
    assert newest.keys() - written.keys() == {"newswire.events"}
    assert written.keys() | newest.keys() == described.keys()
    assert written["ce_dataschema"] == schemas.closed()[schemas.ENRICHED]["$id"]
    assert written["ce_type"] == described["ce_type"]["description"]


def test_a_deletion_has_the_headers_of_the_asyncapi_document() -> None:
    """Exactly these headers are described there; without a key, those that repeat it are absent."""
    document = yaml.safe_load((FOLDER / "asyncapi.yaml").read_text())
    described = document["components"]["messages"]["deletion"]["headers"]

    with_key = headers(Tombstone(), replace(ARTICLE, value=None))
    without_key = headers(Tombstone(), replace(ARTICLE, value=None, key=None, headers=()))

    assert with_key.keys() == described["properties"].keys()
    assert without_key.keys() == set(described["required"])
    assert with_key["ce_type"] == described["properties"]["ce_type"]["description"]


def test_flat_events_have_the_headers_of_the_asyncapi_document() -> None:
    """A message for an event, and one that deletes it, have exactly the headers that are described there."""
    messages = yaml.safe_load((FOLDER / "asyncapi.yaml").read_text())["components"]["messages"]
    article = Enriched("id-1", b"{}", "enriched", {}, "2022-03-24T12:00:00.000000/2")
    events = {("id-1", "0123456789ab"): b"{}", ("id-1", "ba9876543210"): None}

    for output in flat_event_messages.encode(Settings(events_topic="newswire.events"), ARTICLE, events, NOW, article):
        described = messages["flatEventDeletion" if output.value is None else "flatEvent"]["headers"]["properties"]
        written = {name: (value or b"").decode() for name, value in output.headers}
        assert written.keys() == described.keys()
        assert written["ce_type"] == described["ce_type"]["description"]
        assert output.value is None or written["ce_dataschema"] == schemas.closed()[schemas.FLAT_EVENT]["$id"]


def test_a_record_always_has_the_required_headers() -> None:
    """A record of an article with an empty key and without a trace has exactly the required headers."""
    written = headers(Enriched("id-1", b"{}", "enriched", {}), replace(ARTICLE, key=b"", headers=()))

    assert written.keys() == {header.name for header in declared.RECORD if header.required}


@pytest.mark.parametrize("key", [None, b""])
@pytest.mark.parametrize("outcome", [Enriched("id-1", b"{}", "enriched", {}), Tombstone()], ids=["record", "deletion"])
def test_no_attribute_of_cloudevents_is_empty(key: bytes | None, outcome: Outcome) -> None:
    """CloudEvents allows no empty value, so an attribute that repeats a missing key is absent."""
    written = headers(outcome, replace(ARTICLE, key=key))

    assert ("ce_subject" in written) is isinstance(outcome, Enriched)
    assert ("ce_partitionkey" in written) is (isinstance(outcome, Enriched) and key is None)  # the id becomes the key
    assert all(value for name, value in written.items() if name.startswith("ce_"))


@pytest.mark.parametrize("kind", declared.HEADERS)
def test_a_header_is_declared_once_per_message(kind: str) -> None:
    """No kind of message has two headers of one name, and every meaning fits in a cell of a table."""
    names = [header.name for header in declared.HEADERS[kind]]

    assert len(names) == len(set(names))
    assert all("\n" not in header.meaning and "|" not in header.meaning for header in declared.HEADERS[kind])
