"""Raw news in other languages, which the teacher labels."""

from __future__ import annotations

import json
import lzma
from typing import TYPE_CHECKING

from service.enrich.cedillas import WITH_COMMA
from training.languages.gold import LABELS, Text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILE = "raw_ro.jsonl.xz"
"""The only file whose texts are not those of the labelled ones, or held back to read the records by eye."""
MAX_CODE_POINTS = 4_000


def read(folder: Path, without: frozenset[str]) -> Iterator[Text]:
    """Yield the texts of the file in *folder* whose ids are not in *without*."""
    with lzma.open(folder / FILE, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            text = "\n\n".join(part for part in (row["headline"], row["body"]) if part)[:MAX_CODE_POINTS]
            if row["id"] not in without and text.strip():
                text = text.translate(WITH_COMMA)
                yield Text(row["id"], row["language"], "raw", text, (), frozenset(LABELS), (), "train")
