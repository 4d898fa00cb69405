"""Read what two readers, independently of each other, said of articles of the world's press.

`labels/readings.jsonl` has a row per article and reader: `id`, `reader`, `about` (ISO 3166-1 alpha-2 codes), and spans
`[start, end)` in code points of the text of that id in `world.jsonl`:

    quotes   [{"span", "speaker"}]                     its first words, and the speaker's fullest name or null
    counts   [{"span", "kind", "value", "currency"}]   numbers that are news
    dates    [span]                                    calendar dates
    actors   [{"trigger", "who": [span], "whom": [span]}]   the events of the first three sentences

Readers A and B read articles of the part "test", reader C those of the part "development".
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from training.labelled import outlet_of, part_of_outlet
from training.scoring.about import about_rows
from training.scoring.details import count_rows, date_rows
from training.scoring.roles import LabelledRoles, LabelledText, role_rows
from training.scoring.speakers import speaker_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from service.contract.enriched_article import EnrichedArticle
    from training.scoring.counting import Row

LABELS = Path(__file__).parent / "labels" / "readings.jsonl"


@dataclass(frozen=True, slots=True)
class Reading:
    """An article and what one reader said of it."""

    reader: str
    text: str
    labels: dict[str, Any]

    @property
    def id(self) -> str:
        """The id of the article."""
        return str(self.labels["id"])

    @property
    def quotes(self) -> list[dict[str, Any]]:
        """The quotations: their beginnings and the names of their speakers."""
        return [
            {"quote": self._words(row["span"]), "speaker": row["speaker"] and self._words(row["speaker"])}
            for row in self.labels["quotes"]
        ]

    @property
    def numbers_and_dates(self) -> dict[str, Any]:
        """The counts and the dates, with their words as `text`."""
        counts = [row | {"text": self._words(row["span"])} for row in self.labels["counts"]]
        return {"counts": counts, "dates": [{"text": self._words(span)} for span in self.labels["dates"]]}

    @property
    def roles(self) -> LabelledText:
        """The events with those who take part."""
        events = [
            LabelledRoles(row["trigger"][0], *([self._words(span) for span in row[role]] for role in ("who", "whom")))
            for row in self.labels["actors"]
        ]
        return LabelledText(self.id, self.text, events)

    def _words(self, span: Sequence[int]) -> str:
        return self.text[span[0] : span[1]]


def read(folder: Path, part: str) -> list[Reading]:
    """Return the readings of the articles of *part*; *folder* has `world.jsonl` with their texts."""
    with (folder / "world.jsonl").open(encoding="utf-8") as lines:
        texts = {row["id"]: row["text"] for row in map(json.loads, lines)}
    with LABELS.open(encoding="utf-8") as lines:
        rows = [row for row in map(json.loads, lines) if part_of_outlet(outlet_of(row["id"])) == part]
    return [Reading(row["reader"], texts[row["id"]], row) for row in rows]


def rows(readings: Sequence[Reading], by_id: Mapping[str, EnrichedArticle]) -> Iterator[Row]:
    """Yield the rows of each reader."""
    for reader in sorted({reading.reader for reading in readings}):
        pairs = [(reading, by_id[reading.id]) for reading in readings if reading.reader == reader]
        name = f"reader {reader}"
        yield from role_rows(name, [(reading.roles, record) for reading, record in pairs])
        yield from speaker_rows(name, [(reading.quotes, record) for reading, record in pairs])
        yield from count_rows(name, [(reading.numbers_and_dates, record) for reading, record in pairs])
        yield from date_rows(name, [(reading.numbers_and_dates, record) for reading, record in pairs])
        yield from about_rows(name, [(reading.labels["about"], record) for reading, record in pairs])
