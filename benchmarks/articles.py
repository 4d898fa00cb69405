"""Load the articles that every contender receives: the same bytes, in the service's own JSON format."""

from __future__ import annotations

import gzip
import json
import lzma
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

import spacy

DEFAULT_PATH = Path(__file__).parent / "articles.jsonl"
OPEN_BY_SUFFIX: dict[str, Any] = {".gz": gzip.open, ".xz": lzma.open}


def load(path: Path, count: int) -> list[bytes]:
    """Return *count* articles from the JSON lines at *path*, evenly spread, repeated if the file has fewer.

    A `published_at` that is not an RFC 3339 time is omitted. The service would refuse such an article, and refusing is
    faster than enriching.

    Raises:
        SystemExit: The file is empty.
    """
    with OPEN_BY_SUFFIX.get(path.suffix, open)(path, "rb") as file:
        lines = [line for line in islice(file, 50 * count) if line.strip()]
    if not lines:
        raise SystemExit(f"{path} contains no articles")
    step = max(1, len(lines) // count)
    chosen = lines[::step][:count]
    return [_article(chosen[number % len(chosen)], number) for number in range(count)]


def _article(line: bytes, number: int) -> bytes:
    source = json.loads(line)
    article = {"id": f"{number}-{source['id']}", "headline": source.get("headline") or "", "body": source["body"]}
    try:
        published = datetime.fromisoformat(str(source.get("published_at")))
        if published.tzinfo:
            article["published_at"] = published.isoformat()
    except ValueError:
        pass
    return json.dumps(article).encode()


def texts(values: list[bytes]) -> list[str]:
    """Return the headline and body of every article in *values*, as one string per article."""
    return ["\n\n".join(filter(None, (article["headline"], article["body"]))) for article in map(json.loads, values)]


def tokens(values: list[bytes]) -> int:
    """Return the number of tokens in *values*, by spaCy's English tokenizer."""
    tokenizer = spacy.blank("en").tokenizer
    return sum(len(tokenizer(text)) for text in texts(values))
