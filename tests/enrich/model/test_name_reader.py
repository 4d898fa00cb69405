"""Names in other languages than English are marked by the shipped weights, whatever marks and letters a paper uses."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import pytest

from service.enrich.model import loading, tokenizing

if TYPE_CHECKING:
    from spacy.language import Language


@pytest.fixture(scope="module")
def nlp() -> Language:
    """Load the shipped pipeline."""
    return loading.load_names()


def names(nlp: Language, text: str) -> list[tuple[str, str]]:
    """Return the names in *text* with their labels."""
    return [(ent.text, ent.label_) for ent in tokenizing.annotate(nlp, text).ents]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Premierul Ilie Bolojan a plecat la București.", [("Ilie Bolojan", "PERSON"), ("București", "GPE")]),
        ("Министърът Иван Петров замина за Варна.", [("Иван Петров", "PERSON"), ("Варна", "GPE")]),
        ("Kovács János miniszter Debrecenbe utazott.", [("Kovács János", "PERSON"), ("Debrecenbe", "GPE")]),
        ("Minister Ján Novák odcestoval do Košíc.", [("Ján Novák", "PERSON"), ("Košíc", "GPE")]),
    ],
)
def test_persons_and_places_are_marked(nlp: Language, text: str, expected: list[tuple[str, str]]) -> None:
    """One network reads all four languages."""
    assert names(nlp, text) == expected


def test_letters_with_a_cedilla_are_read_as_those_with_a_comma(nlp: Language) -> None:
    """Older keyboards have no comma below."""
    text = "Primarul din Constanța a vorbit cu Ștefan Popescu."

    with_cedilla = names(nlp, text.translate(str.maketrans("ȚțșȘ", "ŢţşŞ")))
    assert [label for _, label in with_cedilla] == [label for _, label in names(nlp, text)]


def test_decomposed_letters_are_read_as_composed_ones(nlp: Language) -> None:
    """Offsets are those of the text as it is."""
    text = "A miniszter tegnap Kovács Jánossal beszélt Győrben."
    decomposed = names(nlp, unicodedata.normalize("NFD", text))

    assert [(unicodedata.normalize("NFC", name), label) for name, label in decomposed] == names(nlp, text)
    assert len(decomposed) > 1


def test_names_between_double_primes_are_found(nlp: Language) -> None:
    """Some papers set them for quotation marks."""
    assert "Боинг" in dict(names(nlp, "Самолет на ″Боинг″ кацна в София."))


def test_a_text_of_blanks_has_no_names(nlp: Language) -> None:
    """Neither has an empty one."""
    assert names(nlp, " \n\n ") == names(nlp, "") == []
