"""What the text says of its people and organisations: "Prime Minister X", "X, the mayor of Y", "X is a lawyer"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.enrich.entities.name_forms import folded_words
from service.enrich.entities.reference_words import gender_of_name, reference_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from service.contract.annotations import Entity
    from service.enrich.grammar.parse import Parse

MAX_DESCRIPTIONS = 50
"""Uses of one noun for entities. No article has more, and time grows with their square."""
MODIFIER_DEPS = frozenset({"amod", "compound", "nmod", "poss", "nummod"})


@dataclass(frozen=True, slots=True)
class NameMention:
    """A name in the text: tokens `[start, end)`, with the index of its entity."""

    start: int
    end: int
    entity: int


@dataclass(frozen=True, slots=True)
class Description:
    """A noun that describes an entity, with the words that narrow it down."""

    entity: int
    token: int
    """Token of the noun; -1 if it is a part of the name itself."""
    noun: str
    modifiers: frozenset[str]


class Descriptions:
    """The descriptions of all entities of a text.

    Attributes:
        by_noun: Descriptions of persons and organisations by their noun.
        kinds: The nouns for each entity, in its name or in the text.
        tokens: The token of each noun, with the entity that it describes.
    """

    def __init__(self, parse: Parse, entities: Sequence[Entity], mentions: Sequence[NameMention]) -> None:
        self.by_noun: dict[str, list[Description]] = {}
        self.kinds: dict[int, set[str]] = {}
        self.tokens: dict[int, int] = {}
        self._parse = parse
        self._entities = entities
        bodies = ((index, entity.name) for index, entity in enumerate(entities) if entity.type == "ORG")
        named = (of_organisation(index, name) for index, name in bodies)
        for description in (*filter(None, named), *of_names(parse, mentions)):
            is_body = description.noun in reference_words().organisations
            if entities[description.entity].type != ("ORG" if is_body else "PERSON"):
                continue
            self.kinds.setdefault(description.entity, set()).add(description.noun)
            same = self.by_noun.setdefault(description.noun, [])
            if len(same) < MAX_DESCRIPTIONS:
                same.append(description)
            if description.token >= 0:
                self.tokens.setdefault(description.token, description.entity)

    def genders(self, mentions: Iterable[NameMention]) -> dict[int, str | None]:
        """Return "f", "m" or None for each person: by title or noun, else by the given name."""
        words, parse = reference_words(), self._parse
        told: dict[int, str] = {}
        for mention in mentions:
            before = parse.words[mention.start - 1].strip(".") if mention.start else ""
            if gender := words.gender(before):
                told.setdefault(mention.entity, gender)
        for token, index in self.tokens.items():
            if gender := words.gender(parse.lemmas[token]):
                told.setdefault(index, gender)
        persons = ((index, entity) for index, entity in enumerate(self._entities) if entity.type == "PERSON")
        return {index: told.get(index) or _gender_of_given_name(entity) for index, entity in persons}


def _gender_of_given_name(entity: Entity) -> str | None:
    forms = {entity.name: None} | {mention.text: None for mention in entity.mentions}
    return next(filter(None, map(gender_of_name, forms)), None)


def office(lemma: str) -> str:
    """Return the usual word for an office or body that has several names."""
    return reference_words().offices.get(lemma, lemma)


def of_names(parse: Parse, mentions: Iterable[NameMention]) -> Iterator[Description]:
    """Yield what the words around *mentions* say."""
    for mention in mentions:
        head = head_of(parse, mention)
        nouns = [_title(parse, mention)]
        nouns += [child for child in parse.children_with(head, "appos") if child >= mention.end]
        above = parse.heads[head]
        if parse.deps[head] == "appos" and parse.pos[above] == "n" and "(" not in parse.words[above:head]:
            nouns.append(above)
        if parse.deps[head] == "nsubj" and parse.lemmas[above] == "be":
            nouns += parse.children_with(above, "attr")
        said = above if parse.deps[head] == "appos" else head
        if parse.deps[said] == "attr" and parse.lemmas[parse.heads[said]] == "be":
            nouns += [child for child in parse.children_with(parse.heads[said], "nsubj") if parse.tags[child] == "NN"]
        for noun in nouns:
            if noun is not None and parse.pos[noun] == "n" and not parse.entity_types[noun]:
                yield Description(mention.entity, noun, office(parse.lemmas[noun]), modifiers(parse, noun))


def of_organisation(index: int, name: str) -> Description | None:
    """Return what the *name* of an organisation says that it is: the Ministry of Health is a ministry."""
    words = folded_words(name)
    before_of = words[: words.index("of")] if "of" in words else []
    for word in (*words[-1:], *words[:1], *before_of[-1:]):
        if word in reference_words().organisations:
            return Description(index, -1, office(word), frozenset(words) - {word})
    return None


def head_of(parse: Parse, mention: NameMention) -> int:
    """Return the token of *mention* on which its other tokens depend."""
    for token in range(mention.start, mention.end):
        if not mention.start <= parse.heads[token] < mention.end or parse.heads[token] == token:
            return token
    return mention.end - 1


def modifiers(parse: Parse, noun: int) -> frozenset[str]:
    """Return the words that narrow *noun* down: "foreign" and "Polish" of "the Polish foreign minister"."""
    words = set()
    for child in parse.children[noun]:
        if parse.deps[child] in MODIFIER_DEPS:
            words |= {parse.lemmas[child], *(parse.lemmas[token] for token in parse.children_with(child, "compound"))}
        elif parse.words[child] in {"of", "for"}:
            words |= {parse.lemmas[token] for token in parse.children_with(child, "pobj")}
    return frozenset(words) - reference_words().passing


def _title(parse: Parse, mention: NameMention) -> int | None:
    """Return the noun in front of a name: "striker" in "the Chelsea striker X", but not the "Dr" of "Dr X"."""
    first, _ = parse.sentences[parse.sentence_of[mention.start]]
    token = mention.start - 1
    while token >= first and parse.words[token].strip(".") in reference_words().courtesies | {"."}:
        token -= 1
    is_part = token >= first and parse.deps[token] in {"compound", "nmod", "amod"}
    return token if is_part and mention.start <= parse.heads[token] < mention.end else None
