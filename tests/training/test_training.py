"""From labelled articles to training examples."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import spacy
from spacy.lang.en import English

from training import augment, corpus

TRAINING = Path(__file__).parents[2] / "training"
TEXT = 'BUDAPEST, March 4 - Viktor Orban met Slovak Prime Minister Robert Fico. "Orban agreed," Fico told MTI.'
NAMES = [
    ("BUDAPEST", "GPE"),
    ("Viktor Orban", "PERSON"),
    ("Slovak", "NORP"),
    ("Robert Fico", "PERSON"),
    ("Orban", "PERSON"),
    ("Fico", "PERSON"),
    ("MTI", "ORG"),
]


@pytest.fixture
def article() -> corpus.Article:
    """Return a labelled article with two sentences."""
    entities, position = [], 0
    for name, label in NAMES:
        position = TEXT.index(name, position)
        entities.append(corpus.Label(position, position + len(name), label))
        position += len(name)
    end = TEXT.index('"')
    return corpus.Article(
        id="a",
        text=TEXT,
        entities=tuple(entities),
        sentences=((0, end), (end, len(TEXT))),
    )


def _read(article: corpus.Article) -> list[tuple[str, str]]:
    return [(article.text[label.start : label.end], label.label) for label in article.entities]


def test_the_split_never_moves() -> None:
    """An article always stays in its part, or test articles would leak into training."""
    parts = [corpus.part(f"article-{number}") for number in range(12)]
    assert [number for number, part in enumerate(parts) if part == "test"] == [0, 4, 10]
    assert [number for number, part in enumerate(parts) if part == "development"] == [5]
    assert {corpus.part(str(number)) for number in range(100)} == set(corpus.PARTS)


@pytest.mark.parametrize("seed", range(20))
def test_swapped_names_keep_their_labels(article: corpus.Article, seed: int) -> None:
    """The labels mark the new names, and a person has one name throughout the article."""
    names = augment.names_in([article])
    swapped = augment.swap_names(article, random.Random(seed), names, share=1.0)  # noqa: S311 - no secret
    by_name = dict(zip([name for name, _ in NAMES], _read(swapped), strict=True))
    assert [label for _, label in _read(swapped)] == [label for _, label in NAMES]
    assert by_name["Viktor Orban"][0].endswith(by_name["Orban"][0])
    assert by_name["Robert Fico"][0].endswith(by_name["Fico"][0])


def test_spaced_out_text_keeps_its_labels(article: corpus.Article) -> None:
    """Labels move with the text if a space is put between all tokens."""
    spaced = augment.space_out(article, English())
    assert _read(spaced) == NAMES
    assert spaced.text.startswith("BUDAPEST , March 4 - Viktor")


def test_cut_sentences_keep_their_labels(article: corpus.Article) -> None:
    """Each sentence has its own labels, also in capitals."""
    first, second = augment.cut_sentences(article)
    assert _read(first) + _read(second) == NAMES
    assert _read(augment.recase(second, str.upper)) == [("ORBAN", "PERSON"), ("FICO", "PERSON"), ("MTI", "ORG")]


def test_unknown_stretches_are_ignored_by_the_loss(article: corpus.Article) -> None:
    """A token labelled as unknown is neither part of a name nor outside of one."""
    unknown = corpus.Article(id="u", text=article.text, entities=(corpus.Label(0, 8, corpus.UNKNOWN),))
    doc = corpus.to_doc(unknown, spacy.blank("en"))
    assert [token.ent_iob_ for token in doc][:2] == ["", "O"]


def test_labels_that_do_not_fit_the_text_are_errors(tmp_path: Path) -> None:
    """The message names file and line of a label whose text differs from the article's."""
    row: dict[str, Any] = {"id": "a", "text": "Sofia", "sentences": [], "events": []}
    row["entities"] = [{"start": 0, "end": 5, "text": "Varna", "label": "GPE"}]
    path = tmp_path / "articles.jsonl"
    path.write_text(json.dumps(row), encoding="utf-8")
    with pytest.raises(ValueError, match=r"articles\.jsonl:1"):
        list(corpus.read(path))


def test_without_articles_the_command_says_what_is_missing() -> None:
    """Training without data ends with a message that says what to provide, and without a traceback."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NEWSWIRE_")}
    result = subprocess.run(
        [sys.executable, TRAINING / "train.py"], env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode == 1
    assert "NEWSWIRE_LABELLED is not set" in result.stderr
    assert "Traceback" not in result.stderr
