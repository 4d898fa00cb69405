"""Read the labelled texts of other languages. README.md describes the files, and what each set labels."""

from __future__ import annotations

import hashlib
import json
import lzma
from dataclasses import dataclass
from typing import TYPE_CHECKING

from training.labelled import Name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LABELS = ("EVENT", "FAC", "GPE", "LOC", "NORP", "ORG", "PERSON", "PRODUCT", "WORK_OF_ART")
"""Labels of names that the network gives in these languages."""
OUR_LABELS = {"LOCATION": ("GPE", "LOC", "FAC"), "WORK": ("WORK_OF_ART",), "LAW": ("WORK_OF_ART",)}
"""Labels of the files that have another name here, or that leave open which of several is right."""
HELD_BACK_TOPIC = "-ryanair-"
"""Topic of the Slavic texts that is the test part: what is measured there is of a topic that was never read."""


@dataclass(frozen=True, slots=True)
class Text:
    """A labelled text."""

    id: str
    language: str
    collection: str
    """The set that it is from."""
    text: str
    names: tuple[Name, ...]
    unknown: frozenset[str]
    """Labels that nobody looked for."""
    open: tuple[tuple[int, int], ...]
    """Stretches of which nothing is known."""
    part: str
    """"train", "development" or "test"."""


def read(folder: Path) -> Iterator[Text]:
    """Yield all texts of the files in *folder*.

    Raises:
        ValueError: A label's text is not the text at its offsets.
    """
    for file in ("ro.jsonl", "bg.jsonl", "hu.jsonl.xz", "sk.jsonl", "neighbours.jsonl.xz"):
        path = folder / file
        with (lzma.open if file.endswith(".xz") else open)(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                known = {ours for label in row["known"] for ours in OUR_LABELS.get(label, (label,))}
                names = []
                for span in row["entities"]:
                    if row["text"][span["start"] : span["end"]] != span["text"]:
                        raise ValueError(f"{row['id']}: {span} is not the text at these offsets")
                    labels = OUR_LABELS.get(span["label"], (span["label"],))
                    names.append(Name(span["start"], span["end"], labels))
                yield Text(
                    row["id"],
                    row["language"],
                    row["set"],
                    row["text"],
                    tuple(names),
                    frozenset(LABELS) - known,
                    tuple((start, end) for start, end in row.get("open") or ()),
                    part_of(row["id"], row["text"]),
                )


def part_of(text_id: str, text: str) -> str:
    """Return the part of a text: all pieces of a document are in the same one.

    The two editions of RONEC share sentences, which go by their words.
    """
    if HELD_BACK_TOPIC in text_id:
        return "test"
    slavic = text_id.startswith("slavicner-")
    document = text if text_id.startswith("ronec") else text_id if slavic else text_id.rpartition("-")[0]
    tenth = int(hashlib.sha256(document.encode()).hexdigest(), 16) % 10
    if tenth == 0 and not slavic:
        return "test"
    return "development" if tenth == 1 else "train"
