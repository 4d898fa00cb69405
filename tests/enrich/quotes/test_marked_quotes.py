"""Quotations in Romanian, Bulgarian, Hungarian and Slovak, with the speakers that stand beside them."""
# ruff: noqa: RUF001 - Cyrillic letters and all kinds of quotation marks are meant

from __future__ import annotations

import pytest
import spacy
from spacy.tokens import Doc, Span

from service.contract.annotations import Entity, Mention
from service.enrich import quotes


def annotated(text: str, *persons: str) -> Doc:
    """Return the doc of *text*, in which each of *persons* is a name wherever it stands."""
    doc = spacy.blank("xx")(text)
    spans = [
        doc.char_span(start, start + len(person), "PERSON")
        for person in persons
        for start in range(len(text))
        if text.startswith(person, start)
    ]
    doc.ents = [span for span in spans if isinstance(span, Span)]
    return doc


def found(language: str, text: str, *persons: str) -> list[tuple[str, str | None, str | None]]:
    """Return the words, the speaker and the verb of each quotation in *text*."""
    return [
        (quote.quote.text, quote.speaker.text if quote.speaker else None, quote.verb.text if quote.verb else None)
        for quote in quotes.find_in(annotated(text, *persons), language)
    ]


@pytest.mark.parametrize(
    ("language", "text", "person", "verb"),
    [
        ("ro", "„Podul va fi gata la vară”, a declarat Ion Pop.", "Ion Pop", "declarat"),
        ("ro", "„Podul va fi gata la vară”, a mai spus ministrul de externe, Ion Pop.", "Ion Pop", "spus"),
        ("ro", "Ion Pop a declarat că „podul va fi gata la vară sigur”.", "Ion Pop", "declarat"),
        ("ro", "„Podul va fi gata la vară”, susţine Ion Pop.", "Ion Pop", "susţine"),
        ("bg", "„Мостът ще бъде готов скоро“, заяви Иван Петров.", "Иван Петров", "заяви"),
        ("bg", "„Мостът ще бъде готов скоро“, каза министърът на финансите Иван Петров.", "Иван Петров", "каза"),
        ("bg", "Иван Петров заяви: „Мостът ще бъде готов скоро“.", "Иван Петров", "заяви"),
        ("hu", "„A híd nyárra elkészül” – mondta Kis János miniszter.", "Kis János", "mondta"),
        ("hu", "Kis János azt mondta, hogy „a híd nyárra el fog készülni”.", "Kis János", "mondta"),
        ("sk", "„Most bude hotový do leta,“ povedal hovorca polície Ján Novák.", "Ján Novák", "povedal"),
        ("sk", "»Most bude hotový do leta,« dodala Eva Nová.", "Eva Nová", "dodala"),
    ],
)
def test_a_name_and_a_verb_of_speech_beside_the_mark_tell_the_speaker(
    language: str, text: str, person: str, verb: str
) -> None:
    """The name may stand after the verb, with a title before it, or before the quotation."""
    assert [row[1:] for row in found(language, text, person)] == [(person, verb)]


@pytest.mark.parametrize(
    ("language", "text", "person"),
    [
        ("ro", "„Podul va fi gata la vară”, a spus ministrul despre Ion Pop.", "Ion Pop"),
        ("ro", "„Podul va fi gata la vară”, a spus el. Ion Pop a plecat.", "Ion Pop"),
        ("ro", "„Podul va fi gata la vară.” Apoi a declarat Ion Pop altceva.", "Ion Pop"),
        ("bg", "„Мостът ще бъде готов скоро“, каза той на Иван Петров.", "Иван Петров"),
        ("hu", "„A híd nyárra elkészül” – mondta Kis Jánosnak.", "Kis Jánosnak"),
        ("sk", "„Most bude hotový do leta,“ povedal Jánovi Novákovi.", "Jánovi Novákovi"),
        ("sk", "„Most bude hotový do leta.“ Včera pricestoval Ján Novák.", "Ján Novák"),
    ],
)
def test_in_doubt_a_quotation_has_no_speaker(language: str, text: str, person: str) -> None:
    """A name in another role or another sentence is not the speaker."""
    assert [row[1] for row in found(language, text, person)] == [None]


@pytest.mark.parametrize(
    "marked",
    ["„{}”", "„{}“", "“{}”", "»{}«", "«{}»", '"{}"', ",,{}”", '„{}"', "“{}“", "«{}», "],
)
def test_all_marks_of_these_languages_are_read(marked: str) -> None:
    """The same mark opens in one language and closes in another; some are mistyped."""
    words = "podul va fi gata până la vară"

    assert [row[0] for row in found("ro", f"El crede că {marked.format(words)} și pleacă.")] == [words]


def test_a_quotation_within_a_quotation_is_part_of_it() -> None:
    """Only the outer one is listed."""
    text = "Ea scrie: „Tata spunea »nu pleca niciodată de aici acum« și zâmbea.” Atât."

    assert [row[0] for row in found("ro", text)] == ["Tata spunea »nu pleca niciodată de aici acum« și zâmbea."]


def test_a_mark_that_is_never_closed_swallows_no_other_quotation() -> None:
    """A later quotation in the same marks is found."""
    text = "Firma „Delta a închis. „Nu mai avem bani pentru salarii”, a spus patronul."

    assert [row[0] for row in found("ro", text)] == ["Nu mai avem bani pentru salarii"]


def test_a_quotation_goes_on_in_the_next_paragraph() -> None:
    """Each paragraph opens with a mark, and only the last one closes."""
    text = "Povedal: „Začali sme skoro ráno.\n\n„Nikto vtedy nevedel prečo”, dodal."

    assert [row[0] for row in found("sk", text)] == ["Začali sme skoro ráno.", "Nikto vtedy nevedel prečo"]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ro", "Filmul „Pe aripile vântului” rulează la „Patria”."),
        ("ro", 'Țevi de 12" și de 14" au ajuns ieri.'),
        ("bg", '"Газпром" строи "Северен поток 2" под морето.'),
        ("hu", "Az úgynevezett „szakértők” hétfőn találkoztak."),
        ("sk", "Súbor „Lúčnica“ vystúpil v «starej» sále."),
    ],
)
def test_names_titles_and_scare_quotes_are_no_quotations(language: str, text: str) -> None:
    """A few words between marks, which nobody says, are not somebody's words."""
    assert found(language, text) == []


def test_the_speaker_is_the_entity_with_that_mention() -> None:
    """Given the article's entities, the quotation has the index of its speaker."""
    text = "„Podul va fi gata la vară”, a declarat Ion Pop."
    start = text.index("Ion Pop")
    mention = Mention(start=start, end=start + 7, text="Ion Pop")
    entities = [
        Entity(name="Podul", type="FAC", mentions=[Mention(start=1, end=6, text="Podul")], salience=0.5),
        Entity(name="Ion Pop", type="PERSON", mentions=[mention], salience=0.5),
    ]

    assert [quote.speaker_entity for quote in quotes.find_in(annotated(text, "Ion Pop"), "ro", entities)] == [1]


def test_offsets_count_code_points() -> None:
    """A letter with a mark of its own shifts nothing."""
    text = "За\u0301яви: „Мо\u0301стът ще бъде готов скоро, вярвам.“"

    (quote,) = quotes.find_in(spacy.blank("xx")(text), "bg")

    assert text[quote.quote.start : quote.quote.end] == quote.quote.text == "Мо\u0301стът ще бъде готов скоро, вярвам."
