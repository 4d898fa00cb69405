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
from service.enrich.grammar import speech
from service.enrich.grammar.parse import Parse
from service.enrich.grammar.quotation_marks import ends_in_comma, passages
from service.enrich.model.tokenizing import text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from collections.abc import Set as AbstractSet

    from spacy.tokens import Doc

    from service.contract.annotations import Entity
    from service.enrich.entities.descriptions import Description
    from service.enrich.grammar.quotation_marks import Passage

GENDER_OF_PRONOUN = {
    "he": "m", "him": "m", "his": "m", "himself": "m", "she": "f", "her": "f", "hers": "f", "herself": "f",
}  # fmt: skip
SUBJECT_DEPS = frozenset({"nsubj", "nsubjpass"})
MAX_SENTENCES_BACK = 3
"""Sentences between a pronoun and the one that it stands for."""
SUBJECT_WEIGHT = 1.5
SPEAKER_WEIGHT = 1.5
"""Who "adds" has mostly "said" something just before."""
CLAUSE_WEIGHT = 1.5
"""Weight of the subject of the clauses that the pronoun is in: "Novak sold his house", "Novak said he was glad"."""
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
    speaks: bool = False
    times: int = 0


def find(doc: Doc, entities: Sequence[Entity]) -> dict[int, int]:
    """Return, for each token that refers to one of *entities*, the index of that entity.

    All tokens of a name refer to it; of a description such as "the foreign minister", its noun does.
    """
    parse = Parse.of(doc)
    starts = doc.to_array("IDX").tolist()
    mentions = list(_name_mentions(entities, starts))
    references = {token: mention.entity for mention in mentions for token in range(mention.start, mention.end)}
    text = text_of(doc)
    spoken = [(passage, _tokens(starts, passage)) for passage in passages(text)]
    quoted = {token for _, tokens in spoken for token in tokens}
    ends = [tokens[-1] for passage, tokens in spoken if tokens and ends_in_comma(text, passage)]
    speakers = {cue.speaker for cue in speech.find(parse, quoted, ends)}
    resolver = _Resolver(parse, entities, mentions, references, quoted)
    resolver.read(speakers)
    return resolver.references


def _tokens(starts: list[int], passage: Passage) -> range:
    return range(bisect_left(starts, passage.start), bisect_left(starts, passage.end))


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
        self._persons = [index for index, entity in enumerate(entities) if entity.type == "PERSON"]
        self._organisations = [index for index, entity in enumerate(entities) if entity.type == "ORG"]
        self._sentence = -1
        self._speakers: set[int] = set()
        self._traces = [_Trace() for _ in entities]
        self._heads = {descriptions.head_of(parse, mention): mention.entity for mention in mentions}
        self._described = self._descriptions(mentions)
        self._gender = {index: self._gender_of(index, mentions) for index in self._persons}

    def read(self, speakers: set[int]) -> None:
        """Resolve all tokens but those quoted, in whose mouth every word may mean somebody else.

        *speakers* are the tokens that name who speaks.
        """
        parse = self._parse
        self._speakers = speakers
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
        if word == "they":
            return self._several_meant(token)
        return self._described_as(token) if tag in {"NN", "NNP"} else None

    def _descriptions(self, mentions: list[NameMention]) -> dict[str, list[Description]]:
        """Return the descriptions by their noun; their own tokens refer to the entity, too."""
        self._entity_tokens = frozenset(self.references)
        found: dict[str, list[Description]] = {}
        known = [descriptions.of_organisation(index, self._entities[index].name) for index in self._organisations]
        for description in (*filter(None, known), *descriptions.of_names(self._parse, mentions)):
            kind = self._entities[description.entity].type
            is_body = description.noun in reference_words().organisations
            if kind != ("ORG" if is_body else "PERSON"):
                continue
            found.setdefault(description.noun, []).append(description)
            if description.token >= 0 and description.token not in self._quoted:
                self.references.setdefault(description.token, description.entity)
        return found

    def _gender_of(self, index: int, mentions: list[NameMention]) -> str | None:
        """Return the gender by title or noun, else by the given name."""
        words = reference_words()
        for mention in mentions:
            before = (
                self._parse.words[mention.start - 1].strip(".") if mention.entity == index and mention.start else ""
            )
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
        trace, sentence = self._traces[entity], self._sentence
        is_subject = self._parse.deps[token] in SUBJECT_DEPS
        if trace.sentence != sentence:
            trace.times = trace.times + 1 if trace.sentence >= sentence - 2 else 1
            trace.is_subject = is_subject
            trace.speaks = False
        trace.is_subject |= is_subject
        trace.speaks |= token in self._speakers
        trace.sentence, trace.token = sentence, token

    def _person_meant(self, token: int, gender: str) -> int | None:
        """Return the person for whom a pronoun of *gender* stands."""
        above = self._subjects_above(token)
        barred = above[0] if above and not self._may_be_own_subject(token) else None
        candidates = [
            index for index in self._persons if self._gender[index] in {None, gender} and index not in (barred or ())
        ]
        return self._likeliest(token, candidates, gender, frozenset[int]().union(*above))

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
            score = -WEIGHT_OF_SENTENCE_BACK * back
            score += SUBJECT_WEIGHT * trace.is_subject
            score += SPEAKER_WEIGHT * (adds and trace.speaks)
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
        found = []
        verb = parse.verb_of_clause(parse.heads[token])
        while True:
            subjects = [other for other in parse.children_with(verb, *SUBJECT_DEPS) if other != token]
            if subjects:
                named = [other for subject in subjects for other in parse.coordinated(subject)]
                found.append({self.references[other] for other in named if other in self.references})
            if parse.heads[verb] == verb:
                return found
            verb = parse.verb_of_clause(parse.heads[verb])

    def _may_be_own_subject(self, pronoun: int) -> bool:
        """Return whether the grammar allows it: "him" is never the subject of its own clause, but "his" may be."""
        parse = self._parse
        own = parse.words[pronoun].endswith("self") or parse.tags[pronoun] == "PRP$"
        return own or parse.deps[pronoun] in SUBJECT_DEPS

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
            subjects = [index for index in self._organisations if self._traces[index].is_subject]
            repeated = [index for index in subjects if len(self._entities[index].mentions) > 1]
            return self._likeliest(token, [index for index in repeated if not self._is_another_kind(index, noun)])
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
