"""The teacher's answers about documents, as the student learns them."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import spacy

from training import documents, label
from training.examples import NAME_TAGS
from training.student.word_vectors import WordVectors

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from training.documents import Document
    from training.examples import Window

TEXT = "Talks\n\nEnvoys met in Mostar."
EVENT = 2
"""The type that the teacher below sees in the word "met"."""


class Teacher:
    """A teacher who finds one event, and whose vector of a word is its length."""

    width = 1

    def __init__(self) -> None:
        self.asked = 0
        self.tokenizer = self

    def encode(self, text: str, *, add_special_tokens: bool) -> Any:
        """Return one piece per word."""
        assert not add_special_tokens
        found = list(re.finditer(r"\w+|[^\w\s]", text))
        return SimpleNamespace(ids=[3] * len(found), offsets=[match.span() for match in found])

    def read(self, windows: Sequence[Window]) -> list[dict[str, Any]]:
        """Return scores by which "met" is an event, and the second topic the first of the article."""
        self.asked += len(windows)
        return [self._scores(window) for window in windows]

    def _scores(self, window: Window) -> dict[str, Any]:
        size = len(window.words)
        types = np.zeros((size, 6), np.float32)
        types[:, 0] = 9
        types[[TEXT[start:end] == "met" for start, end in window.words]] = np.eye(6)[EVENT] * 9
        return {
            "tags": np.tile(np.eye(NAME_TAGS, dtype=np.float32)[0] * 9, (size, 1)),
            "types": types,
            "flags": np.full((size, 4), 2, np.float32),
            "main": np.full((size, 1), 50, np.float32),
            "hidden": np.array([[end - start] for start, end in window.words], np.float32),
            "topics": np.array([-3, 3], np.float32),
            "lead": np.array([0, 3], np.float32),
            "no_main": np.float32(0),
        }


@pytest.fixture(scope="module")
def document() -> Document:
    """Return a text with a line break between its words, as the base model would parse it."""
    doc = spacy.blank("en")(TEXT)
    for token in doc:
        token.is_sent_start = token.i in {0, 2}
    return documents.to_document(doc, "a")


def _label(document: Document, vectors: WordVectors | None = None) -> label.Labels:
    return label.label([document], [Teacher()], vectors)[0]  # type: ignore[list-item]


def test_answers_stand_at_the_tokens(document: Document) -> None:
    """The words of the teacher are the tokens that are no white space."""
    found = _label(document)
    assert document.words == ["Talks", "\n\n", "Envoys", "met", "in", "Mostar", "."]
    assert found.types[:, 0][found.type_shares[:, 0] > 0.5].tolist().count(EVENT) == 1
    met = dict(zip(found.types[3].tolist(), found.type_shares[3].tolist(), strict=True))
    assert met[EVENT] > 0.95
    assert found.flags[0] == pytest.approx(0.88, abs=0.01)


def test_white_space_is_no_name_and_no_event(document: Document) -> None:
    """The teacher does not read it."""
    found = _label(document)
    assert (found.tags[1, 0], found.types[1, 0]) == (0, 0)
    assert found.tag_shares[1, 0] == found.type_shares[1, 0] == 1
    assert found.flags[1].tolist() == [0] * 4


def test_the_article_has_topics_and_a_first_one(document: Document) -> None:
    """Log odds and scores become probabilities."""
    found = _label(document)
    assert found.topics == pytest.approx([0.047, 0.953], abs=0.001)
    assert found.lead == pytest.approx([0.047, 0.953], abs=0.001)
    assert found.main[0] == label.MOST_MAIN


def test_the_most_likely_answers_are_kept() -> None:
    """The others are left out, and the shares of those that are kept sum to one."""
    columns, shares = label.most_likely(np.array([[0.02, 0.4, 0.01, 0.1, 0.2, 0.07, 0.2]], np.float32))
    kept = dict(zip(columns[0].tolist(), shares[0].tolist(), strict=True))
    assert sorted(kept) == [1, 3, 4, 6]
    assert kept[1] == pytest.approx(0.4 / 0.9, abs=0.001)


def test_labelling_goes_on_where_it_was_stopped(
    document: Document, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was labelled before is read from its file, with the sums of vectors."""
    monkeypatch.setattr(label, "DOCUMENTS_PER_FILE", 1)
    teacher: Any = Teacher()
    label.label_in_files([document], [teacher], tmp_path / "labels", WordVectors({"met": 0}, 1))
    vectors = WordVectors({"met": 0}, 1)
    found = label.label_in_files([document, document], [teacher], tmp_path / "labels", vectors)
    assert teacher.asked == len(found) == 2
    assert (vectors.counts[0], vectors.sums[0, 0]) == (2, 6)
