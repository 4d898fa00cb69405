"""Roles are looked up in the names of a whole article without reading all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from service.enrich.events import roles
from service.enrich.grammar import frames
from service.enrich.grammar.parse import Parse
from service.enrich.grammar.phrases import noun_phrase

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spacy.language import Language

SENTENCES = 2000
MAX_LOOKS = 64
"""Twice the steps of bisecting a list of all the tokens, and room for the few items that match."""


class Counted(list[Any]):
    """A list that counts how many of its items are read."""

    looks = 0

    def __getitem__(self, at: Any) -> Any:
        """Count the items of a slice too."""
        items = super().__getitem__(at)
        self.looks += len(items) if isinstance(at, slice) else 1
        return items

    def __iter__(self) -> Iterator[Any]:
        """Count every item."""
        for item in super().__iter__():
            self.looks += 1
            yield item


@pytest.fixture(scope="module")
def parse(nlp: Language) -> Parse:
    """Parse a long article of short sentences, each with an event and two names."""
    return Parse(nlp("Russia attacked Kyiv. " * SENTENCES))


def test_a_name_is_found_among_thousands_without_reading_them_all(parse: Parse) -> None:
    """The name of an actor costs a few looks, at the beginning of an article and at its end."""
    names = Counted((at, at + 1) for at in range(0, parse.size, 2))

    assert [noun_phrase(parse, token, names) for token in (0, parse.size - 2)] == [
        (0, 1),
        (parse.size - 2, parse.size - 1),
    ]
    assert names.looks < MAX_LOOKS


def test_a_name_ends_with_its_sentence(parse: Parse) -> None:
    """If the model draws a name across the end of a sentence, only the part in the sentence of the word counts."""
    assert [noun_phrase(parse, token, [(2, 6)]) for token in (2, 4)] == [(2, 4), (4, 6)]


def test_places_are_those_of_the_sentence_without_reading_all_others(parse: Parse) -> None:
    """The places of an event cost a few looks, even at the end of an article."""
    last = max(at for at, pos in enumerate(parse.pos) if pos == "v")
    names = Counted((at, at + 1) for at in range(0, parse.size, 2))

    roles.places(parse, frames.build(parse, last), names, [])

    assert names.looks < MAX_LOOKS
