"""Which entity each word of the text refers to: names, and the pronouns and descriptions that stand for them.

A word is left open if the text does not say plainly who is meant. The weights were set by hand on articles read for
this purpose.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.enrich.entities import descriptions
from service.enrich.entities.descriptions import NameMention, office
from service.enrich.entities.reference_words import gender_of_name, reference_words
from service.enrich.grammar.parse import Parse
from service.enrich.grammar.quotation_marks import passages
from service.enrich.model.tokenizing import text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from spacy.tokens import Doc

    from service.contract.annotations import Entity
    from service.enrich.entities.descriptions import Description

GENDER_OF_PRONOUN = {
    "he": "m", "him": "m", "his": "m", "himself": "m", "she": "f", "her": "f", "hers": "f", "herself": "f",
}  # fmt: skip
SUBJECT_DEPS = frozenset({"nsubj", "nsubjpass"})
MAX_SENTENCES_BACK = 3
"""Sentences between a pronoun and the one that it stands for."""
SUBJECT_WEIGHT = 1.5
KNOWN_GENDER_WEIGHT = 1.0
WEIGHT_OF_SENTENCE_BACK = 1.0
"""By how much each sentence in between makes a reference less likely."""
REPEATED_WEIGHT = 0.5
"""Weight of somebody whom the sentences before spoke of all along."""
MIN_MARGIN = 1.0
"""By how much the likeliest must surpass the next."""


@dataclass(slots=True)
class _Trace:
    """Where the text last spoke of an entity."""

    sentence: int = -1
    token: int = -1
    is_subject: bool = False
    times: int = 0


def find(doc: Doc, entities: Sequence[Entity]) -> dict[int, int]:
    """Return, for each token that refers to one of *entities*, the index of that entity.

    All tokens of a name refer to it; of a description such as "the foreign minister", its noun does.
    """
    parse = Parse.of(doc)
    starts = doc.to_array("IDX").tolist()
    mentions = list(_name_mentions(entities, starts))
    references = {token: mention.entity for mention in mentions for token in range(mention.start, mention.end)}
    resolver = _Resolver(parse, entities, mentions, references)
    resolver.read(_quoted(text_of(doc), starts))
    return resolver.references


def _name_mentions(entities: Sequence[Entity], starts: list[int]) -> Iterable[NameMention]:
    for index, entity in enumerate(entities):
        for mention in entity.mentions:
            first = max(0, bisect_right(starts, mention.start) - 1)
            yield NameMention(first, max(first + 1, bisect_left(starts, mention.end)), index)


def _quoted(text: str, starts: list[int]) -> set[int]:
    """Return the tokens between quotation marks."""
    return {
        token
        for passage in passages(text)
        for token in range(bisect_left(starts, passage.start), bisect_left(starts, passage.end))
    }


class _Resolver:
    """Reads the text once from its beginning, and decides on each pronoun and description as it comes."""

    def __init__(
        self, parse: Parse, entities: Sequence[Entity], mentions: list[NameMention], references: dict[int, int]
    ) -> None:
        self.references = references
        self._parse = parse
        self._entities = entities
        self._persons = [index for index, entity in enumerate(entities) if entity.type == "PERSON"]
        self._organisations = [index for index, entity in enumerate(entities) if entity.type == "ORG"]
        self._traces = [_Trace() for _ in entities]
        self._heads = {descriptions.head_of(parse, mention): mention.entity for mention in mentions}
        self._described = self._descriptions(mentions)
        self._gender = {index: self._gender_of(index, mentions) for index in self._persons}

    def read(self, quoted: set[int]) -> None:
        """Resolve all tokens but those *quoted*, in whose mouth every word may mean somebody else."""
        parse = self._parse
        for token in range(parse.size):
            if token in quoted:
                continue
            if token in self.references:
                if token in self._heads or token not in self._entity_tokens:
                    self._note(token, self.references[token])
                continue
            entity = None
            if gender := GENDER_OF_PRONOUN.get(parse.words[token]):
                entity = self._person_meant(token, gender)
                if entity is not None:
                    self._gender[entity] = gender
            elif parse.words[token] == "they":
                entity = self._several_meant(token)
            elif parse.tags[token] == "NN" or parse.tags[token] == "NNP":
                entity = self._described_as(token)
            if entity is not None:
                self.references[token] = entity
                self._note(token, entity)

    def _descriptions(self, mentions: list[NameMention]) -> dict[str, list[Description]]:
        """Return the descriptions by their noun; their own tokens refer to the entity, too."""
        self._entity_tokens = frozenset(self.references)
        found: dict[str, list[Description]] = {}
        known = [descriptions.of_organisation(index, self._entities[index].name) for index in self._organisations]
        for description in (*filter(None, known), *descriptions.of_names(self._parse, mentions)):
            found.setdefault(description.noun, []).append(description)
            if description.token >= 0:
                self.references.setdefault(description.token, description.entity)
        return found

    def _gender_of(self, index: int, mentions: list[NameMention]) -> str | None:
        """Return the gender by title or noun, else by the given name."""
        words = reference_words()
        for mention in mentions:
            before = self._parse.words[mention.start - 1].strip(".") if mention.entity == index and mention.start else ""
            if gender := words.gender(before):
                return gender
        for described in self._described.values():
            for description in described:
                noun = self._parse.lemmas[description.token]
                if description.entity == index and description.token >= 0 and (gender := words.gender(noun)):
                    return gender
        forms = [self._entities[index].name, *(mention.text for mention in self._entities[index].mentions)]
        return next(filter(None, map(gender_of_name, forms)), None)

    def _note(self, token: int, entity: int) -> None:
        trace, sentence = self._traces[entity], self._parse.sentence_of[token]
        is_subject = self._parse.deps[token] in SUBJECT_DEPS
        if trace.sentence != sentence:
            trace.times = trace.times + 1 if trace.sentence >= sentence - 2 else 1
            trace.is_subject = is_subject
        trace.is_subject |= is_subject
        trace.sentence, trace.token = sentence, token

    def _person_meant(self, token: int, gender: str) -> int | None:
        """Return the person for whom a pronoun of *gender* stands."""
        candidates = [
            index
            for index in self._persons
            if self._gender[index] in {None, gender} and not self._is_barred(token, self._traces[index].token)
        ]
        return self._likeliest(token, candidates, gender)

    def _likeliest(self, token: int, candidates: Iterable[int], gender: str | None = None) -> int | None:
        """Return the one of *candidates* of whom the text spoke last and most, if it surpasses all others."""
        sentence = self._parse.sentence_of[token]
        scores = []
        for index in candidates:
            trace = self._traces[index]
            back = sentence - trace.sentence
            if trace.sentence < 0 or back > MAX_SENTENCES_BACK:
                continue
            score = -WEIGHT_OF_SENTENCE_BACK * back
            score += SUBJECT_WEIGHT * trace.is_subject
            score += KNOWN_GENDER_WEIGHT * (gender is not None and self._gender[index] == gender)
            score += REPEATED_WEIGHT * (trace.times > 1)
            scores.append((score, trace.token, index))
        scores.sort(reverse=True)
        if not scores or (len(scores) > 1 and scores[0][0] - scores[1][0] < MIN_MARGIN):
            return None
        return scores[0][2]

    def _is_barred(self, pronoun: int, name: int) -> bool:
        """Return whether the grammar forbids it: "him" is never the subject of its own verb."""
        parse = self._parse
        if parse.words[pronoun].endswith("self") or parse.tags[pronoun] == "PRP$":
            return False
        return parse.deps[name] in SUBJECT_DEPS and parse.heads[pronoun] == parse.heads[name]

    def _several_meant(self, token: int) -> int | None:
        """Return the organisation for which "they" stands: the only subject before it in its sentence."""
        parse = self._parse
        first, _ = parse.sentences[parse.sentence_of[token]]
        subjects = [other for other in range(first, token) if parse.deps[other] in SUBJECT_DEPS]
        if len(subjects) != 1 or parse.deps[token] not in SUBJECT_DEPS:
            return None
        entity = self.references.get(subjects[0])
        return entity if entity in self._organisations else None

    def _described_as(self, token: int) -> int | None:
        """Return the entity that "the minister" at *token* describes."""
        parse = self._parse
        if not any(parse.words[child] == "the" for child in parse.children_with(token, "det")):
            return None
        noun = office(parse.lemmas[token])
        narrowed = descriptions.modifiers(parse, token)
        meant = {
            description.entity
            for description in self._described.get(noun, ())
            if self._traces[description.entity].sentence >= 0 and self._fits(description, narrowed, token)
        }
        if len(meant) > 1:
            return self._likeliest(token, sorted(meant))
        if meant:
            return meant.pop()
        if not narrowed and noun in reference_words().general:
            return self._likeliest(token, [i for i in self._organisations if not self._is_another_kind(i, noun)])
        return None

    def _fits(self, description: Description, narrowed: frozenset[str], noun: int) -> bool:
        """Return whether the words before "minister" are said of the entity elsewhere, or are in its name.

        A name does not say all of a body: "the trade union" may be the Union of Miners. But other names rule it out.
        """
        known = description.modifiers | set(self._entities[description.entity].name.lower().split())
        if description.token < 0:
            parse = self._parse
            return all(parse.words[child] in known for child in parse.children[noun] if parse.entity_types[child])
        return narrowed <= known

    def _is_another_kind(self, entity: int, noun: str) -> bool:
        """Return whether the text says of *entity* that it is something else than a *noun*."""
        return any(entity == d.entity and kind != noun for kind, found in self._described.items() for d in found)
