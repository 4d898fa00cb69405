"""The words that say who speaks: a verb of speech with its subject, or "according to" with a name."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, NamedTuple

from service.enrich.grammar.word_lists import noun_classes, speech_words, word_class

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from collections.abc import Set as AbstractSet

    from service.enrich.grammar.parse import Parse

SPEAKING_TYPES = frozenset({"PERSON", "ORG", "GPE", "NORP"})
SPEAKING_PRONOUNS = frozenset({"he", "she", "they", "i", "we", "him", "her", "them"})
SPEAKING_CLASSES = ("people", "official", "actor", "diplomat", "police", "troops")
SUBJECT_DEPS = ("nsubj", "nsubjpass")
JOINING_DEPS = frozenset({"conj", "xcomp", "advcl", "ccomp", "pcomp", "prep"})
"""Dependencies of a verb that may share the subject of the verb above it: "he left, saying"."""
FINITE_TAGS = frozenset({"VBD", "VBZ", "VBP"})
MAX_TOKENS_TO_VERB = 25
"""Tokens from the end of a quotation to its verb: `”, X, who has led the club since May, said`."""
MAX_SENTENCE_TOKENS = 100
"""Tokens of a sentence that are searched for its main verb: some texts have no full stop."""
MAX_VERBS_ABOVE = 3
MAX_TOKENS_OF_TAG = 6
"""Tokens of a sentence after a quotation that does nothing but name its speaker: `Minister Novak said.`"""
UNREAL_WORDS = frozenset({"must", "should", "may", "might", "could", "if", "unless"})
"""Auxiliaries and conjunctions of what nobody has said: "the government must declare", "if Prague asks"."""
MAX_TOKENS_TO_SUBJECT = 8
"""Tokens in which a subject is looked for that the parse does not give."""


class Cue(NamedTuple):
    """A verb of speech outside quotation marks."""

    verb: int
    """Its token, or "according"."""
    speaker: int
    """Token that names the speaker."""


def find(parse: Parse, quoted: AbstractSet[int], ends: Iterable[int]) -> list[Cue]:
    """Return the cues outside the tokens *quoted*, in the order of the text.

    *ends* are the last tokens of quotations that end in a comma: any verb after one of them is a verb of speech.
    """
    after_comma = {verb for end in ends if (verb := _verb_after(parse, end, quoted)) is not None}
    found: list[Cue] = []
    for index in range(parse.size):
        if index in quoted:
            continue
        if index in after_comma or _is_speech(parse, index) or _introduces(parse, index, quoted):
            speaker = _speaker(parse, index, quoted, found)
            if speaker is not None:
                found.append(Cue(index, _named(parse, speaker, quoted)))
    return found


def _verb_after(parse: Parse, end: int, quoted: AbstractSet[int]) -> int | None:
    """Return the main verb of what follows a quotation in its sentence, if none of its verbs is one of speech."""
    main = None
    for token in range(end + 1, min(parse.size, end + MAX_TOKENS_TO_VERB)):
        if token in quoted or parse.words[token].endswith(".") or _is_speech(parse, token):
            return None if main is None or token in quoted or not parse.words[token].endswith(".") else main
        is_finite = parse.tags[token] in FINITE_TAGS and parse.deps[token] not in {"aux", "auxpass", "relcl"}
        if main is None and is_finite and any(can_speak(parse, subject) for subject in _subjects(parse, token)):
            main = token
    return main


def _introduces(parse: Parse, verb: int, quoted: AbstractSet[int]) -> bool:
    """Return whether a verb that is none of speech opens a quotation with a comma or colon: `as X put it, “`."""
    if parse.tags[verb] not in FINITE_TAGS or parse.deps[verb] in {"aux", "auxpass", "relcl"}:
        return False
    after = verb + 1 + (parse.words[verb + 1 : verb + 2] == ["it"])
    is_open = parse.words[after : after + 1] in ([","], [":"]) and not quoted.isdisjoint((after + 1, after + 2))
    return is_open and any(can_speak(parse, subject) for subject in _subjects(parse, verb))


def _is_speech(parse: Parse, index: int) -> bool:
    """Return whether the token at *index* is a verb of speech, or the "according" of "according to"."""
    if parse.words[index] == "according":
        return index + 1 < parse.size and parse.words[index + 1] == "to"
    is_verb = parse.pos[index] == "v" and parse.deps[index] not in {"amod", "aux"}
    if not is_verb or parse.lemmas[index] not in speech_words().verbs:
        return False
    return all(parse.words[child] not in UNREAL_WORDS for child in parse.children_with(index, "aux", "mark"))


def _speaker(parse: Parse, verb: int, quoted: AbstractSet[int], before: list[Cue]) -> int | None:
    """Return who speaks. Any noun can, if its verb stands right after a quotation or means nothing but speech."""
    is_tag = _is_after_quotation(verb, quoted) or not quoted.isdisjoint((verb + 1, verb + 2))
    is_certain = parse.lemmas[verb] in speech_words().certain
    for candidate in _candidates(parse, verb, quoted, before):
        if candidate in quoted or candidate == verb:
            continue
        is_subject = is_certain and parse.heads[candidate] == verb and parse.deps[candidate] == "nsubj"
        if can_speak(parse, candidate) or ((is_tag or is_subject) and _is_noun(parse, candidate)):
            return candidate
    return None


def _is_noun(parse: Parse, token: int) -> bool:
    """Return whether the token at *token* is a noun, and not a mark that is tagged as one."""
    return parse.pos[token] == "n" and any(map(str.isalnum, parse.words[token]))


def _is_after_quotation(verb: int, quoted: AbstractSet[int]) -> bool:
    return any(token in quoted for token in range(max(0, verb - MAX_TOKENS_OF_TAG), verb))


def subject_of_sentence(parse: Parse, sentence: int, is_possible: Callable[[int], bool]) -> int | None:
    """Return the subject of the main verb of *sentence*, if it *is_possible*."""
    first, end = parse.sentences[sentence]
    for token in range(max(first, end - MAX_SENTENCE_TOKENS), end):
        if parse.heads[token] == token:
            for subject in _subjects(parse, token):
                if is_possible(subject):
                    return subject
    return None


def can_speak(parse: Parse, token: int) -> bool:
    """Return whether the word at *token* names somebody or something that can be quoted."""
    if _is_quantifier(parse, token):
        return True
    if parse.entity_types[token]:
        return parse.entity_types[token] in SPEAKING_TYPES
    if not _is_noun(parse, token):
        return parse.words[token] in SPEAKING_PRONOUNS or parse.words[token] == "it"
    lemma = parse.lemmas[token]
    is_known = parse.tags[token] == "NNP" or lemma in speech_words().documents or _is_person(lemma)
    return is_known or any(lemma in word_class(name) for name in SPEAKING_CLASSES)


def _is_person(lemma: str) -> bool:
    """Return whether a noun is known to name persons or, if it is rare, is formed like those that do: "rector"."""
    endings = tuple(speech_words().person_endings)
    return noun_classes().get(lemma, "person" if lemma.endswith(endings) else None) == "person"


def _is_quantifier(parse: Parse, token: int) -> bool:
    """Return whether the word at *token* stands for some of several: "one of the participants"."""
    return parse.words[token] in speech_words().quantifiers and parse.words[token + 1 : token + 2] == ["of"]


def _candidates(parse: Parse, verb: int, quoted: AbstractSet[int], before: list[Cue]) -> Iterator[int]:
    """Yield the tokens that may name the speaker of *verb*, likeliest first."""
    if parse.words[verb] == "according":
        yield from parse.children_with(verb + 1, "pobj")
        yield from parse.children_with(verb, "pobj")
        yield from _nouns_after(parse, verb + 2)
        return
    if parse.lemmas[verb] == "quote":
        yield from parse.children_with(verb, "dobj", "nsubjpass")
    agents = parse.children_with(verb, "agent")
    for agent in agents:
        yield from parse.children_with(agent, "pobj")
    if agents or parse.children_with(verb, "auxpass"):
        return  # the subject is spoken to
    subjects = _subjects(parse, verb)
    for subject in subjects:
        if noun_classes().get(parse.lemmas[subject]) == "communication":
            yield from parse.children_with(subject, "poss")
        yield from [parse.heads[verb]] if parse.words[subject] in {"who", "which", "that"} else [subject]
    if not any(subject < verb and _is_noun(parse, subject) and subject not in quoted for subject in subjects):
        yield from _candidates_without_subject(parse, verb, quoted, before)


def _candidates_without_subject(parse: Parse, verb: int, quoted: AbstractSet[int], before: list[Cue]) -> Iterator[int]:
    """Yield the tokens around *verb*, and those above it, that may name its speaker."""
    sentence = parse.sentence_of[verb]
    words_before = range(verb - 1, max(parse.sentences[sentence][0], verb - MAX_TOKENS_TO_SUBJECT) - 1, -1)
    is_participle = parse.tags[verb] == "VBN" and not parse.children_with(verb, "aux", "auxpass")
    is_perfect = any(parse.lemmas[child] == "have" for child in parse.children_with(verb, "aux"))
    is_finite = is_participle or is_perfect or parse.tags[verb] in FINITE_TAGS
    yield from _person_right_before(parse, verb)
    if is_finite and _is_after_quotation(verb, quoted):
        yield from words_before
    if is_finite and parse.words[verb + 1 : verb + 2] not in (["that"], ["to"]):
        yield from _nouns_after(parse, verb + 1)
    if parse.tags[verb] == "VBG":
        in_sentence = itertools.takewhile(lambda cue: parse.sentence_of[cue.verb] == sentence, reversed(before))
        yield from _speakers_above(parse, verb, list(in_sentence))
    above = verb
    for _ in range(MAX_VERBS_ABOVE):
        if parse.deps[above] == "acl":
            yield parse.heads[above]
            yield from _subjects(parse, parse.verb_of_clause(parse.heads[above]))  # "X is heard on the tape saying"
        if parse.deps[above] not in JOINING_DEPS:
            break
        above = parse.heads[above]
        yield from _subjects(parse, above)
    if is_finite and above == verb:
        yield from words_before


def _person_right_before(parse: Parse, verb: int) -> Iterator[int]:
    """Yield the name that ends before *verb*, but for auxiliaries: X of "the minister, X, had said"."""
    first, _ = parse.sentences[parse.sentence_of[verb]]
    token = verb - 1
    while token > first and parse.heads[token] == verb and parse.deps[token] in {"aux", "auxpass", "advmod", "neg"}:
        token -= 1
    token -= parse.words[token] == ","
    if token >= first and parse.entity_types[token] == "PERSON":
        yield token


def _speakers_above(parse: Parse, verb: int, cues: list[Cue]) -> Iterator[int]:
    """Yield who speaks in the clause to which "adding" or "saying" belongs, or else before it in the sentence.

    *cues* are those of its sentence, the last first.
    """
    cues = [cue for cue in cues if not parse.children_with(cue.verb, "agent")]  # "told by X that": X is no subject
    speakers = {cue.verb: cue.speaker for cue in cues}
    above = verb
    for _ in range(MAX_VERBS_ABOVE):
        above = parse.heads[above]
        if above in speakers:
            yield speakers[above]
    yield from (cue.speaker for cue in cues)


def _subjects(parse: Parse, verb: int) -> list[int]:
    """Return the subjects of *verb*, persons first: the parse may give a title and its bearer as two."""
    subjects = parse.children_with(verb, *SUBJECT_DEPS)
    return sorted(subjects, key=lambda subject: parse.entity_types[subject] != "PERSON")


def _nouns_after(parse: Parse, first: int) -> Iterator[int]:
    """Yield the head of the phrase that begins at *first*: "spokesman" in "said a spokesman"."""
    _, end = parse.sentences[parse.sentence_of[min(first, parse.size - 1)]]
    for token in range(first, min(end, first + MAX_TOKENS_TO_SUBJECT)):
        if parse.tags[token] == "PRP" or _is_quantifier(parse, token):
            yield token
            return
        if parse.pos[token] == "n" and (token + 1 == end or parse.pos[token + 1] not in {"n", "a"}):
            yield token
            return
        is_part = parse.pos[token] in {"n", "a"} or parse.tags[token] in {"DT", "PRP$", "POS", "HYPH", "CD"}
        is_part |= parse.tags[token] == "CC" and parse.pos[token - 1] == "a"  # "regional and foreign officers"
        if not is_part and parse.words[token] != "under":  # as in "Under Secretary X"
            return


def _named(parse: Parse, speaker: int, quoted: AbstractSet[int]) -> int:
    """Return the name that stands for the noun at *speaker*: X of "the group's chairman, X" and "spokesman X"."""
    if parse.entity_types[speaker] or parse.pos[speaker] != "n":
        return speaker
    if parse.lemmas[speaker] in speech_words().documents:
        return next((owner for owner in parse.children_with(speaker, "poss") if can_speak(parse, owner)), speaker)
    _, end = parse.sentences[parse.sentence_of[speaker]]
    has_article = bool(parse.children_with(speaker, "det"))
    for token in range(speaker + 1, min(end, speaker + 2 * MAX_TOKENS_TO_SUBJECT)):
        if parse.pos[token] == "v" or token in quoted:
            break
        is_first = parse.entity_types[token] == "PERSON" != parse.entity_types[token - 1]
        if is_first and parse.tags[token - 1] not in {"IN", "TO", "CC"}:
            is_apposition = parse.words[token - 1] == ","
            return speaker if has_article and not is_apposition and _is_inside(parse, token, speaker) else token
    return speaker


def _is_inside(parse: Parse, token: int, top: int) -> bool:
    """Return whether the name at *token* belongs to a phrase after *top*: "the lawyer of the activist X".

    It does not if nobody can be called what stands before it: "the president of the republic X".
    """
    before = token - 1
    if parse.entity_types[before] or noun_classes().get(parse.lemmas[before], "person") != "person":
        return False
    while token != top and parse.heads[token] != token:
        if parse.deps[token] == "pobj":
            return True
        token = parse.heads[token]
    return False
