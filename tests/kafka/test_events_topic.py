"""The events topic: one flat row per event, and in the end exactly those of the newest version of each article."""

from __future__ import annotations

import json
import random
import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema_rs
import orjson
import pytest

from service.contract import schemas
from tests.kafka.harness import PATIENCE, await_, note

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.kafka.harness import Stream

REAL = "service.processes.processor:Processor"
CONSUME = Path(__file__).parents[2] / "docs/consume.md"
SMALL_WINDOW = "import service.worker.published_versions as versions; versions.WINDOW_RECORDS = 3"
ARTICLES_AT_ONCE = 60  # of which versions alternate: with four partitions far fewer than 500 records lie in between


@dataclass
class Story:
    """An article of a generated stream, and what should be left of it."""

    name: str
    revision: int = 0
    events: dict[str, int] = field(default_factory=dict)
    """Its events after the messages so far, and the revision that each is from."""

    def next(self, chance: random.Random) -> tuple[bytes, bytes | None]:
        """Return key and value of its next message: a version, a late one, a retraction or a deletion."""
        kind = chance.choices(["version", "late", "retraction", "deletion"], [12, 3, 1, 1])[0]
        if kind == "deletion":
            self.events = {}
            return self.name.encode(), None
        revision = max(0, self.revision - 1) if kind == "late" else self.revision + 1
        events = [] if kind == "retraction" else chance.sample("abcdefgh", chance.randrange(5))
        if revision >= self.revision:
            self.revision, self.events = revision, dict.fromkeys(events, revision)
        article = {"id": self.name, "revision": f"{revision:04}", "events": events}
        return self.name.encode(), orjson.dumps(article | ({"status": "retracted"} if kind == "retraction" else {}))


def generated(articles: int, chance: random.Random) -> tuple[list[tuple[bytes, bytes | None]], dict[str, int]]:
    """Return the messages of *articles*, and by the keys of the events that should be left the revision of each."""
    waiting = [Story(f"story-{number}") for number in range(articles)]
    stories, active = list(waiting), [waiting.pop(0) for _ in range(min(ARTICLES_AT_ONCE, articles))]
    messages = []
    while active:
        index = chance.randrange(len(active))
        messages.append(active[index].next(chance))
        if chance.random() < 0.3:
            active[index : index + 1] = [waiting.pop(0)] if waiting else []
    left = {f"{story.name}#{event}": number for story in stories for event, number in story.events.items()}
    return messages, left


def restart_and_compare(stream: Stream, articles: int, kills: int) -> None:
    """Publish *articles* with *kills* and restarts in between, and compare what a compacted topic holds in the end."""
    seed = random.randrange(2**32)  # noqa: S311 - random, not secret
    messages, left = generated(articles, random.Random(seed))  # noqa: S311 - random, not secret
    stream.produce(messages)
    for number in range(kills):
        worker = stream.start(TEST_SECONDS="0.002").await_ready()
        due = len(messages) * (number + 1) // (kills + 1)
        await_(lambda due=due: stream.committed() >= due, "some articles", PATIENCE, [worker])  # type: ignore[misc] # a default
        worker.kill()
    worker = stream.start()
    stream.await_done()
    await_(lambda: stream.committed() >= len(messages), "the last commit", PATIENCE, [worker])

    compacted = {key: int(orjson.loads(value)["revision"]) for key, value in stream.compacted_events().items()}
    assert compacted == left, f"seed {seed}"
    ledger = stream.ledger()
    note(f"{len(messages)} versions, {kills} kills, seed {seed}", ledger)
    assert ledger.kept
    if stream.delivery == "exactly_once":
        stream.note_events(f"{len(messages)} versions, {kills} kills, seed {seed}")
    assert worker.terminate() == 0


def test_the_topic_ends_with_the_newest_events(make_stream: Callable[..., Stream], delivery: str) -> None:
    """After versions, late versions, retractions, deletions and a kill, exactly the newest events are left."""
    restart_and_compare(make_stream(delivery=delivery, events=True), articles=200, kills=1)


@pytest.mark.faults
def test_the_topic_of_2000_articles(make_stream: Callable[..., Stream], delivery: str) -> None:
    """The same for 2,000 articles and three kills."""
    restart_and_compare(make_stream(delivery=delivery, events=True), articles=2_000, kills=3)


def test_rows_of_real_articles(make_stream: Callable[..., Stream]) -> None:
    """Each event of a record is a row in its partition, valid by the schema, under the id that the record names."""
    stream = make_stream(partitions=3, events=True)
    body = "Hungary's foreign minister met his Slovak colleague in Bratislava. Police arrested two men in Sofia."
    names = ["a", "b", "c"]
    stream.produce((name.encode(), orjson.dumps({"id": name, "headline": "Talks", "body": body})) for name in names)
    worker = stream.start(REAL)
    stream.await_done()
    await_(lambda: stream.committed() >= len(names), "the commit", PATIENCE, [worker])

    records = {record.key: record for record in stream.read(stream.enriched)}
    rows = stream.read(stream.events_topic)
    closed = jsonschema_rs.validator_for(schemas.closed()[schemas.FLAT_EVENT], validate_formats=True)
    for row in rows:
        value = json.loads(row.value)
        closed.validate(value)
        assert row.key.decode() == value["event_id"]
        assert row.partition == records[value["article_id"].encode()].partition
        assert row.timestamp == records[value["article_id"].encode()].timestamp
    events = {f"{name}#{event['id']}" for name in names for event in json.loads(records[name.encode()].value)["events"]}
    assert {row.key.decode() for row in rows} == events
    assert len(rows) == len(events) > 0
    assert worker.metric("newswire_flat_events_total") == len(rows)
    assert sum(line["flat_events"] for line in worker.lines("article")) == len(rows)


def test_a_deleted_article_has_no_rows(make_stream: Callable[..., Stream], delivery: str) -> None:
    """A deletion by key deletes the rows of the article, though its id is another, also after a restart."""
    stream = make_stream(delivery=delivery, partitions=1, events=True)
    stream.produce([(b"key", orjson.dumps({"id": "urn:x", "events": ["one", "two"]}))])
    worker = stream.start()
    stream.await_done()
    assert worker.terminate() == 0
    assert stream.compacted_events().keys() == {"urn:x#one", "urn:x#two"}
    stream.produce([(b"key", None), (b"other", None), (None, orjson.dumps({"id": "urn:y", "events": ["one"]}))])
    worker = stream.start()
    stream.await_done()
    await_(lambda: stream.committed() >= 4, "the commit", PATIENCE, [worker])

    assert stream.compacted_events().keys() == {"urn:y#one"}
    assert [line["flat_events_deleted"] for line in worker.lines("article")] == [2, 0, 0]


def test_an_article_beyond_the_window(make_stream: Callable[..., Stream]) -> None:
    """Events of a version too long ago stay, and the query in the documentation leaves them out."""
    stream = make_stream(partitions=1, events=True)
    [query] = re.findall(r"```sql\n(.+?)```", CONSUME.read_text(), re.DOTALL)
    versions = [("a", 1, ["old", "kept"]), *((name, 1, ["x"]) for name in "bcd"), ("a", 2, ["kept", "new"])]
    for name, revision, events in versions:
        stream.produce([(name.encode(), orjson.dumps({"id": name, "revision": f"{revision}", "events": events}))])
    worker = stream.start(before=SMALL_WINDOW)
    stream.await_done()
    await_(lambda: stream.committed() >= len(versions), "the commit", PATIENCE, [worker])

    rows = {key: int(orjson.loads(value)["revision"]) for key, value in stream.compacted_events().items()}
    with closing(sqlite3.connect(":memory:")) as table:
        table.execute("CREATE TABLE events (event_id, article_id, revision_order)")
        table.executemany(
            "INSERT INTO events VALUES (?, ?, ?)", [(key, key.partition("#")[0], order) for key, order in rows.items()]
        )
        found = {row[0] for row in table.execute(query)}
    assert rows.keys() - found == {"a#old"}
    assert found == {"a#kept", "a#new", "b#x", "c#x", "d#x"}


def test_topics_create_makes_the_topic_if_it_is_set(make_stream: Callable[..., Stream]) -> None:
    """Without the setting there is no events topic; with it, the command creates one that is compacted."""
    stream = make_stream()
    without = stream.command("topics", "create")
    created = stream.command("topics", "create", NEWSWIRE_EVENTS_TOPIC=stream.events_topic)

    assert "events" not in without.stderr
    assert f"{stream.events_topic}: created" in created.stderr
    assert stream.config(stream.events_topic)["cleanup.policy"] == "compact"
