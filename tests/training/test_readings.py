"""What two readers said of articles is read with the words of the texts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from training import readings

if TYPE_CHECKING:
    from pathlib import Path


def test_labels_point_at_words_of_the_texts(tmp_path: Path) -> None:
    """Spans become words: of quotations, speakers, numbers, dates and participants."""
    rows = [json.loads(line) for line in readings.LABELS.read_text(encoding="utf-8").splitlines()]
    length = 30_000  # longer than any of the articles
    texts = [{"id": row["id"], "text": "x" * length} for row in rows]
    (tmp_path / "world.jsonl").write_text("".join(f"{json.dumps(text)}\n" for text in texts), encoding="utf-8")

    of_test = readings.read(tmp_path, "test")

    assert {reading.reader for reading in of_test} == {"A", "B"}
    assert len({reading.id for reading in of_test}) == 40
    assert {reading.reader for reading in readings.read(tmp_path, "development")} == {"C"}
    for reading in of_test:
        assert all(set(quote["quote"]) == {"x"} for quote in reading.quotes)
        assert all(date["text"] for date in reading.numbers_and_dates["dates"])
        assert all(words for event in reading.roles.events for words in (*event.actors, *event.recipients))
