"""Pronouns and descriptions refer to whom the text means, and to nobody if it does not say."""

from __future__ import annotations

import pytest

from service.enrich.entities import EntityFinder, references
from service.enrich.gazetteer.places import Gazetteer
from service.enrich.model import loading, tokenizing


class Reader:
    """The stages up to references, with the shipped model."""

    def __init__(self) -> None:
        self._nlp = loading.load()
        self._finder = EntityFinder(Gazetteer())

    def meant(self, text: str, word: str, within: int | None = None) -> str | None:
        """Return the name of the entity to which the last *word* of *text*, or of its first code points, refers."""
        doc = tokenizing.annotate(self._nlp, text)
        entities = self._finder.find(doc)
        found = references.find(doc, entities)
        last = max(token.i for token in doc if token.text == word and token.idx < (within or len(text)))
        return entities[found[last]].name if last in found else None


@pytest.fixture(scope="module")
def reader() -> Reader:
    """Return the stages with the shipped model."""
    return Reader()


@pytest.mark.parametrize(
    ("text", "word", "name"),
    [
        ("Angela Merkel visited Paris on Monday. She praised the talks.", "She", "Angela Merkel"),
        ("Angela Merkel met Peter Novak in Berlin. He praised the talks.", "He", "Peter Novak"),
        ("President Anna Kovacs spoke on Monday. The president praised the talks.", "president", "Anna Kovacs"),
        ("Peter Novak, the mayor of Lipova, resigned. Residents thanked the mayor.", "mayor", "Peter Novak"),
        ("Mr Okonjo opened the school. Ms Adeyemi spoke, and she thanked the donors.", "she", "Adeyemi"),
        ("The Ministry of Health sent doctors. The ministry also sent beds.", "ministry", "Ministry of Health"),
        ("Floods reached the port city of Gdansk on Monday.", "city", "Gdansk"),
        ("The Ministry of Health said that it had sent doctors.", "it", "Ministry of Health"),
        ("Hungary recalled its ambassador.", "its", "Hungary"),
    ],
)
def test_a_reference_has_the_entity_that_the_text_means(reader: Reader, text: str, word: str, name: str) -> None:
    """Gender, titles and appositions tell who is meant."""
    assert reader.meant(text, word) == name


@pytest.mark.parametrize(
    ("text", "word", "name"),
    [
        (
            "Peter Novak said it would rain. Ivan Horvat said it would snow.\n“We are ready,” he said.",
            "he",
            "Ivan Horvat",
        ),
        ("Peter Novak spoke first.\nIvan Horvat described the plans.\n“We are ready,” he said.", "he", "Ivan Horvat"),
        ("Acme Airlines said flights would resume.\n“We thank all passengers,” they said.", "they", "Acme Airlines"),
        ("Peter Novak opened the bridge.\n“It is done,” the prime minister said.", "minister", "Peter Novak"),
        ("The plan came from the minister, Anna Kovacs.\n“It is good,” the official said.", "official", "Anna Kovacs"),
    ],
)
def test_who_speaks_is_who_was_last_spoken_of(reader: Reader, text: str, word: str, name: str) -> None:
    """A pronoun or description beside a quotation means the last speaker or the subject of the sentence before."""
    assert reader.meant(text, word) == name


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Peter Novak and Ivan Horvat met in Brno. Then he left.", "he"),
        ("Peter Novak met voters in Brno. The minister was not there.", "minister"),
        ("The law that Hungary passed is old, and critics said it must go.", "it"),
        ("Peter Novak met voters in Brno. “He lied to us,” a farmer said.", "He"),
        ("Peter Novak, a lawyer, met voters in Brno. “It is late,” the farmer said.", "farmer"),
    ],
)
def test_a_doubtful_reference_is_left_open(reader: Reader, text: str, word: str) -> None:
    """A wrong entity is worse than none: two candidates, an unknown office, and words of somebody else."""
    assert reader.meant(text, word) is None


@pytest.mark.parametrize(
    "text",
    [
        "A surgeon was arrested on Monday. The surgeon is Peter Novak.",
        "A former surgeon was arrested on Monday. The former surgeon, Peter Novak, denied the charges.",
        "A surgeon was arrested on Monday. The surgeon is heart specialist Peter Novak, sources said.",
        "Police arrested a surgeon of one of the clinics. Peter Novak, a surgeon in Brno, is in jail.",
        "Police arrested a surgeon on Monday. The surgeon was named as the owner. Surgeon Peter Novak is in jail.",
    ],
)
def test_a_description_in_the_lead_has_the_name_that_follows(reader: Reader, text: str) -> None:
    """A lead often says who somebody is, and the next sentence the name."""
    lead, _, _ = text.partition(".")

    assert reader.meant(text, "surgeon", within=len(lead)) == "Peter Novak"


def test_a_description_in_the_lead_is_not_who_speaks_of_it(reader: Reader) -> None:
    """One surgeon speaks of another."""
    text = "A surgeon was arrested on Monday. “We are shocked,” surgeon Peter Novak said."

    assert reader.meant(text, "surgeon", within=len("A surgeon")) is None


def test_all_words_of_a_name_refer_to_its_entity(reader: Reader) -> None:
    """A consumer may ask for any word of a name."""
    text = "Angela Merkel visited Paris."

    assert reader.meant(text, "Angela") == reader.meant(text, "Merkel") == "Angela Merkel"
    assert reader.meant(text, "visited") is None
