"""Place names are compared in a folded form, names in articles in another one that keeps their parts."""

from __future__ import annotations

import pytest

from service.enrich.entities.name_forms import fold_name
from service.enrich.gazetteer.folding import fold_place_name, is_initials


def test_folding_joins_spellings() -> None:
    """Names that differ in case, accents, hyphens or full stops have one key."""
    assert fold_place_name("Târgu-Mureş") == fold_place_name("targu mures") == fold_place_name("TÂRGU MUREȘ")


def test_abbreviated_words_of_place_names_are_spelled_out() -> None:
    """News and gazetteers abbreviate differently."""
    assert fold_place_name("St. Louis") == fold_place_name("Saint Louis")


def test_names_in_articles_keep_their_punctuation() -> None:
    """The entity stage reads initials and particles from the key."""
    assert fold_name("J. Al\u2011Assad") == "j. al-assad"
    assert fold_place_name("J. Al-Assad") == "j al assad"


@pytest.mark.parametrize("fold", [fold_name, fold_place_name])
def test_letters_that_do_not_decompose_are_spelled_in_ascii(fold: object) -> None:
    """Both foldings use the same letters."""
    assert callable(fold)
    assert fold("Tromsø Łódź Đakovo Weißensee") == "tromso lodz dakovo weissensee"


@pytest.mark.parametrize(("name", "expected"), [("US", True), ("D.C.", True), ("IRAN", False), ("us", False)])
def test_initials_have_up_to_three_capitals(name: str, *, expected: bool) -> None:
    """A longer word in capitals is a word, as in a headline."""
    assert is_initials(name) is expected
