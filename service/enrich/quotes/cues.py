"""The words that say who speaks: a verb of speech with its subject, or "according to" with a name."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from service.enrich.grammar.word_lists import word_class
from service.enrich.quotes.words import quote_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Set

    from service.enrich.grammar.parse import Parse

SPEAKING_TYPES = frozenset({"PERSON", "ORG", "GPE", "NORP"})
SPEAKING_PRONOUNS = frozenset({"he", "she", "they", "i", "we", "who", "him", "her", "them"})
SPEAKING_CLASSES = ("people", "official", "actor", "diplomat", "police", "troops")
SUBJECT_DEPS = ("nsubj", "nsubjpass")
JOINING_DEPS = frozenset({"conj", "xcomp", "advcl", "ccomp", "pcomp", "prep"})
"""Dependencies of a verb that may share the subject of the verb above it: "he left, saying"."""
MAX_VERBS_ABOVE = 3
MAX_TOKENS_TO_SUBJECT = 8
"""Tokens in which a subject is looked for that the parse does not give."""


class Cue(NamedTuple):
    """A verb of speech outside quotation marks."""

    verb: int
    """Its token, or "according"."""
    speaker: int
    """Token that names the speaker."""


def find(parse: Parse, quoted: Set[int]) -> list[Cue]:
    """Return the cues outside the tokens *quoted*, in the order of the text."""
    found: list[Cue] = []
    for index in range(parse.size):
        if index not in quoted and _is_speech(parse, index):
            speaker = _speaker(parse, index, quoted, found[-1] if found else None)
            if speaker is not None:
                found.append(Cue(index, _named(parse, speaker, quoted)))
    return found


def _is_speech(parse: Parse, index: int) -> bool:
    """Return whether the token at *index* is a verb of speech, or the "according" of "according to"."""
    if parse.words[index] == "according":
        return index + 1 < parse.size and parse.words[index + 1] == "to"
    is_verb = parse.pos[index] == "v" and parse.deps[index] not in {"amod", "aux"}
    return is_verb and parse.lemmas[index] in quote_words().verbs


def _speaker(parse: Parse, verb: int, quoted: Set[int], before: Cue | None) -> int | None:
    for candidate in _candidates(parse, verb, before):
        if candidate not in quoted and candidate != verb and can_speak(parse, candidate):
            return candidate
    return None


def can_speak(parse: Parse, token: int) -> bool:
    """Return whether the word at *token* names somebody or something that can be quoted."""
    if parse.entity_types[token]:
        return parse.entity_types[token] in SPEAKING_TYPES
    lemma = parse.lemmas[token]
    if parse.pos[token] == "n":
        return lemma in quote_words().documents or any(lemma in word_class(name) for name in SPEAKING_CLASSES)
    return parse.words[token] in SPEAKING_PRONOUNS or parse.words[token] == "it"


def _candidates(parse: Parse, verb: int, before: Cue | None) -> Iterator[int]:
    """Yield the tokens that may name the speaker of *verb*, likeliest first."""
    if parse.words[verb] == "according":
        yield from parse.children_with(verb + 1, "pobj")
        yield from parse.children_with(verb, "pobj")
        yield from _nouns_after(parse, verb + 2)
        return
    for subject in _subjects(parse, verb):
        yield from [parse.heads[verb]] if parse.words[subject] in {"who", "which", "that"} else [subject]
    sentence = parse.sentence_of[verb]
    is_inverted = parse.tags[verb] in {"VBD", "VBZ", "VBP"}
    if is_inverted and parse.words[verb + 1 : verb + 2] not in (["that"], ["to"]):
        yield from _nouns_after(parse, verb + 1)
    if parse.tags[verb] == "VBG" and before and parse.sentence_of[before.verb] == sentence:
        yield before.speaker
    above = verb
    for _ in range(MAX_VERBS_ABOVE):
        if parse.deps[above] == "acl":
            yield parse.heads[above]
        if parse.deps[above] not in JOINING_DEPS:
            break
        above = parse.heads[above]
        yield from _subjects(parse, above)
    if above == verb and is_inverted:
        first, _ = parse.sentences[sentence]
        yield from range(verb - 1, max(first, verb - MAX_TOKENS_TO_SUBJECT) - 1, -1)


def _subjects(parse: Parse, verb: int) -> list[int]:
    return parse.children_with(verb, *SUBJECT_DEPS)


def _nouns_after(parse: Parse, first: int) -> Iterator[int]:
    """Yield the head of the phrase that begins at *first*: "spokesman" in "said a spokesman"."""
    _, end = parse.sentences[parse.sentence_of[min(first, parse.size - 1)]]
    for token in range(first, min(end, first + MAX_TOKENS_TO_SUBJECT)):
        if parse.tags[token] == "PRP":
            yield token
            return
        if parse.pos[token] == "n" and (token + 1 == end or parse.pos[token + 1] != "n"):
            yield token
            return
        if parse.pos[token] not in {"n", "a"} and parse.tags[token] not in {"DT", "PRP$", "POS", "HYPH", "CD"}:
            return


def _named(parse: Parse, speaker: int, quoted: Set[int]) -> int:
    """Return the name that stands for the noun at *speaker*: X of "the group's chairman, X" and "spokesman X"."""
    if parse.entity_types[speaker] or parse.pos[speaker] != "n":
        return speaker
    if parse.lemmas[speaker] in quote_words().documents:
        return next((owner for owner in parse.children_with(speaker, "poss") if can_speak(parse, owner)), speaker)
    _, end = parse.sentences[parse.sentence_of[speaker]]
    for token in range(speaker + 1, min(end, speaker + 2 * MAX_TOKENS_TO_SUBJECT)):
        if parse.pos[token] == "v" or token in quoted:
            break
        if parse.entity_types[token] == "PERSON" and parse.tags[token - 1] not in {"IN", "TO", "CC"}:
            return token if _is_under(parse, token, speaker) else speaker
    return speaker


def _is_under(parse: Parse, token: int, top: int) -> bool:
    while token != top:
        if parse.heads[token] == token or parse.deps[token] in {"relcl", "acl", "conj"}:
            return False
        token = parse.heads[token]
    return True
