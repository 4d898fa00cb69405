"""The articles that all contenders get: the same bytes, in the service's own format."""

from __future__ import annotations

import gzip
import json
import lzma
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

import spacy

DEFAULT = Path(__file__).parent / "articles.jsonl"
OPENERS: dict[str, Any] = {".gz": gzip.open, ".xz": lzma.open}


def load(path: Path, count: int) -> list[bytes]:
    """Return *count* articles of the JSON lines at *path*, as evenly spread as can be; over again where it has fewer.

    A `published_at` that is no RFC 3339 time is left out: the service would refuse the article, and be faster for it.
    """
    with OPENERS.get(path.suffix, open)(path, "rb") as file:
        lines = [line for line in islice(file, 50 * count) if line.strip()]
    if not lines:
        raise SystemExit(f"{path} holds no article")
    step = max(1, len(lines) // count)
    chosen = lines[::step][:count]
    return [_article(chosen[number % len(chosen)], number) for number in range(count)]


def _article(line: bytes, number: int) -> bytes:
    given = json.loads(line)
    article = {"id": f"{number}-{given['id']}", "headline": given.get("headline") or "", "body": given["body"]}
    try:
        published = datetime.fromisoformat(str(given.get("published_at")))
        if published.tzinfo:
            article["published_at"] = published.isoformat()
    except ValueError:
        pass
    return json.dumps(article).encode()


def texts(values: list[bytes]) -> list[str]:
    """Return headline and body of each of *values*."""
    return ["\n\n".join(filter(None, (article["headline"], article["body"]))) for article in map(json.loads, values)]


def tokens(values: list[bytes]) -> int:
    """Return how many tokens spaCy's English tokenizer makes of *values*."""
    tokenizer = spacy.blank("en").tokenizer
    return sum(len(tokenizer(text)) for text in texts(values))
