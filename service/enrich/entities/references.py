"""Which entity each word of the text refers to: names, and the pronouns and descriptions that stand for them.

A word is left open if the text does not say plainly who is meant. The weights were set by hand on articles read for
this purpose. The module has more than 300 lines, because one pass over the text decides on every kind of word by what
it has noted so far.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

from service.enrich.entities import descriptions
from service.enrich.entities.descriptions import Descriptions, NameMention, office
from service.enrich.entities.reference_words import reference_words
from service.enrich.grammar.parse import Parse
from service.enrich.grammar.spoken_text import SpokenText
from service.enrich.grammar.word_lists import noun_classes, word_class

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from collections.abc import Set as AbstractSet

    from spacy.tokens import Doc

    from service.contract.annotations import Entity
    from service.enrich.entities.descriptions import Description

GENDER_OF_PRONOUN = {
    "he": "m", "him": "m", "his": "m", "himself": "m", "she": "f", "her": "f", "hers": "f", "herself": "f",
}  # fmt: skip
PRONOUNS_OF_THINGS = frozenset({"it", "its", "itself"})
THINGS = frozenset({"EVENT", "FAC", "GPE", "ORG", "PRODUCT"})
"""Entity types of what "it" stands for."""
SUBJECT_DEPS = frozenset({"nsubj", "nsubjpass"})
LAST_SENTENCE_OF_OPENING = 1
"""A headline and the first sentence may speak of "a minister" whose name comes later."""
MAX_SENTENCES_TO_NAME = 3
MAX_SENTENCES_BACK = 3
"""Sentences between a pronoun and the one that it stands for."""
MAX_CLAUSES_ABOVE = 4
MAX_TOKENS_BACK = 50
SUBJECT_WEIGHT = 1.5
SPEAKER_WEIGHT = 1.5
"""Who "adds" has mostly "said" the last thing before."""
CLAUSE_WEIGHT = 1.5
"""Weight of the subject of the clauses that the pronoun is in: "Novak sold his house", "Novak said he was glad"."""
KNOWN_GENDER_WEIGHT = 1.0
WEIGHT_OF_SENTENCE_BACK = 1.0
"""By how much each sentence in between makes a reference less likely."""
WEIGHT_OF_SENTENCE_SINCE_SPEAKING = 1.5
"""The same for somebody who "adds": of two who spoke, it is the last one."""
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
    spoken = SpokenText.of(doc)
    resolver = _Resolver(parse, entities, mentions, references, spoken.quoted)
    resolver.read({cue.speaker for cue in spoken.cues})
    return resolver.references


def _name_mentions(entities: Sequence[Entity], starts: list[int]) -> Iterable[NameMention]:
    for index, entity in enumerate(entities):
        for mention in entity.mentions:
            first = max(0, bisect_right(starts, mention.start) - 1)
            yield NameMention(first, max(first + 1, bisect_left(starts, mention.end)), index)


class _Resolver:
    """Reads the text once from its beginning, and decides on each pronoun and description as it comes."""

    def __init__(
        self,
        parse: Parse,
        entities: Sequence[Entity],
        mentions: list[NameMention],
        references: dict[int, int],
        quoted: set[int],
    ) -> None:
        self.references = references
        self._quoted = quoted
        self._parse = parse
        self._entities = entities
        self._sentence = -1
        self._speakers: set[int] = set()
        self._last_speaker: int | None = None
        self._speaking: set[int] = set()
        self._traces = [_Trace() for _ in entities]
        self._heads = {descriptions.head_of(parse, mention): mention.entity for mention in mentions}
        self._entity_tokens = frozenset(references)
        self._said = Descriptions(parse, entities, mentions)
        self._gender = self._said.genders(mentions)
        for token, entity in self._said.tokens.items():
            if token not in quoted:
                references.setdefault(token, entity)
        self._recent: dict[int, None] = {}
        """The entities in the order in which the text last spoke of them."""

    def read(self, speakers: set[int]) -> None:
        """Resolve all tokens but those quoted, in whose mouth every word may mean somebody else.

        *speakers* are the tokens that name who speaks.
        """
        parse = self._parse
        self._speakers = speakers
        self._speaking = {self.references[token] for token in speakers if token in self.references}
        sentence = -1
        for token in range(parse.size):
            if token in self._quoted:
                continue
            if parse.sentence_of[token] != sentence and parse.words[token].isalnum():
                sentence = parse.sentence_of[token]
                self._sentence += 1
            if token in self.references:
                if token in self._heads or token not in self._entity_tokens:
                    self._note(token, self.references[token])
                continue
            entity = self._meant(token)
            if entity is not None:
                self.references[token] = entity
                self._note(token, entity)

    def _meant(self, token: int) -> int | None:
        """Return the entity for which a pronoun or a noun stands."""
        word, tag = self._parse.words[token], self._parse.tags[token]
        if gender := GENDER_OF_PRONOUN.get(word):
            entity = self._person_meant(token, gender)
            if entity is not None:
                self._gender[entity] = gender
            return entity
        if word in PRONOUNS_OF_THINGS:
            entity = self._thing_meant(token)
            return self._body_meant(token) if entity is None and word == "it" else entity
        if word == "they":
            return self._body_meant(token)
        if tag not in {"NN", "NNP"}:
            return None
        return self._place_named(token) if word in reference_words().places else self._described_as(token)

    def _place_named(self, token: int) -> int | None:
        """Return the place that "the port city of Gdansk" names."""
        parse = self._parse
        for preposition in parse.children_with(token, "prep"):
            if parse.words[preposition] == "of":
                names = parse.children_with(preposition, "pobj")
                entity = self.references.get(names[0]) if names else None
                if entity is not None and self._entities[entity].type == "GPE":
                    return entity
        return None

    def _note(self, token: int, entity: int) -> None:
        trace, sentence = self._traces[entity], self._sentence
        first = token
        while self._parse.deps[first] == "conj" and self._parse.heads[first] < first:
            first = self._parse.heads[first]
        is_subject = self._parse.deps[first] in SUBJECT_DEPS
        if trace.sentence != sentence:
            trace.times = trace.times + 1 if trace.sentence >= sentence - 2 else 1
            trace.is_subject = is_subject
        trace.is_subject |= is_subject
        if token in self._speakers:
            self._last_speaker = entity
        trace.sentence, trace.token = sentence, token
        self._recent.pop(entity, None)
        self._recent[entity] = None

    def _person_meant(self, token: int, gender: str) -> int | None:
        """Return the person for whom a pronoun of *gender* stands."""
        above = self._subjects_above(token)
        barred = above[0] if above and not self._may_be_own_subject(token) else None
        candidates = [
            index for index in self._spoken_of() if self._may_be(index, gender) and index not in (barred or ())
        ]
        return self._likeliest(token, candidates, gender, frozenset[int]().union(*above))

    def _spoken_of(self) -> list[int]:
        """Return the entities of the last sentences, the last one first."""
        first = self._sentence - MAX_SENTENCES_BACK
        return list(takewhile(lambda index: self._traces[index].sentence >= first, reversed(self._recent)))

    def _may_be(self, index: int, gender: str) -> bool:
        return index in self._gender and self._gender[index] in {None, gender}

    def _likeliest(
        self, token: int, candidates: Iterable[int], gender: str | None = None, above: AbstractSet[int] = frozenset()
    ) -> int | None:
        """Return the one of *candidates* of whom the text spoke last and most, if it surpasses all others.

        *above* are the subjects of the clauses that the word is in.
        """
        recent = {
            index: self._sentence - self._traces[index].sentence
            for index in candidates
            if self._traces[index].sentence >= max(0, self._sentence - MAX_SENTENCES_BACK)
        }
        adds = token in self._speakers and 0 not in recent.values()
        scores = []
        for index, back in recent.items():
            trace = self._traces[index]
            score = -(WEIGHT_OF_SENTENCE_SINCE_SPEAKING if adds else WEIGHT_OF_SENTENCE_BACK) * back
            score += SUBJECT_WEIGHT * trace.is_subject
            score += SPEAKER_WEIGHT * (adds and index == self._last_speaker)
            score += CLAUSE_WEIGHT * (index in above)
            score += KNOWN_GENDER_WEIGHT * (gender is not None and self._gender[index] == gender)
            score += REPEATED_WEIGHT * (trace.times > 1)
            scores.append((score, trace.token, index))
        scores.sort(reverse=True)
        if not scores or (len(scores) > 1 and scores[0][0] - scores[1][0] < MIN_MARGIN):
            return None
        return scores[0][2]

    def _subjects_above(self, token: int) -> list[set[int]]:
        """Return the entities that are subjects of the clause of *token*, and of each clause above it."""
        parse = self._parse
        found: list[set[int]] = []
        verb = parse.verb_of_clause(parse.heads[token])
        for _ in range(MAX_CLAUSES_ABOVE):
            subjects = [other for other in parse.children_with(verb, *SUBJECT_DEPS) if other != token]
            if subjects:
                named = [other for subject in subjects for other in parse.coordinated(subject)]
                found.append({self.references[other] for other in named if other in self.references})
            if parse.heads[verb] == verb:
                break
            verb = parse.verb_of_clause(parse.heads[verb])
        return found

    def _may_be_own_subject(self, pronoun: int) -> bool:
        """Return whether the grammar allows it: "him" is never the subject of its own clause, but "his" may be."""
        parse = self._parse
        own = parse.words[pronoun].endswith("self") or parse.tags[pronoun] == "PRP$"
        return own or parse.deps[pronoun] in SUBJECT_DEPS

    def _thing_meant(self, token: int) -> int | None:
        """Return the body, country or the like for which "it" stands: the subject of the clauses that it is in."""
        parse, noun = self._parse, self._parse.heads[token]
        above = self._subjects_above(token)
        if above and not self._may_be_own_subject(token):
            del above[0]
        if parse.deps[token] == "poss" and parse.deps[noun] == "conj" and parse.heads[noun] in self.references:
            above = [{self.references[parse.heads[noun]]}]  # "Italy and its neighbours"
        if not above or len(above[0]) != 1:
            return None
        (entity,) = above[0]
        return entity if self._entities[entity].type in THINGS else None

    def _body_meant(self, token: int) -> int | None:
        """Return the organisation for which "they" or "it" stands.

        It is the only subject before "they" in its sentence. If there is none, it is who spoke or acted in the sentence
        before, provided that the pronoun speaks: anything else "it" does may be done by any thing.
        """
        parse = self._parse
        if parse.deps[token] not in SUBJECT_DEPS:
            return None
        first, _ = parse.sentences[parse.sentence_of[token]]
        before = [other for other in range(max(first, token - MAX_TOKENS_BACK), token) if other not in self._quoted]
        subjects = [other for other in before if parse.deps[other] in SUBJECT_DEPS]
        if subjects:
            entity = self.references.get(subjects[0]) if len(subjects) == 1 and parse.words[token] == "they" else None
            return entity if entity is not None and self._entities[entity].type == "ORG" else None
        if token not in self._speakers:
            return None
        bodies = [index for index in self._spoken_of() if self._entities[index].type == "ORG"]
        return self._likeliest(token, [index for index in bodies if self._has_just_acted(index)])

    def _has_just_acted(self, index: int) -> bool:
        trace = self._traces[index]
        return trace.sentence == self._sentence - 1 and (trace.is_subject or index == self._last_speaker)

    def _described_as(self, token: int) -> int | None:
        """Return the entity that "the minister" at *token* describes, or "a minister" whose name follows."""
        parse = self._parse
        if self._sentence <= LAST_SENTENCE_OF_OPENING:
            named_later = self._named_later(token)
            if named_later is not None:
                return named_later
        if not self._is_definite(token):
            return None
        noun = office(parse.lemmas[token])
        narrowed = descriptions.modifiers(parse, token)
        meant = {
            description.entity
            for description in self._said.by_noun.get(noun, ())
            if self._traces[description.entity].sentence >= 0 and self._fits(description, narrowed, token)
        }
        if len(meant) > 1:
            return self._likeliest(token, sorted(meant))
        if meant:
            return meant.pop()
        if not narrowed and noun in reference_words().general:
            subjects = [index for index in self._spoken_of() if self._traces[index].is_subject]
            entity = self._likeliest(token, [index for index in subjects if self._may_be_organisation(index, noun)])
            if entity is not None:
                return entity
        return self._speaker_described_as(token, noun) if token in self._speakers else None

    def _speaker_described_as(self, token: int, noun: str) -> int | None:
        """Return who speaks as "the official": the likeliest of whom the text just spoke and does not say what else.

        Nothing else in the text calls the entity so; somebody else who is called so may be meant, if there is one.
        """
        parse = self._parse
        if noun in self._said.by_noun or any(parse.entity_types[child] for child in parse.children[token]):
            return None
        words = reference_words()
        if noun in words.general:
            if parse.children_with(token, "compound", "poss"):
                return None
            bodies = [index for index in self._spoken_of() if self._entities[index].type == "ORG"]
            return self._likeliest(
                token, [index for index in bodies if self._said.kinds.get(index, {noun}) & words.general]
            )
        is_narrowed = any(parse.tags[child] in {"NN", "NNS"} for child in parse.children_with(token, "compound"))
        if is_narrowed or noun_classes().get(parse.lemmas[token]) != "person":
            return None  # "the police prosecutor" is nobody of whom the text does not say so
        people = [index for index in self._spoken_of() if index in self._gender]
        if noun in words.vague:
            last = self._sentence - 1
            return self._likeliest(token, [index for index in people if self._traces[index].sentence >= last])
        nameless = [index for index in people if not self._said.kinds.get(index)]
        return self._likeliest(token, [index for index in nameless if self._has_just_acted(index)])

    def _named_later(self, token: int) -> int | None:
        """Return the person whom one of the next sentences introduces by the noun at *token*.

        After "an officer was shot", what "officer Ann Lee said" is not of herself, unless it is "the officer".
        """
        parse = self._parse
        if parse.deps[token] == "compound":
            return None
        noun, narrowed = office(parse.lemmas[token]), descriptions.modifiers(parse, token) - word_class("quantity")
        last = parse.sentence_of[token] + MAX_SENTENCES_TO_NAME
        meant = {
            said.entity
            for said in self._said.by_noun.get(noun, ())
            if said.token > token
            and parse.sentence_of[token] < parse.sentence_of[said.token] <= last
            and (said.modifiers <= narrowed or narrowed <= said.modifiers)
            and (said.entity not in self._speaking or self._is_definite(said.token))
        }
        if len(meant) != 1:
            return None
        (entity,) = meant
        is_new = self._traces[entity].sentence < 0
        return entity if is_new and self._entities[entity].type == "PERSON" else None

    def _is_definite(self, noun: int) -> bool:
        return any(self._parse.words[child] == "the" for child in self._parse.children_with(noun, "det"))

    def _fits(self, description: Description, narrowed: frozenset[str], noun: int) -> bool:
        """Return whether the words before "minister" are said of the entity elsewhere, or are in its name.

        A name does not say all of a body: "the trade union" may be the Union of Miners. But other names rule it out.
        """
        known = description.modifiers | set(self._entities[description.entity].name.lower().split())
        if description.token < 0:
            parse = self._parse
            return all(parse.words[child] in known for child in parse.children[noun] if parse.entity_types[child])
        return narrowed <= known

    def _may_be_organisation(self, index: int, noun: str) -> bool:
        """Return whether an entity is an organisation named repeatedly that nothing calls anything but a *noun*."""
        entity = self._entities[index]
        return entity.type == "ORG" and len(entity.mentions) > 1 and self._said.kinds.get(index, {noun}) == {noun}
