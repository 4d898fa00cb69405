"""In Romanian, Bulgarian, Hungarian and Slovak there is one entity per real-world thing, whatever its case endings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pytest
import spacy
from spacy.tokens import Doc, Span
from spacy.vocab import Vocab

from service.enrich.entities import find_in
from service.enrich.entities.inflected_joining import Joining
from service.enrich.entities.name_candidates import NameCandidate
from service.enrich.entities.name_groups import NameGroup
from service.enrich.gazetteer.languages import LanguageGazetteer
from service.enrich.gazetteer.places import Gazetteer

if TYPE_CHECKING:
    from service.contract.annotations import Entity


class FindIn(Protocol):
    """Runs the stage on a text of a language with labels for parts of it."""

    def __call__(self, language: str, text: str, *labelled: tuple[str, str]) -> list[Entity]:
        """Return the entities; each labelled string is searched after the previous one."""


@pytest.fixture(scope="module")
def find() -> FindIn:
    """Return the stage as a function of a language, a text and its labels."""
    nlp, shipped = spacy.blank("xx"), Gazetteer()
    gazetteers = {language: LanguageGazetteer(shipped, language) for language in ("ro", "bg", "hu", "sk")}

    def run(language: str, text: str, *labelled: tuple[str, str]) -> list[Entity]:
        doc = nlp(text)
        spans, position = [], 0
        for words, label in labelled:
            start = text.index(words, position)
            position = start + len(words)
            spans.append(doc.char_span(start, position, label, alignment_mode="expand"))
        doc.ents = [span for span in spans if span is not None]
        return find_in(doc, language, gazetteers[language])

    return run


def mentions(found: list[Entity]) -> dict[str, list[str]]:
    """Return the mentions of each entity by its name."""
    return {entity.name: [mention.text for mention in entity.mentions] for entity in found}


@pytest.mark.parametrize(
    ("language", "label", "forms", "name"),
    [
        ("hu", "PERSON", ["Kiss Viktort", "Kiss Viktor", "Kissnek", "Kiss-sel"], "Kiss Viktor"),
        ("hu", "PERSON", ["Robert Fico", "Ficóval", "Fico"], "Robert Fico"),
        ("hu", "PERSON", ["Annát", "Anna"], "Anna"),
        ("hu", "GPE", ["Szegeden", "Szegedre", "Szeged", "szegedi"], "Szeged"),
        ("hu", "GPE", ["Libanonban", "Libanon"], "Libanon"),
        ("hu", "GPE", ["Németországban", "Németország"], "Németország"),
        ("hu", "ORG", ["Európai Bizottságnak", "Európai Bizottság", "Bizottsággal"], "Európai Bizottság"),
        ("hu", "ORG", ["MÁV-nál", "MÁV", "MÁV-ot"], "MÁV"),
        ("hu", "NORP", ["magyarok", "magyar", "magyarokkal"], "magyar"),
        ("sk", "PERSON", ["Roberta Fica", "Ficovi", "Robert Fico"], "Robert Fico"),
        ("sk", "PERSON", ["Zuzany Kováčovej", "Kováčová"], "Zuzany Kováčovej"),
        ("sk", "PERSON", ["Angela Merkel", "Merkelovej"], "Angela Merkel"),
        ("sk", "PERSON", ["Petrom Horákom", "Peter Horák"], "Peter Horák"),
        ("sk", "GPE", ["Košiciach", "Košice", "Košíc"], "Košice"),
        ("sk", "GPE", ["Banskej Bystrici", "Banská Bystrica"], "Banská Bystrica"),
        ("sk", "ORG", ["Európskej únie", "Európska únia", "EÚ"], "Európska únia"),
        ("sk", "NORP", ["Slovákov", "Slováci", "Slovákmi"], "Slováci"),
        ("ro", "PERSON", ["Maria Popescu", "Mariei", "Popescu"], "Maria Popescu"),
        ("ro", "ORG", ["Guvernului", "Guvernul"], "Guvernul"),
        ("ro", "ORG", ["Comisiei Europene", "Comisia Europeană", "Comisiei"], "Comisia Europeană"),
        ("ro", "ORG", ["Băncii Naționale", "Banca Națională"], "Banca Națională"),
        ("ro", "ORG", ["PSD-ului", "PSD"], "PSD"),
        ("ro", "GPE", ["Timișului", "Timiș"], "Timiș"),
        ("ro", "GPE", ["Timişului", "Timișul"], "Timiș"),
        ("ro", "NORP", ["românilor", "români", "română"], "români"),
        ("bg", "ORG", ["Европейския съюз", "Европейският съюз", "Евросъюза"], "Европейският съюз"),
        ("bg", "ORG", ["Министерството", "Министерство"], "Министерство"),
        ("bg", "EVENT", ["Брекзитът", "Брекзит", "Брекзита"], "Брекзит"),
        ("bg", "NORP", ["британците", "британци"], "британци"),
        ("bg", "PERSON", ["Реджеп Ердоган", "Ердоган"], "Реджеп Ердоган"),
    ],
)
def test_case_endings_and_articles_do_not_make_two(
    find: FindIn, language: str, label: str, forms: list[str], name: str
) -> None:
    """All forms are one entity; its name is the nominative if the article or the gazetteer has it."""
    found = find(language, " ; ".join(forms), *((form, label) for form in forms))

    assert mentions(found) == {name: forms}


@pytest.mark.parametrize(
    ("language", "form", "name"),
    [
        ("hu", "Aradon", "Arad"),
        ("hu", "Budapesten", "Budapest"),
        ("hu", "manchesteri", "Manchester"),
        ("sk", "Haarlemu", "Haarlem"),
        ("sk", "Banskej Bystrici", "Banská Bystrica"),
        ("ro", "Clujului", "Cluj"),
        ("hu", "Párizst", "Párizs"),
        ("hu", "Lengyelországban", "Lengyelország"),
        ("sk", "Nemecka", "Nemecko"),
        ("sk", "Čína", "Čína"),
        ("ro", "Moscovei", "Moscova"),
        ("bg", "София", "София"),
        ("hu", "Krekkencsen", "Krekkencsen"),
    ],
)
def test_a_place_that_the_gazetteer_knows_has_its_nominative(find: FindIn, language: str, form: str, name: str) -> None:
    """The name of a place is the same in all articles; one that the gazetteer does not know stays as it is."""
    assert mentions(find(language, form, (form, "GPE"))) == {name: [form]}


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("sk", "Ján Novák", "Nováková"),
        ("sk", "Martin Novák", "Martina Nováková"),
        ("bg", "Иван Петров", "Ивана Петрова"),
        ("hu", "II. Béla", "I. Béla"),
        ("ro", "Ion Popa", "Ioana Popa"),
    ],
)
def test_two_persons_stay_two(find: FindIn, language: str, one: str, other: str) -> None:
    """A woman is not her husband, and a king not his father."""
    found = find(language, f"{one} ; {other}", (one, "PERSON"), (other, "PERSON"))

    assert mentions(found) == {one: [one], other: [other]}


def test_a_surname_of_two_persons_is_joined_to_neither(find: FindIn) -> None:
    """A surname that two full names share stays an entity of its own."""
    found = find(
        "hu",
        "Nagy Éva és Nagy Pál. Aztán Nagy elment.",
        ("Nagy Éva", "PERSON"),
        ("Nagy Pál", "PERSON"),
        ("Nagy", "PERSON"),
    )

    assert mentions(found) == {"Nagy Éva": ["Nagy Éva"], "Nagy Pál": ["Nagy Pál"], "Nagy": ["Nagy"]}


def test_the_full_name_decides_the_type(find: FindIn) -> None:
    """A surname that the network calls a place is a person in every mention."""
    text = "Petru Zavroniu a vorbit. Zavroniu pleacă. Zavroniu vine."
    found = find("ro", text, ("Petru Zavroniu", "PERSON"), ("Zavroniu", "GPE"), ("Zavroniu", "GPE"))

    assert [(entity.type, len(entity.mentions)) for entity in found] == [("PERSON", 3)]


def test_an_acronym_is_its_long_form_if_the_text_introduces_it(find: FindIn) -> None:
    """The acronym in the bracket is found even if the network overlooked it, and so are its other mentions."""
    found = find("ro", "Biroul Electoral Central (BEC) a votat. BEC tace.", ("Biroul Electoral Central", "ORG"))

    assert mentions(found) == {"Biroul Electoral Central": ["Biroul Electoral Central", "BEC", "BEC"]}


@pytest.mark.parametrize(
    ("cyrillic", "latin", "label"),
    [
        ("Урсула фон дер Лайен", "Ursula von der Leyen", "PERSON"),
        ("Мишел Барние", "Michel Barnier", "PERSON"),
        ("Брекзит", "Brexit", "EVENT"),
        ("Борис Джонсън", "Boris Johnson", "PERSON"),
    ],
)
def test_a_name_in_two_scripts_is_one(find: FindIn, cyrillic: str, latin: str, label: str) -> None:
    """The original spelling in a bracket is the same person or thing."""
    found = find("bg", f"Вчера {cyrillic} ({latin}) говори.", (cyrillic, label), (latin, label))

    assert [[mention.text for mention in entity.mentions] for entity in found] == [[cyrillic, latin]]


@pytest.mark.parametrize(
    ("language", "text", "span", "name"),
    [
        ("ro", "Ieri premierul Ion Popa a plecat.", "premierul Ion Popa", "Ion Popa"),
        ("ro", "Președintele Ion Popa a plecat.", "Președintele Ion Popa", "Ion Popa"),
        ("hu", "Ma Kovács Éva miniszterelnök beszélt.", "Kovács Éva miniszterelnök", "Kovács Éva"),
        ("bg", "Вчера Урсула фон дер Лайен говори.", "Урсула фон дер Лайен", "Урсула фон дер Лайен"),
        ("sk", "Prišiel „Ján Novák“.", "„Ján Novák“", "Ján Novák"),
    ],
)
def test_titles_and_punctuation_are_outside(find: FindIn, language: str, text: str, span: str, name: str) -> None:
    """A mention is the name alone."""
    assert mentions(find(language, text, (span, "PERSON"))) == {name: [name]}


def test_a_quotation_mark_that_is_opened_in_the_name_is_closed_there(find: FindIn) -> None:
    """The name of a club may end in quotation marks."""
    found = find("ro", 'A venit la Clubul "Unirea" ieri.', ('Clubul "Unirea"', "ORG"))

    assert mentions(found) == {'Clubul "Unirea"': ['Clubul "Unirea"']}


def test_other_occurrences_of_a_name_are_mentions(find: FindIn) -> None:
    """A name that the network found once is found again, but not as a part of a longer name or as a common word."""
    text = "Szombaton Fehér Lili beszélt. Fehér szerint jó. Fehér Márton nem. Fehér volt a fal, fehér a hó."
    found = find("hu", text, ("Fehér Lili", "PERSON"))

    assert mentions(found) == {"Fehér Lili": ["Fehér Lili"]}
    assert mentions(find("hu", text.replace("fehér a", "nagy a"), ("Fehér Lili", "PERSON")))["Fehér Lili"] == [
        "Fehér Lili",
        "Fehér",
        "Fehér",
    ]


def test_a_well_known_thing_has_its_usual_name_if_the_text_uses_it(find: FindIn) -> None:
    """NATO is NATO with any ending; an acronym of this language alone stays as it is."""
    assert list(mentions(find("hu", "A NATO-ban vitáztak.", ("NATO-ban", "ORG")))) == ["NATO"]
    assert list(mentions(find("sk", "Zasadala OSN.", ("OSN", "ORG")))) == ["OSN"]


def test_the_mentions_are_the_names_that_later_stages_see() -> None:
    """`doc.ents` has the decided mentions with the decided label."""
    doc = spacy.blank("xx")("Robert Fico hovoril. Fico odišiel.")
    doc.ents = [Span(doc, 0, 2, "PERSON"), Span(doc, 4, 5, "ORG")]

    find_in(doc, "sk", Gazetteer())

    assert [(ent.text, ent.label_) for ent in doc.ents] == [("Robert Fico", "PERSON"), ("Fico", "PERSON")]


@pytest.mark.parametrize("run", [".", '"', "\u201d", "-", "\n", "|", ";", ") ", " -"])
def test_a_run_after_a_name_is_not_part_of_it(run: str) -> None:
    """This holds for any length."""
    doc = Doc(Vocab(), words=[f"Ana Pop{run * 20_000}"], spaces=[False])
    doc.ents = [Span(doc, 0, 1, "PERSON")]

    assert mentions(find_in(doc, "ro", Gazetteer())) == {"Ana Pop": ["Ana Pop"]}


def test_thousands_of_persons_with_one_surname_are_joined_in_time() -> None:
    """Half of 20,000 persons have different given names; the other half share an initial and are one entity."""
    names = [f"J{'.' if number % 2 else chr(ord('a') + number % 26) + str(number)} Nagy" for number in range(20_000)]
    groups = []
    for number, name in enumerate(names):
        groups.append(NameGroup(name, name.replace(".", "").lower().split()))
        groups[-1].candidates.append(NameCandidate(number, number, "PERSON", 1.0, name))
        groups[-1].votes["PERSON"] += 1

    assert len(Joining(groups, "hu", Gazetteer()).join([])) == len(names) // 2 + 1


@pytest.mark.parametrize("language", ["ro", "bg", "hu", "sk"])
def test_a_text_without_names_has_no_entities(find: FindIn, language: str) -> None:
    """No name, no entity."""
    assert find(language, "2024 - 15") == []
