"""Texts with their grammar."""

from __future__ import annotations

import json
import lzma
from typing import TYPE_CHECKING, Any

import pytest
import spacy

from training import documents

if TYPE_CHECKING:
    from pathlib import Path


def _raw(path: Path, *rows: dict[str, Any], known: frozenset[str] = frozenset()) -> dict[str, str]:
    file = path / "raw.jsonl.xz"
    with lzma.open(file, "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps(row) + "\n" for row in rows)
    return dict(documents.read_raw(file, known))


def test_a_headline_stands_above_a_blank_line(tmp_path: Path) -> None:
    """An article without one is its body alone; an empty article is left out."""
    rows = [("a", "Talks", "They met."), ("b", None, "They met."), ("c", "", " ")]
    texts = _raw(tmp_path, *({"id": name, "headline": headline, "body": body} for name, headline, body in rows))
    assert texts == {"a": "Talks\n\nThey met.", "b": "They met."}


def test_known_articles_are_left_out(tmp_path: Path) -> None:
    """Test articles must not come back as raw news."""
    rows = [{"id": name, "headline": "", "body": "They met."} for name in "ab"]
    assert list(_raw(tmp_path, *rows, known=frozenset("a"))) == ["b"]


def test_a_long_article_ends_with_a_sentence(tmp_path: Path) -> None:
    """It is cut at the end of the last sentence that fits."""
    (text,) = _raw(tmp_path, {"id": "a", "headline": "", "body": "They met on Monday. " * 400}).values()
    assert len(text) <= documents.MAX_CODE_POINTS_PER_ARTICLE
    assert text.endswith("They met on Monday.")


def test_every_second_headline_in_capitals_is_left_out(tmp_path: Path) -> None:
    """Both forms occur in the raw news."""
    rows = [{"id": f"article-{number}", "headline": "TALKS", "body": "They met."} for number in range(40)]
    texts = list(_raw(tmp_path, *rows).values())
    assert set(texts) == {"They met.", "TALKS\n\nThey met."}
    assert 8 < texts.count("They met.") < 32


@pytest.mark.parametrize(("sentences", "expected"), [((), [(0, 19)]), (((0, 10), (10, 19)), [(0, 10), (10, 19)])])
def test_known_sentences_are_kept(sentences: tuple[tuple[int, int], ...], expected: list[tuple[int, int]]) -> None:
    """Where none are known, the reader decides; here it sees none."""
    text = "They met. They won."
    (document,) = documents.read_grammar([("a", text, sentences)], spacy.blank("en"))
    assert (document.id, document.text) == ("a", text)
    assert document.sentences == expected
