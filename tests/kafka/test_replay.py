"""`newswire replay`: what was published is enriched again, and exactly what a change has changed is told."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
import pytest
from kafka import KafkaProducer

from tests.kafka.harness import ROOT

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    from tests.kafka.harness import Stream

BODIES = {
    "invaded": "Russia invaded Ukraine in February, and millions fled.",
    "invaded-again": "The president said in Sofia that the army had not invaded the country.",
    "signed": "Romania and Hungary signed an agreement on gas in Bucharest on Monday.",
    "marched": "Thousands of teachers marched in Budapest on Friday.",
    "empty": "…",
}


@pytest.fixture
def stream(make_stream: Callable[..., Stream]) -> Stream:
    """Return a stream in which some articles were published, one was refused and one deleted."""
    stream = make_stream()
    articles = [(name.encode(), orjson.dumps({"id": name, "body": body})) for name, body in BODIES.items()]
    stream.produce([*articles, (b"deleted", None)])
    worker = stream.start("service.processes.processor:Processor")
    stream.await_done()
    assert worker.terminate() == 0
    return stream


def different(stream: Stream, done: subprocess.CompletedProcess[str]) -> dict[str, str]:
    """Return the articles that `replay --diff` calls different, by key, with the fields and changes that it names."""
    keys = {
        f"{record.topic}/{record.partition}/{record.offset}": record.key.decode() for record in stream.read(stream.raw)
    }
    found = re.findall(
        r"^(\S+): different \((.*; the pipeline changed), \w+ to \w+(: .*)\)$", done.stderr, re.MULTILINE
    )
    return {keys[origin]: fields + parts for origin, fields, parts in found}


def edit(path: Path, before: str, after: str) -> None:
    """Replace *before*, which stands once in the file at *path*, by *after*."""
    text = path.read_text(encoding="utf-8")
    assert text.count(before) == 1
    path.write_text(text.replace(before, after), encoding="utf-8")


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Return a copy of the service's package."""
    ignored = shutil.ignore_patterns("__pycache__")
    return Path(shutil.copytree(ROOT / "service", tmp_path / "service", ignore=ignored))


def test_a_changed_rule(stream: Stream, package: Path) -> None:
    """Without a change nothing differs; if a rule has lost a verb, the records with that verb do, and no other."""
    unchanged = stream.command("replay", "--diff")
    assert (unchanged.returncode, unchanged.stderr.splitlines()[-1]) == (0, "6 articles: 6 same")

    edit(package / "enrich/data/event_rules.yaml", "verbs: invade, overrun", "verbs: overrun")
    changed = stream.command("replay", "--diff", cwd=package.parent, PYTHONPATH="")

    found = different(stream, changed)
    assert found.keys() == {"invaded", "invaded-again"}
    assert all("events" in told and told.endswith("; the pipeline changed: other data") for told in found.values())
    assert changed.returncode == 1
    assert changed.stderr.splitlines()[-1] == (
        "6 articles: 2 different, 2 same, 2 same but for the pipeline's fingerprint"
    )


def test_a_changed_setting(stream: Stream) -> None:
    """If other countries are watched, the records with places there differ, in that field alone."""
    changed = stream.command("replay", "--diff", NEWSWIRE_WATCHED="RO,UA")

    assert different(stream, changed) == dict.fromkeys(
        ("invaded", "invaded-again", "signed", "marched"), "watched; the pipeline changed: other settings"
    )


def test_changed_code(stream: Stream, package: Path) -> None:
    """If a stage gives lower scores, the records differ in what it finds, and other code is named as the cause."""
    edit(package / "enrich/tags.py", "math.exp(-0.75 ", "math.exp(-0.7 ")
    changed = stream.command("replay", "--diff", cwd=package.parent, PYTHONPATH="")

    found = different(stream, changed)
    assert found["invaded"] == "tags; the pipeline changed: other code"


def test_a_changed_library(stream: Stream, tmp_path: Path) -> None:
    """If a library has another version and finds the same, only the fingerprint differs, and the library is named."""
    (tmp_path / "rensa-99.dist-info").mkdir()
    (tmp_path / "rensa-99.dist-info/METADATA").write_text("Metadata-Version: 2.1\nName: rensa\nVersion: 99\n")
    changed = stream.command("replay", "--diff", PYTHONPATH=str(tmp_path))

    told = re.findall(r"fingerprint \(the pipeline changed, \w+ to \w+: (.*)\)$", changed.stderr, re.MULTILINE)
    assert told == ["other libraries"] * 4
    assert changed.stderr.splitlines()[-1] == "6 articles: 2 same, 4 same but for the pipeline's fingerprint"


def test_records_of_before_the_parts(stream: Stream) -> None:
    """A record that says no more of its pipeline than a fingerprint is compared, and no cause is made up for it."""
    record = next(record for record in stream.read(stream.enriched) if record.key == b"signed")
    value = orjson.loads(record.value)
    value["pipeline"] |= {"fingerprint": "0123456789abcdef", "rules": "0123456789ab"}
    for part in ("code", "libraries", "settings"):
        del value["pipeline"][part]
    producer = KafkaProducer(bootstrap_servers=stream.bootstrap)
    producer.send(stream.enriched, orjson.dumps(value), record.key, record.headers, record.partition)
    producer.close()

    told = stream.command("replay", "--diff").stderr

    assert re.search(
        r"fingerprint \(the pipeline changed, .*: the published record does not say in what\)$", told, re.MULTILINE
    )
    assert told.splitlines()[-1] == "6 articles: 5 same, 1 same but for the pipeline's fingerprint"


def test_a_stretch(make_stream: Callable[..., Stream]) -> None:
    """With `--from` and `--to` the articles of that time are enriched and held against what was published of them."""
    stream = make_stream()
    stream.produce(
        [(b"signed", orjson.dumps({"id": "signed", "body": BODIES["signed"]})), (b"empty", b'{"body": "."}')]
    )
    worker = stream.start("service.processes.processor:Processor")
    stream.await_done()
    assert worker.terminate() == 0
    hour = timedelta(hours=1)
    before, after = (f"{datetime.now(UTC) + shift:%Y-%m-%dT%H:%M:%S}" for shift in (-hour, hour))

    assert stream.command("replay", "--from", before, "--to", after).stderr == "2 articles: 2 same\n"
    assert stream.command("replay", "--from", after).stderr.startswith("0 articles")
    assert stream.command("replay", "--to", before).stderr.startswith("0 articles")


def test_a_late_article_belongs_to_its_time(make_stream: Callable[..., Stream]) -> None:
    """An article that comes after those of a later time is found by its own time, and the others are left out."""
    stream = make_stream(partitions=1)
    noon = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=4)
    producer = KafkaProducer(bootstrap_servers=stream.bootstrap)
    for name, hours in {"early": 0, "later": 2, "late": 1}.items():
        moment = round((noon + timedelta(hours=hours)).timestamp() * 1000)
        article = orjson.dumps({"id": name, "body": BODIES["signed"]})
        done = producer.send(stream.raw, article, name.encode(), timestamp_ms=moment).get(timeout=60)
        stream.sent.append((done.partition, done.offset))
    producer.close()
    worker = stream.start("service.processes.processor:Processor")
    stream.await_done()
    assert worker.terminate() == 0

    half_past = [f"{noon + timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%S}" for minutes in (30, 90)]
    done = stream.command("replay", "--from", half_past[0], "--to", half_past[1])

    assert done.stderr == "1 articles: 1 same\n"


def test_a_foreign_record_is_told(make_stream: Callable[..., Stream]) -> None:
    """What something else has written to the topic of records is named, and no traceback comes."""
    stream = make_stream(partitions=1)
    producer = KafkaProducer(bootstrap_servers=stream.bootstrap)
    producer.send(stream.enriched, b"no record", headers=[("newswire.origin", b"a/0/0")]).get(timeout=60)
    producer.close()

    done = stream.command("replay")

    assert done.returncode == 1
    assert done.stderr.startswith(f"newswire: {stream.enriched}/0/0 is not a record of this service (JSONDecodeError)")
