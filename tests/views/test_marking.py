"""However the marks of a text overlap, the text stays the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from service.views.marking import Mark, marks, segments

if TYPE_CHECKING:
    from service.contract.enriched_article import EnrichedArticle

TEXT = "The 🇷🇴 minister of Cluj resigned"
positions = st.integers(0, len(TEXT))
some_marks = st.lists(st.builds(Mark, positions, positions, st.just("entity"), st.just("ORG"), st.text()), max_size=8)


@given(some_marks)
def test_the_text_is_kept(found: list[Mark]) -> None:
    """The pieces in order make up the text, and none is empty."""
    pieces = list(segments(TEXT, found))

    assert "".join(piece.text for piece in pieces) == TEXT
    assert all(piece.text for piece in pieces)


@given(some_marks)
def test_each_character_has_its_marks(found: list[Mark]) -> None:
    """A piece has exactly the marks that cover it."""
    at = 0
    for piece in segments(TEXT, found):
        for letter in range(at, at + len(piece.text)):
            assert sorted(map(id, piece.marks)) == sorted(id(mark) for mark in found if mark.start <= letter < mark.end)
        at += len(piece.text)


def test_a_long_text_is_cut() -> None:
    """Nothing beyond the limit is returned, and a mark across the limit is cut with the text."""
    pieces = list(segments("abcdef", [Mark(2, 6, "place", "city", "")], limit=4))

    assert [(piece.text, len(piece.marks)) for piece in pieces] == [("ab", 0), ("cd", 1)]


def test_every_kind_of_mention_is_marked(record: EnrichedArticle) -> None:
    """Entities, places and triggers become marks, each with its meaning; that of a main event says so."""
    meanings = {mark.kind: mark.meaning for mark in marks(record)}
    main = [mark.kind for mark in marks(record) if mark.main]

    assert meanings["entity"] == "Romania (GPE)"
    assert meanings["place"] == "Romania, RO: country, 100% sure"
    assert meanings["trigger"] == "PROTEST demo main"
    assert main == ["trigger"]
