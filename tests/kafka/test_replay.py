"""`newswire replay`: what was published is enriched again, and exactly what a change has changed is told."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import orjson
import pytest
from kafka import KafkaProducer

from tests.kafka.harness import ROOT

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

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
    worker = stream.start("service.process:Processor")
    stream.await_done()
    assert worker.terminate() == 0
    return stream


def different(stream: Stream, done: subprocess.CompletedProcess[str]) -> dict[str, str]:
    """Return the articles that `replay --diff` calls different, by key, and the fields that it names."""
    keys = {
        f"{record.topic}/{record.partition}/{record.offset}": record.key.decode() for record in stream.read(stream.raw)
    }
    found = re.findall(r"^(\S+): different \((.*); the pipeline changed, \w+ to \w+\)$", done.stderr, re.MULTILINE)
    return {keys[origin]: fields for origin, fields in found}


def test_a_changed_rule(stream: Stream, tmp_path: Path) -> None:
    """Without a change nothing differs; where a rule has lost a verb, the records with that verb do, and no other."""
    unchanged = stream.command("replay", "--diff")
    assert (unchanged.returncode, unchanged.stderr.splitlines()[-1]) == (0, "6 articles: 6 same")

    shutil.copytree(ROOT / "service", tmp_path / "service", ignore=shutil.ignore_patterns("__pycache__"))
    rules = tmp_path / "service/enrich/data/event_rules.yaml"
    lines = rules.read_text()
    assert lines.count("verbs: invade, overrun") == 1
    rules.write_text(lines.replace("verbs: invade, overrun", "verbs: overrun"))
    changed = stream.command("replay", "--diff", cwd=tmp_path, PYTHONPATH="")

    found = different(stream, changed)
    assert found.keys() == {"invaded", "invaded-again"}
    assert "events" in found["invaded"]
    assert changed.returncode == 1
    assert changed.stderr.splitlines()[-1] == (
        "6 articles: 2 different, 2 same, 2 same but for the pipeline's fingerprint"
    )


def test_a_changed_setting(stream: Stream) -> None:
    """Where other countries are watched, the records with places there differ, in that field alone."""
    changed = stream.command("replay", "--diff", NEWSWIRE_WATCHED="RO,UA")

    assert different(stream, changed) == dict.fromkeys(("invaded", "invaded-again", "signed", "marched"), "watched")


def test_a_stretch(make_stream: Callable[..., Stream]) -> None:
    """With `--from` and `--to` the articles of that time are enriched and held against what was published of them."""
    stream = make_stream()
    stream.produce(
        [(b"signed", orjson.dumps({"id": "signed", "body": BODIES["signed"]})), (b"empty", b'{"body": "."}')]
    )
    worker = stream.start("service.process:Processor")
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
    worker = stream.start("service.process:Processor")
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
