"""PostgreSQL, DuckDB and ClickHouse hold the valid records and events, and answer the queries of `deploy/sinks`.

Each receives all messages in the way that its page describes: by the consumer, as files of JSON lines, and by the views
that read from Kafka. Only the tables of ClickHouse that read from Kafka are replaced, by tables that take inserts.
"""

from __future__ import annotations

import json
import re
import runpy
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import psycopg
import pytest

from service.sinks import Sink, kits
from tests.sinks import answers, databases

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.sinks.conftest import Stream

    Query = Callable[[str], answers.Rows]

SINKS = Path(__file__).parents[2] / "deploy/sinks"
ANSWERS = {
    "arrests": answers.arrests,
    "strikes": answers.strikes,
    "protests": answers.protests,
    "people": answers.people,
    "quotes": answers.quotes,
}
LISTS = ("entities", "locations", "countries", "events", "topics", "tags", "quotes", "dates", "counts")


@pytest.fixture(scope="module")
def postgres(stream: Stream) -> Iterator[Query]:
    """Return what runs a query in PostgreSQL, after the consumer applied all messages."""
    apply: Callable[..., None] = runpy.run_path(str(SINKS / "postgres_consumer.py"))["apply"]
    with databases.postgres() as address, psycopg.connect(address) as connection:
        connection.execute(kits.files(Sink.POSTGRES)["postgres.sql"])
        for message in stream.messages:
            headers = [("newswire.superseded", b"true")] if message.superseded else []
            apply(connection, message.topic, message.key.encode(), message.value and message.value.encode(), headers)
        apply(connection, "newswire.enriched", stream.deleted.encode(), None, [])
        connection.execute("SET search_path = newswire")
        yield lambda sql: connection.execute(sql.encode()).fetchall()


@pytest.fixture(scope="module")
def in_duckdb(stream: Stream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Query]:
    """Return what runs a query in DuckDB, in a folder with all messages as JSON lines."""
    folder = tmp_path_factory.mktemp("duckdb")
    for topic, name in (("newswire.enriched", "records.jsonl"), ("newswire.events", "events.jsonl")):
        messages = (message for message in stream.messages if message.topic == topic)
        # The null value of a deletion is a line without a key, so whoever writes the file leaves out the article.
        values = ("null" if message.key.startswith(stream.deleted) else message.value for message in messages)
        (folder / name).write_text("".join(f"{value or 'null'}\n" for value in values))
    with pytest.MonkeyPatch.context() as patch, duckdb.connect() as connection:
        patch.chdir(folder)
        connection.execute(kits.files(Sink.DUCKDB)["duckdb.sql"].decode())
        yield lambda sql: connection.execute(sql).fetchall()


@pytest.fixture(scope="module")
def clickhouse(stream: Stream) -> Iterator[Query]:
    """Return what runs a query in ClickHouse, after the materialized views read all messages."""
    files = kits.files(Sink.CLICKHOUSE)
    queues = re.sub(
        r"\n\)\nENGINE = Kafka\nSETTINGS.*?;\n",
        ", `_headers.name` Array(String), `_error` String, `_topic` String, `_partition` UInt64, `_offset` UInt64"
        ") ENGINE = Null;\n",
        files["clickhouse-kafka.sql"].decode(),
        flags=re.DOTALL,
    )
    with databases.ClickHouse() as server:
        for statement in f"{files['clickhouse.sql'].decode()}\n{queues}".strip().split(";\n"):
            server.run(statement)
        for topic, queue in (("newswire.enriched", "article_queue"), ("newswire.events", "event_queue")):
            rows = [
                json.loads(message.value) | {"_headers.name": ["newswire.superseded"] if message.superseded else []}
                for message in stream.messages
                if message.topic == topic and message.value is not None
            ]
            server.insert(f"newswire.{queue}", rows)
        delete = (SINKS / "clickhouse_delete.sql").read_text().replace("{article:String}", f"'{stream.deleted}'")
        server.run(delete)
        server.run("USE newswire")
        yield server.run


@pytest.fixture(params=["postgres", "duckdb", "clickhouse"])
def sink(request: pytest.FixtureRequest) -> tuple[str, Query]:
    """Return the name of a database and what runs a query in it."""
    return request.param, request.getfixturevalue({"duckdb": "in_duckdb"}.get(request.param, request.param))


@pytest.mark.parametrize("name", ANSWERS)
def test_a_query_answers_what_the_records_say(name: str, sink: tuple[str, Query], stream: Stream) -> None:
    """Every query of the documents finds something, and the same in every database."""
    database, run = sink
    expected = ANSWERS[name](stream)

    rows = run((SINKS / f"queries/{database}/{name}.sql").read_text())

    assert expected
    assert [tuple(map(plain, row)) for row in rows] == [tuple(map(plain, row)) for row in expected]


def test_the_events_are_those_of_the_valid_versions(sink: tuple[str, Query], stream: Stream) -> None:
    """No event of an earlier version, of a withdrawn article or of a deleted article is left, and none is lost."""
    _, run = sink

    assert sorted(run("SELECT event_id FROM events")) == sorted((key,) for key in stream.events)


def test_the_articles_are_the_valid_versions(sink: tuple[str, Query], stream: Stream) -> None:
    """A late or an earlier version does not replace a later one, and a deleted article is gone."""
    _, run = sink
    expected = [(record.id, record.revision, record.status) for record in stream.records.values()]

    assert sorted(run("SELECT id, revision, status FROM articles")) == sorted(expected)


@pytest.mark.parametrize("name", LISTS)
def test_every_item_of_a_list_is_a_row(name: str, sink: tuple[str, Query], stream: Stream) -> None:
    """Rows have the position of their item in the record, so that the indexes in records lead to them."""
    _, run = sink
    items = {record.id: getattr(record, name) for record in stream.records.values()}
    expected = [(article, position) for article, found in items.items() for position in range(len(found))]

    assert expected
    assert sorted(run(f"SELECT article_id, position FROM article_{name}")) == sorted(expected)  # noqa: S608 - a name of the contract


def test_what_is_null_in_a_record_is_null_in_a_row(sink: tuple[str, Query], stream: Stream) -> None:
    """A quotation without a speaker has no empty text, and a missing coordinate is not zero."""
    database, run = sink
    speaker = "speaker_text" if database == "postgres" else "speaker.text"
    quotes = [quote for record in stream.records.values() for quote in record.quotes]
    without = sum(quote.speaker is None for quote in quotes)

    assert without
    assert run(f"SELECT count(*) FROM article_quotes WHERE {speaker} IS NULL") == [(without,)]  # noqa: S608 - as above
    assert run("SELECT count(*) FROM events WHERE lat = 0") == [(0,)]


def plain(value: object) -> object:
    """Return a date as text, as ClickHouse prints it, and any other value as it is."""
    return value.isoformat() if isinstance(value, date) else value
