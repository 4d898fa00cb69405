"""Copies of labelled articles keep their labels."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from training import augment
from training.labelled import LabelledArticle, Name, Trigger

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
TRIGGERS = ["met", "agreed", "told"]
SEEDS = range(20)


@pytest.fixture(scope="module")
def article() -> LabelledArticle:
    """Return a labelled article with two sentences."""
    names, position = [], 0
    for words, label in NAMES:
        position = TEXT.index(words, position)
        names.append(Name(position, position + len(words), (label,)))
        position += len(words)
    starts = [TEXT.index(word) for word in TRIGGERS]
    events = [
        Trigger(at, at + len(word), "CONSULT", (False,) * 4, main=False)
        for at, word in zip(starts, TRIGGERS, strict=True)
    ]
    end = TEXT.index('"')
    return LabelledArticle("a", "a", TEXT, ((0, end), (end, len(TEXT))), tuple(names), tuple(events))


@pytest.fixture(scope="module")
def names(article: LabelledArticle) -> augment.Names:
    """Return names to draw from; once, since the gazetteer is read for them."""
    return augment.names_in([article])


def _rng(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - no secret


def _named(article: LabelledArticle) -> list[tuple[str, str]]:
    return [(article.text[name.start : name.end], name.labels[0]) for name in article.names or ()]


@pytest.mark.parametrize("seed", SEEDS)
def test_swapped_names_keep_their_labels(article: LabelledArticle, names: augment.Names, seed: int) -> None:
    """The labels mark the new names, and a person has one name throughout the article."""
    swapped = augment.swap_names(article, _rng(seed), names, share=1.0)
    by_name = dict(zip([name for name, _ in NAMES], _named(swapped), strict=True))
    assert [label for _, label in _named(swapped)] == [label for _, label in NAMES]
    assert by_name["Viktor Orban"][0].endswith(by_name["Orban"][0])
    assert by_name["Robert Fico"][0].endswith(by_name["Fico"][0])
    assert swapped.text != article.text


@pytest.mark.parametrize("seed", SEEDS)
def test_events_and_sentences_move_with_the_text(article: LabelledArticle, names: augment.Names, seed: int) -> None:
    """Words that name an event stay as they are, wherever the new names push them."""
    swapped = augment.swap_names(article, _rng(seed), names, share=1.0)
    assert [swapped.text[event.start : event.end] for event in swapped.events or ()] == TRIGGERS
    (_, middle), (begin, end) = swapped.sentences
    assert (begin, end) == (middle, len(swapped.text))
    assert swapped.text[middle] == '"'


@pytest.mark.parametrize("seed", SEEDS)
def test_another_case_moves_nothing(article: LabelledArticle, names: augment.Names, seed: int) -> None:
    """A sentence in capitals has the letters of the original; what has no other case of one letter stays."""
    long = replace(article, text=TEXT.replace("Viktor", "Vißtor"), names=None, sentences=((0, len(TEXT)),))
    varied = augment.vary(long, _rng(seed), names)
    assert varied.text.casefold() == long.text.casefold()
    assert len(varied.text) == len(long.text)


def test_a_seed_gives_the_same_copy(article: LabelledArticle, names: augment.Names) -> None:
    """A training can be repeated."""
    first, second = (augment.vary(article, _rng(3), names) for _ in range(2))
    assert first == second
    assert len({augment.vary(article, _rng(seed), names).text for seed in SEEDS}) > 1


def test_sentences_come_in_all_cases(article: LabelledArticle, names: augment.Names) -> None:
    """Of many copies, some are in capitals, some in lower case, some like a headline."""
    sentence = replace(article, text="Talks of the day end", names=None, sentences=((0, 20),))
    texts = {augment.vary(sentence, _rng(seed), names).text for seed in range(200)}
    assert texts == {"Talks of the day end", "TALKS OF THE DAY END", "talks of the day end", "Talks of the Day End"}
