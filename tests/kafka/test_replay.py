"""`newswire replay`: articles are enriched again, and exactly the differences that a change caused are reported."""

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
    "invaded-again": "The army invaded the country in 1940, the president said in Sofia.",
    "signed": "Romania and Hungary signed an agreement on gas in Bucharest on Monday.",
    "marched": "Thousands of teachers marched in Budapest on Friday.",
    "empty": "…",
}


@pytest.fixture
def stream(make_stream: Callable[..., Stream]) -> Stream:
    """Return a stream with several published articles, a refused one and a deleted one."""
    stream = make_stream()
    articles = [(name.encode(), orjson.dumps({"id": name, "body": body})) for name, body in BODIES.items()]
    stream.produce([*articles, (b"deleted", None)])
    worker = stream.start("service.processes.processor:Processor")
    stream.await_done()
    assert worker.terminate() == 0
    return stream


def differences(stream: Stream, done: subprocess.CompletedProcess[str]) -> dict[str, str]:
    """Return the fields and causes that `replay --diff` names for each article that differs, by key."""
    keys = {
        f"{record.topic}/{record.partition}/{record.offset}": record.key.decode() for record in stream.read(stream.raw)
    }
    reported = re.findall(
        r"^(\S+): different \((.*; the pipeline changed), \w+ to \w+(: .*)\)$", done.stderr, re.MULTILINE
    )
    return {keys[origin]: fields + parts for origin, fields, parts in reported}


def edit(path: Path, before: str, after: str) -> None:
    """Replace *before*, which occurs once in the file at *path*, by *after*."""
    text = path.read_text(encoding="utf-8")
    assert text.count(before) == 1
    path.write_text(text.replace(before, after), encoding="utf-8")


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Return a copy of the service's package."""
    ignored = shutil.ignore_patterns("__pycache__")
    return Path(shutil.copytree(ROOT / "service", tmp_path / "service", ignore=ignored))


def test_a_changed_rule_changes_the_records_with_its_verb(stream: Stream, package: Path) -> None:
    """Without a change no record differs. If a rule loses a verb, exactly the records with that verb differ."""
    unchanged = stream.command("replay", "--diff")
    assert (unchanged.returncode, unchanged.stderr.splitlines()[-1]) == (0, "6 articles: 6 same")

    edit(package / "enrich/data/event_rules.yaml", "verbs: invade, overrun", "verbs: overrun")
    changed = stream.command("replay", "--diff", cwd=package.parent, PYTHONPATH="")

    changes = differences(stream, changed)
    assert changes.keys() == {"invaded", "invaded-again"}
    assert all("events" in text and text.endswith("; the pipeline changed: other data") for text in changes.values())
    assert changed.returncode == 1
    assert changed.stderr.splitlines()[-1] == (
        "6 articles: 2 different, 2 same, 2 same but for the pipeline's fingerprint"
    )


def test_a_changed_setting_changes_its_field(stream: Stream) -> None:
    """If other countries are watched, the records with places there differ in only that field."""
    changed = stream.command("replay", "--diff", NEWSWIRE_WATCHED="RO,UA")

    assert differences(stream, changed) == dict.fromkeys(
        ("invaded", "invaded-again", "signed", "marched"), "watched; the pipeline changed: other settings"
    )


def test_changed_code_is_named_as_the_cause(stream: Stream, package: Path) -> None:
    """If a stage computes other scores, the records differ in its fields, because of other code."""
    edit(package / "enrich/tags.py", "math.exp(-0.75 ", "math.exp(-0.7 ")
    changed = stream.command("replay", "--diff", cwd=package.parent, PYTHONPATH="")

    changes = differences(stream, changed)
    assert changes["invaded"] == "tags; the pipeline changed: other code"


def test_a_changed_library_is_named_as_the_cause(stream: Stream, tmp_path: Path) -> None:
    """If another version of a library gives the same records, only the fingerprint differs."""
    (tmp_path / "rensa-99.dist-info").mkdir()
    (tmp_path / "rensa-99.dist-info/METADATA").write_text("Metadata-Version: 2.1\nName: rensa\nVersion: 99\n")
    changed = stream.command("replay", "--diff", PYTHONPATH=str(tmp_path))

    causes = re.findall(r"fingerprint \(the pipeline changed, \w+ to \w+: (.*)\)$", changed.stderr, re.MULTILINE)
    assert causes == ["other libraries"] * 4
    assert changed.stderr.splitlines()[-1] == "6 articles: 2 same, 4 same but for the pipeline's fingerprint"


def test_old_records_without_digests_of_parts_are_compared(stream: Stream) -> None:
    """A record with only the fingerprint of its pipeline is compared, but no cause is named."""
    record = next(record for record in stream.read(stream.enriched) if record.key == b"signed")
    value = orjson.loads(record.value)
    value["pipeline"] |= {"fingerprint": "0123456789abcdef", "rules": "0123456789ab"}
    for part in ("code", "libraries", "settings"):
        del value["pipeline"][part]
    producer = KafkaProducer(bootstrap_servers=stream.bootstrap)
    producer.send(stream.enriched, orjson.dumps(value), record.key, record.headers, record.partition)
    producer.close()

    printed = stream.command("replay", "--diff").stderr

    assert re.search(
        r"fingerprint \(the pipeline changed, .*: the published record does not say in what\)$", printed, re.MULTILINE
    )
    assert printed.splitlines()[-1] == "6 articles: 5 same, 1 same but for the pipeline's fingerprint"


def test_a_replay_can_be_limited_to_a_period(make_stream: Callable[..., Stream]) -> None:
    """With `--from` and `--to`, only the articles of that period are enriched and compared."""
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


def test_a_late_article_belongs_to_the_period_of_its_timestamp(make_stream: Callable[..., Stream]) -> None:
    """An article that arrives after later ones is replayed by its own time, and the later ones are not."""
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


def test_a_record_of_another_program_is_reported(make_stream: Callable[..., Stream]) -> None:
    """A record that something else wrote to the enriched topic is named, without a traceback."""
    stream = make_stream(partitions=1)
    producer = KafkaProducer(bootstrap_servers=stream.bootstrap)
    producer.send(stream.enriched, b"no record", headers=[("newswire.origin", b"a/0/0")]).get(timeout=60)
    producer.close()

    done = stream.command("replay")

    assert done.returncode == 1
    assert done.stderr.startswith(f"newswire: {stream.enriched}/0/0 is not a record of this service (JSONDecodeError)")
