"""The command that prints the table, on files of one line each."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

from service.contract.enriched_article import EnrichedArticle, Pipeline
from service.contract.raw_article import Source
from training import labelled, measure, readings, records
from training.scoring.counting import Row

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

WIRE_ID, TOPIC_ID = (
    next(f"{name}{number}" for number in range(100) if labelled.part_of_article(f"{name}{number}") == "test")
    for name in ("wire", "topic")
)


def _empty_records(texts: Iterable[tuple[str, str]]) -> dict[str, EnrichedArticle]:
    empty = {name: None for name, field in EnrichedArticle.model_fields.items() if field.is_required()}
    pipeline = Pipeline(service="1", model="m", model_version="1", gazetteer="1", rules="1", fingerprint="1")
    common: dict[str, Any] = {"status": "enriched", "source": Source(), "headline": "", "pipeline": pipeline}
    return {name: EnrichedArticle.model_validate({**empty, **common, "id": name, "text": text}) for name, text in texts}


def _base_rows(sets: dict[str, list[labelled.LabelledArticle]]) -> list[Row]:
    return [Row("names of the base model", name, ".5", f"{len(articles)} articles") for name, articles in sets.items()]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with one article of each file, in the test part if it has a part."""
    event = {
        "type": "CONSULT",
        "trigger": {"start": 5, "end": 8, "text": "met"},
        **dict.fromkeys(labelled.FLAGS, False),
    }
    wire = {"id": WIRE_ID, "set": "wire", "text": "They met.", "sentences": [[0, 9]], "topics": [], "events": [event]}
    rows: dict[str, dict[str, Any]] = {
        "articles": {"id": WIRE_ID, "text": "They met. Ann", "entities": [_label("Ann", 10)], "events": []},
        "world": {"id": "outlet_1", "text": "", "entities": []},
        "events": wire,
        "topics": {"id": TOPIC_ID, "headline": "Talks", "text": "They met.", "topics": ["574"]},
        "events_plover": {"id": "p", "text": "They met.", "codes": ["CONSULT"]},
        "locations_geovirus": {"id": "g", "text": "They met.", "toponyms": []},
    }
    for name, row in rows.items():
        (tmp_path / f"{name}.jsonl").write_text(json.dumps(row) + "\n", "utf-8")
    (tmp_path / "topics.txt").write_text("M11 POLITICS\n  574 election\n", "utf-8")
    (tmp_path / "readings.jsonl").write_text("", "utf-8")
    return tmp_path


def _label(text: str, start: int) -> dict[str, Any]:
    return {"start": start, "end": start + len(text), "text": text, "label": "PERSON"}


def _run(folder: Path, monkeypatch: pytest.MonkeyPatch, *options: str) -> None:
    monkeypatch.setattr(records, "enrich", _empty_records)
    monkeypatch.setattr(readings, "LABELS", folder / "readings.jsonl")
    monkeypatch.setattr(measure, "base_rows", _base_rows)
    command = ["measure", "--labelled", str(folder), "--evaluation", str(folder), *options]
    monkeypatch.setattr(sys, "argv", command)
    measure.main()


def test_every_set_is_in_the_table(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The articles of the part are counted in their set, and the evaluation files as a whole."""
    _run(folder, monkeypatch)
    lines = capsys.readouterr().out.splitlines()
    assert "| events, trigger and type | wire | P .000, R .000, F1 .000 | 1 events |" in lines
    assert "| first topic is one of the labelled | topics only | .000 | 1 articles |" in lines
    assert "| event type, accuracy | PLOVER sentences | .000 | 1 sentences |" in lines
    assert "| places within 161 km, F1 | GeoVirus | .000 | 0 toponyms |" in lines


def test_names_after_the_end_of_a_cut_text_are_not_asked_for(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A text may be shorter in the file of events than in the file of names."""
    _run(folder, monkeypatch, "--only", "names")
    assert "| names: PERSON | wire | P .000, R .000, F1 .000 | 0 mentions |" in capsys.readouterr().out


def test_only_what_is_asked_for_is_enriched(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The records are those of the sets that the measures need."""
    _run(folder, monkeypatch, "--only", "events,plover", "--records", str(folder / "records.jsonl"))
    written = [json.loads(line)["id"] for line in (folder / "records.jsonl").read_text("utf-8").splitlines()]
    assert written == [WIRE_ID, "p"]


def test_the_base_model_reads_the_same_articles(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its rows follow the others; alone, they need no records."""
    _run(folder, monkeypatch, "--only", "base", "--records", str(folder / "records.jsonl"))
    lines = capsys.readouterr().out.splitlines()
    assert lines[-2:] == [
        "| names of the base model | world | .5 | 0 articles |",
        "| names of the base model | wire | .5 | 1 articles |",
    ]
    assert not (folder / "records.jsonl").read_text("utf-8")


def test_an_unknown_measure_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The message names the measures that exist."""
    with pytest.raises(SystemExit):
        _run(folder, monkeypatch, "--only", "event")
    assert "event: choose from events, roles" in capsys.readouterr().err
