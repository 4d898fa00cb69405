"""Measure the CPU time of an article in each language that is enriched, in one run.

    python -m benchmarks.languages --english FILE --languages FOLDER [--count N]

FOLDER has `raw_ro.jsonl.xz` and the like: JSON lines with `id`, `headline` and `body`. Time is given per article, and
per 1,000 words, because articles of some languages are longer.
"""

from __future__ import annotations

import argparse
import gc
import json
import lzma
import time
from itertools import islice
from pathlib import Path

from service.contract.raw_article import RawArticle
from service.enrich.data_files import LANGUAGES
from service.enrich.enricher import Enricher
from service.settings import Settings

WARM_UP_ARTICLES = 10
MIN_WORDS, MAX_WORDS = 100, 800
ROUNDS = 3


def read(path: Path, language: str, count: int) -> list[RawArticle]:
    """Return the first *count* articles of the file at *path* that are of usual length."""
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        rows = (json.loads(line) for line in lines)
        made = (
            RawArticle(id=row["id"], headline=row["headline"] or "", body=row["body"], language=language)
            for row in rows
            if MIN_WORDS <= len(row["body"].split()) <= MAX_WORDS
        )
        return list(islice(made, count))


def main() -> None:
    """Print the best of some rounds for each language."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--english", type=Path, required=True)
    parser.add_argument("--languages", type=Path, required=True)
    parser.add_argument("--count", type=int, default=100)
    options = parser.parse_args()
    files = {"en": options.english} | {name: options.languages / f"raw_{name}.jsonl.xz" for name in LANGUAGES}
    articles = {language: read(path, language, options.count) for language, path in files.items()}
    enricher = Enricher(Settings())
    for of_language in articles.values():
        for article in of_language[:WARM_UP_ARTICLES]:
            enricher.enrich(article, {})
    gc.collect()
    gc.freeze()
    best: dict[str, float] = {}
    for _ in range(ROUNDS):
        for language, of_language in articles.items():
            started = time.process_time()
            for article in of_language:
                enricher.enrich(article, {})
            spent = time.process_time() - started
            best[language] = min(spent, best.get(language, spent))
    english = best["en"] / len(articles["en"])
    print("language | articles | words per article | ms per article | ms per 1,000 words | speed, English = 1")
    for language, of_language in articles.items():
        count, words = len(of_language), sum(len(article.text.split()) for article in of_language)
        each = best[language] / count
        per_words = best[language] / words * 1e6
        print(f"{language} | {count} | {words / count:.0f} | {each * 1e3:.1f} | {per_words:.1f} | {english / each:.2f}")


if __name__ == "__main__":
    main()
