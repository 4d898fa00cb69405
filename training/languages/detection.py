"""How often the language of a text is decided right: of those that are enriched, and of their neighbours.

python -m training.languages.detection --languages FOLDER --english FILE
"""

from __future__ import annotations

import argparse
import json
import lzma
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from service.contract.raw_article import RawArticle
from service.enrich.data_files import LANGUAGES
from service.enrich.language import LanguageDetector
from service.settings import Settings
from training.scoring.counting import decimal

if TYPE_CHECKING:
    from collections.abc import Iterator

TEXTS = 200
MIN_CODE_POINTS = 200
"""Length of the shortest article that is counted."""
PARAGRAPH_CODE_POINTS = 400
MAX_HEADLINE_CODE_POINTS = 200
NEIGHBOURS = ("cs", "pl", "uk", "hr", "sr")
ALIKE = frozenset({"hr", "sr", "bs"})
"""Any of these is right for a text of one of them: none is enriched."""


def texts(folder: Path, english: Path) -> Iterator[tuple[str, str, str]]:
    """Yield language, headline and body of the texts of each language."""
    files = {language: folder / f"raw_{language}.jsonl.xz" for language in LANGUAGES} | {"en": english}
    for language, path in files.items():
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            rows = (json.loads(line) for line in lines)
            kept = (row for row in rows if len(row["body"]) >= MIN_CODE_POINTS)
            yield from ((language, row["headline"] or "", row["body"]) for row in islice(kept, TEXTS))
    with (folder / "sk.jsonl").open(encoding="utf-8") as lines:  # there are few articles of raw Slovak news
        kept_texts = (row["text"] for row in map(json.loads, lines) if len(row["text"]) >= MIN_CODE_POINTS)
        yield from (("sk", "", text) for text in islice(kept_texts, TEXTS))
    counts = dict.fromkeys(NEIGHBOURS, 0)
    with lzma.open(folder / "neighbours.jsonl.xz", "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            headline, _, body = row["text"].partition("\n")
            if counts[row["language"]] < TEXTS and len(body) >= MIN_CODE_POINTS:
                counts[row["language"]] += 1
                yield row["language"], headline, body


def main() -> None:
    """Print the share that is decided right and wrong, of whole articles, first paragraphs and headlines."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--languages", type=Path, required=True)
    parser.add_argument("--english", type=Path, required=True)
    options = parser.parse_args()
    detector = LanguageDetector(Settings().languages)
    answers: dict[tuple[str, str], list[tuple[bool, bool]]] = {}
    for language, headline, body in texts(options.languages, options.english):
        paragraph = body.strip().split("\n")[0][:PARAGRAPH_CODE_POINTS]
        forms = {"article": (headline, body), "paragraph": ("", paragraph)}
        if 0 < len(headline) <= MAX_HEADLINE_CODE_POINTS:
            forms["headline"] = (headline, "")
        for form, (above, below) in forms.items():
            found = detector.language(RawArticle(id="text", headline=above, body=below))
            is_right = found == language or {found, language} <= ALIKE
            answers.setdefault((language, form), []).append((is_right, found is not None and not is_right))
    print("language | article | paragraph | headline: right (wrong) of texts")
    for language in (*LANGUAGES, "en", *NEIGHBOURS):
        cells = []
        for form in ("article", "paragraph", "headline"):
            given = answers.get((language, form), [])
            right, wrong = (decimal(sum(pair[at] for pair in given) / max(1, len(given))) for at in (0, 1))
            cells.append(f"{right} ({wrong}) of {len(given)}")
        print(" | ".join((language, *cells)))


if __name__ == "__main__":
    main()
