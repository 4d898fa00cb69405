"""Every record that the service creates conforms to the contract, for any article."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.contract import schemas
from service.contract.outcomes import Enriched, Message, Refused
from service.contract.reject_reasons import RejectReason
from service.processes.processor import Processor
from service.settings import Settings

SAMPLES = sorted((Path(__file__).parents[1] / "wire/samples").iterdir())
CLOSED = jsonschema_rs.validator_for(schemas.closed()[schemas.ENRICHED], validate_formats=True)


@pytest.fixture(scope="module")
def processor() -> Processor:
    """Return a processor with the loaded model and data, as a worker process has it."""
    return Processor(Settings())


def checked_record(value: bytes, sent: bytes) -> dict[str, Any]:
    """Return the record *value* after checking it against the closed schema, and its offsets against its text."""
    record: dict[str, Any] = json.loads(value)
    CLOSED.validate(record)
    assert list(misplaced(record, record["text"])) == [], sent
    assert record["text"].startswith(record["headline"])
    for name in ("entities", "locations", "events", "topics"):
        assert bool(record[name]) != bool(record["none_found"][name]), name
    assert "counts" not in record["none_found"]  # the samples are English
    return record


def misplaced(value: object, text: str) -> list[object]:
    """Return the mentions anywhere in *value* whose words are not at their offsets in *text*."""
    if isinstance(value, list):
        return [wrong for item in value for wrong in misplaced(item, text)]
    if not isinstance(value, dict):
        return []
    wrong = [mention for item in value.values() for mention in misplaced(item, text)]
    if {"start", "end"} <= value.keys() and not 0 <= value["start"] <= value["end"] <= len(text):
        wrong.append(value)
    if {"start", "end", "text"} <= value.keys() and text[value["start"] : value["end"]] != value["text"]:
        wrong.append(value)
    return wrong


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_every_format_becomes_a_record_that_conforms_to_the_contract(path: Path, processor: Processor) -> None:
    """A sample of every format becomes a valid record, with the same bytes a second time."""
    message = Message(path.read_bytes())

    outcome = processor.process(message)

    if path.name == "gdelt-doc.json":
        assert isinstance(outcome, Refused)
        assert outcome.reason is RejectReason.METADATA_ONLY
        return
    assert isinstance(outcome, Enriched)
    record = checked_record(outcome.value, path.read_bytes())
    assert record["status"] == "enriched"
    assert "Ana Popa" in record["text"]
    assert {"Romania", "Hungary"} <= {entity["name"] for entity in record["entities"]}
    again = processor.process(message)
    assert isinstance(again, Enriched)
    assert again.value == outcome.value


def test_places_come_in_the_order_in_which_the_text_first_names_them(processor: Processor) -> None:
    """The order is that of the first mention, as the schema says, and not that of the number of mentions."""
    body = "Bulgaria spoke. Romania and Hungary met in Slovakia; Hungary said that Hungary and Romania agreed."
    outcome = processor.process(Message(json.dumps({"id": "a-1", "body": body, "language": "en"}).encode()))

    assert isinstance(outcome, Enriched)
    places = json.loads(outcome.value)["locations"]
    assert [place["country"] for place in places] == ["BG", "RO", "HU", "SK"]
    described = schemas.closed()[schemas.ENRICHED]["properties"]["locations"]["description"]
    assert described == "The places, in the order of their first mention."


PHRASES = st.sampled_from(
    [
        "Romania and Hungary signed a treaty in Sofia on Tuesday.",
        "President Klaus Iohannis met NATO Secretary General Jens Stoltenberg.",
        "“We will not leave,” said Bulgaria\u2019s Kiril Petkov. 🇧🇬",
        "At least 12 people were killed when a bus crashed near Košice, police said.",
        "<p>Slovak troops &amp; tanks moved to Michalovce.</p>",
        "e\u0301 \u202eabc\u202c \xad \u200b Bratis\xadlava",
    ]
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(headline=st.text(max_size=30) | PHRASES, body=st.lists(PHRASES | st.text(max_size=60), max_size=5))
def test_any_article_becomes_a_record_or_is_refused_with_a_reason(
    headline: str, body: list[str], processor: Processor
) -> None:
    """For any text, offsets are right, the schema is satisfied, the bytes are repeatable and no stage raises."""
    sent = json.dumps({"id": "a-1", "headline": headline, "body": "\n\n".join(body), "language": "en"}).encode()

    outcome = processor.process(Message(sent))

    if isinstance(outcome, Refused):
        assert outcome.reason is RejectReason.EMPTY_TEXT, outcome.detail
        return
    assert isinstance(outcome, Enriched)
    checked_record(outcome.value, sent)
    again = processor.process(Message(sent))
    assert isinstance(again, Enriched)
    assert again.value == outcome.value
