"""Dates in Romanian, Bulgarian, Hungarian and Slovak, by their words."""
# ruff: noqa: RUF001 - Cyrillic letters are meant

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import spacy
from spacy.tokens import Span

from service.enrich import dates

WEDNESDAY = datetime(2024, 3, 20, 9, tzinfo=UTC)


def found(text: str, language: str, published: datetime | None = WEDNESDAY) -> list[tuple[str, str | None]]:
    """Return the words and the date of each mention in *text*, which has no names."""
    return [(mention.text, mention.date) for mention in dates.find_in(spacy.blank("xx")(text), published, language)]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("ro", "Acordul a fost semnat pe 15 martie 2024 la Cluj.", [("15 martie 2024", "2024-03-15")]),
        ("ro", "Podul s-a închis luni, 11 martie.", [("luni, 11 martie", "2024-03-11")]),
        ("ro", "Târgul ține între 15-20 ian. 2023.", [("15-20 ian. 2023", "2023-01-15/2023-01-20")]),
        ("ro", "Şedinţa de marţi a durat mult.", [("marţi", "2024-03-19")]),
        ("ro", "În mai 2023 și în octombrie a nins.", [("mai 2023", "2023-05"), ("octombrie", "2023-10")]),
        ("ro", "Vineri seara a plouat, ieri nu.", [("Vineri seara", "2024-03-15"), ("ieri", "2024-03-19")]),
        ("ro", "Legea din 2019 s-a schimbat anul trecut.", [("2019", "2019"), ("anul trecut", "2023")]),
        ("ro", "Pe 5 mai anul trecut era cald.", [("5 mai anul trecut", "2023-05-05")]),
        ("bg", "Мостът беше открит на 15 март 2024 г. в Русе.", [("15 март 2024", "2024-03-15")]),
        ("bg", "Срещата беше на 5 март, в понеделник.", [("5 март", "2024-03-05"), ("понеделник", "2024-03-18")]),
        ("bg", "През 2019 г. и през март миналата година.", [("2019", "2019"), ("март миналата година", "2023-03")]),
        ("bg", "Вчера и миналата седмица валя.", [("Вчера", "2024-03-19"), ("миналата седмица", "2024-W11")]),
        ("bg", "Справка от 05.03.2024 г.", [("05.03.2024", "2024-03-05")]),
        ("hu", "A hidat 2024. március 15-én nyitották meg.", [("2024. március 15-én", "2024-03-15")]),
        ("hu", "A vásár március 10-15. között volt.", [("március 10-15.", "2024-03-10/2024-03-15")]),
        ("hu", "Hétfőn és márciusban is esett.", [("Hétfőn", "2024-03-18"), ("márciusban", "2024-03")]),
        ("hu", "2012 júniusában és 2019-ben épült.", [("2012 júniusában", "2012-06"), ("2019-ben", "2019")]),
        ("hu", "A keltezés 2024. 03. 15-én történt.", [("2024. 03. 15-én", "2024-03-15")]),
        ("hu", "A múlt héten, tegnap este.", [("múlt héten", "2024-W11"), ("tegnap este", "2024-03-19")]),
        ("sk", "Most otvorili 15. marca 2024 v Nitre.", [("15. marca 2024", "2024-03-15")]),
        ("sk", "Stretli sa v pondelok a včera.", [("pondelok", "2024-03-18"), ("včera", "2024-03-19")]),
        ("sk", "Trhy boli 10. – 15. marca, doklad je z 15. 3. 2024.",
         [("10. – 15. marca", "2024-03-10/2024-03-15"), ("15. 3. 2024", "2024-03-15")]),
        ("sk", "V roku 2019 a v marci minulého roku.", [("2019", "2019"), ("marci minulého roku", "2023-03")]),
    ],
)  # fmt: skip
def test_a_date_is_found_and_resolved(language: str, text: str, expected: list[tuple[str, str]]) -> None:
    """Days, months, years and what counts from the day of publication have their date."""
    assert found(text, language) == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("ro", "Votul va avea loc vineri.", "2024-03-22"),
        ("ro", "Premierul a anunțat vineri că va demisiona.", "2024-03-15"),
        ("bg", "Министрите ще се срещнат в петък.", "2024-03-22"),
        ("bg", "Той заяви в петък, че ще подаде оставка.", "2024-03-15"),
        ("hu", "Pénteken lesz a szavazás.", "2024-03-22"),
        ("sk", "Hlasovanie bude v piatok.", "2024-03-22"),
        ("sk", "V piatok oznámil, že odstúpi.", "2024-03-15"),
    ],
)
def test_the_future_of_a_clause_decides_which_friday(language: str, text: str, expected: str) -> None:
    """The last Friday is meant, or the coming one if the clause itself is about the future."""
    assert [date for _, date in found(text, language)] == [expected]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ro", "Lucrările au durat trei luni, adică 90 de zile."),
        ("ro", "În mai multe orașe, cu 20 mai mulți decât acum doi ani."),
        ("ro", "Până azi au venit 2000 de oameni la ora 15:30."),
        ("ro", "Magazinul e închis lunea și costă 12.50 lei."),
        ("bg", "На 45 години той получи 2000 лева за три месеца."),
        ("hu", "Hét éve él itt, és ma is dolgozik."),
        ("sk", "Aj dnes má 15 rokov a 2000 eur."),
    ],
)
def test_durations_ages_amounts_and_nowadays_are_no_dates(language: str, text: str) -> None:
    """What names no day, week, month or year is not listed."""
    assert found(text, language) == []


def test_a_name_holds_no_date() -> None:
    """A weekday in the name of a town, and a day in that of a street, are no dates."""
    doc = spacy.blank("xx")("Dunajská Streda, Námestie 1. mája")
    doc.ents = [Span(doc, 0, 2, label="GPE"), Span(doc, 3, len(doc), label="FAC")]

    assert dates.find_in(doc, WEDNESDAY, "sk") == []


def test_a_capital_within_a_sentence_is_no_weekday() -> None:
    """These languages write weekdays in small letters, so "Joi" after a first name is a surname."""
    assert found("A vorbit Dan Joi la Iași.", "ro") == []


def test_without_a_day_of_publication_only_full_dates_are_resolved() -> None:
    """What counts from the day of publication stays without a date."""
    assert found("În 15 martie 2024 și luni.", "ro", None) == [("15 martie 2024", "2024-03-15"), ("luni", None)]


def test_offsets_count_code_points() -> None:
    """A letter with a mark of its own, and one that grows in small letters, shift nothing."""
    text = "Ка\u0301рта İ: на 15 март 2024 г."

    (mention,) = dates.find_in(spacy.blank("xx")(text), WEDNESDAY, "bg")

    assert text[mention.start : mention.end] == mention.text == "15 март 2024"
