"""From labelled articles to windows of word pieces and what their words should be."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from spacy.lang.en import English

from service.enrich.media_topics import TopicTree
from service.enrich.model.span_decoding import decode
from training import examples
from training.examples import NAME_LABELS, Window
from training.labelled import LabelledArticle, Name, Trigger

TEXT = "Ivan Petrov met envoys in Mostar."
WORDS = English()
TREE = TopicTree(names={"M11": "politics", "574": "election", "M16": "conflict"}, parents={"574": "M11"})


class Pieces:
    """A tokenizer whose pieces are up to three letters long, without the white space between them."""

    def encode(self, text: str, *, add_special_tokens: bool) -> Any:
        """Return numbers and offsets of the pieces."""
        assert not add_special_tokens
        found = list(re.finditer(r"\w{1,3}|[^\w\s]", text))
        return SimpleNamespace(ids=[3 + at for at, _ in enumerate(found)], offsets=[match.span() for match in found])


def _windows(text: str, sentences: tuple[tuple[int, int], ...] = ()) -> list[Window]:
    return examples.split(text, sentences, 0, Pieces(), WORDS)


def _article(**labels: Any) -> LabelledArticle:
    return LabelledArticle("a", "a", TEXT, **labels)


def _targets(article: LabelledArticle, window: Window | None = None) -> examples.Targets:
    numbers: tuple[Any, ...] = ({"CONSULT": 1, "AID": 2}, {code: at for at, code in enumerate(TREE.names)}, TREE)
    return examples.targets(article, window or _windows(article.text)[0], *numbers)


@pytest.mark.parametrize("length", [1, 30, 200, 600, 1_500])
def test_windows_cover_every_word_once(length: int) -> None:
    """Each word is in one window, in the order of the text, and starts at its own first piece."""
    text = " ".join(f"Minister{number} said, twice." for number in range(length))
    ends = [match.end() for match in re.finditer(r"\.", text)]
    windows = _windows(text, tuple(zip([0, *ends], ends, strict=False)))
    words = [(token.idx, token.idx + len(token)) for token in WORDS.make_doc(text)]
    assert [word for window in windows for word in window.words] == words
    assert [window.number for window in windows] == list(range(len(windows)))
    assert max(len(window.pieces) for window in windows) <= examples.MAX_WINDOW_PIECES
    for window in windows:
        assert window.first_pieces[0] == 1
        assert window.first_pieces == sorted(window.first_pieces)
        assert window.first_pieces[-1] < len(window.pieces) - 1


def test_windows_end_where_sentences_end() -> None:
    """A name is never cut in two, as long as a sentence fits into a window."""
    text = " ".join("The minister said on Monday that it was late." for _ in range(60))
    ends = [match.end() for match in re.finditer(r"\.", text)]
    windows = _windows(text, tuple(zip([0, *ends], ends, strict=False)))
    assert len(windows) > 1
    assert {text[window.words[-1][0]] for window in windows} == {"."}


@pytest.mark.parametrize("text", ["", " \n\n "])
def test_a_text_without_words_has_no_window(text: str) -> None:
    """There is nothing to read."""
    assert _windows(text) == []


def test_labels_become_tags_that_decode_to_them() -> None:
    """The decoder of the service reads the labels out of what the teacher learns."""
    names = (Name(0, 11, ("PERSON",)), Name(26, 32, ("GPE",)))
    tags = _targets(_article(names=names)).tags
    assert tags is not None
    found = [(start, end, NAME_LABELS[label]) for start, end, label in decode(tags.astype(np.float32))]
    assert found == [(0, 2, "PERSON"), (5, 6, "GPE")]
    assert tags.sum(1).tolist() == [1] * 7


def test_a_label_of_several_types_leaves_the_type_open() -> None:
    """Each of the types is allowed, and no name is not."""
    tags = _targets(_article(names=(Name(26, 32, ("GPE", "LOC")),))).tags
    assert tags is not None
    assert tags[5].sum() == 2
    assert not tags[5, 0]


def test_a_label_that_cuts_a_word_in_two_leaves_the_word_open() -> None:
    """Nothing wrong is learned from a label that does not fit the words."""
    tags = _targets(_article(names=(Name(0, 8, ("PERSON",)),))).tags
    assert tags is not None
    assert tags[:2].all()
    assert tags[2:, 0].all()


def test_an_event_stands_at_its_trigger() -> None:
    """Type, flags and the main event are those of the word that the trigger begins with."""
    event = Trigger(TEXT.index("met"), TEXT.index(" envoys"), "CONSULT", (False, True, False, False), main=True)
    wanted = _targets(_article(events=(event,)))
    assert wanted.types is not None
    assert wanted.flags is not None
    assert wanted.main is not None
    assert wanted.types.tolist() == wanted.main.tolist() == [0, 0, 1, 0, 0, 0, 0]
    assert wanted.flags[2].tolist() == [0, 1, 0, 0]


def test_topics_count_with_those_above_them_in_the_first_window() -> None:
    """The beginning says what an article is about; the first of the topics is the most important one."""
    article = _article(topics=("574", "M16"))
    first = _targets(article)
    assert first.topics is not None
    assert (first.topics.tolist(), first.lead) == ([1, 1, 1], 1)
    later = Window(0, 1, [0, 3, 2], [(0, 4)], [1])
    assert _targets(article, later).topics is None


def test_what_nobody_labelled_is_unknown() -> None:
    """Neither names nor events nor topics are learned from such an article."""
    wanted = _targets(_article())
    assert (wanted.tags, wanted.types, wanted.topics, wanted.lead) == (None, None, None, -1)
