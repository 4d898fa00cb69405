"""The quotations of a text in a language without a parse, with the speakers whom the text names beside them.

A speaker is a person's name with a verb of speech in the words right after the closing mark, or right before the
opening one: "a declarat Ion Popescu". All other quotations have no speaker.
"""

from __future__ import annotations

import functools
import re
from bisect import bisect_left
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from service.contract.annotations import Entity, Mention, Quote
from service.enrich.cedillas import WITH_COMMA
from service.enrich.data_files import DATA, CommaSeparatedSet, DataRow, read_document
from service.enrich.grammar.nested_quotations import passages
from service.enrich.model.tokenizing import text_of
from service.enrich.quotes.wording import is_speech

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spacy.tokens import Doc

    from service.enrich.grammar.quotation_marks import Passage

MAX_CODE_POINTS = 160
"""How far the words beside a quotation are read."""
WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*|[0-9]+|[^\w ]")
CLOSING = re.compile(r" *[“”\u2018\u2019«»\"] *")
OPENING = ' „“”\u201a«»"'
HYPHENS = "-\u2010\u2011\u2013\u2014"
AFTER = tuple(map(re.compile, (
    r"^,?-?w{0,2}(?P<verb>v)(?!a)[wa]{0,8}(?<!a),?(?P<speaker>P)",
    r"^(?:,-?|-)(?P<speaker>P)w{0,3}(?P<verb>v)",
    r"^,?-?w{0,2}(?P<verb>v)",
)))  # fmt: skip
BEFORE = tuple(map(re.compile, (
    r"(?P<speaker>P)[wa]{0,6}(?P<verb>v)(?:w{0,2}[,:]?|,w)$",
    r"(?P<verb>v)(?!a)[wa]{0,8}(?<!a),?(?P<speaker>P)[,:]$",
    r"(?P<verb>v)(?:w{0,3}[,:]?|,w)$",
)))  # fmt: skip
"""Patterns over the words beside a quotation: `v` is a verb of speech, `P` a person, `a` a preposition, `w` another."""


class SpeechWords(DataRow):
    """The file of a language."""

    verbs: CommaSeparatedSet
    about: CommaSeparatedSet
    prepositions: CommaSeparatedSet
    endings_of_others: CommaSeparatedSet


class Cue(NamedTuple):
    """A verb of speech and, if the text names them, who speaks: `[start, end)` in code points."""

    speaker: tuple[int, int] | None
    verb: tuple[int, int]


def find_in(doc: Doc, language: str, entities: Sequence[Entity] = ()) -> list[Quote]:
    """Return the quotations of *doc* in *language*, without their marks; offsets are code points of its text.

    Each speaker who is one of *entities* has its index.
    """
    text = text_of(doc)
    found = passages(text)
    numbers = {
        (mention.start, mention.end): number for number, entity in enumerate(entities) for mention in entity.mentions
    }
    persons = [(ent.start_char, ent.end_char) for ent in doc.ents if ent.label_ == "PERSON"]
    times = Counter(text[passage.start : passage.end] for passage in found)
    quotes: list[Quote] = []
    for passage in found:
        words = text[passage.start : passage.end]
        if not is_speech(words, has_verb=True, is_direct=True, continues=True):
            continue  # names and titles are most of what stands between marks
        cue = _cue(text, passage, persons, speech_words(language))
        if times[words] == 1 and is_speech(
            words, has_verb=cue is not None, is_direct=cue is not None, continues=passage.continues
        ):
            quotes.append(
                Quote(
                    quote=_mention(text, (passage.start, passage.end)),
                    speaker=_mention(text, cue.speaker) if cue and cue.speaker else None,
                    speaker_entity=numbers.get(cue.speaker) if cue and cue.speaker else None,
                    verb=_mention(text, cue.verb) if cue else None,
                )
            )
    return quotes


@functools.cache
def speech_words(language: str) -> SpeechWords:
    """Return the words of speech of *language*, a primary subtag of BCP 47."""
    return read_document(DATA / "languages" / language / "quotes.yaml", SpeechWords)


def _mention(text: str, span: tuple[int, int]) -> Mention:
    return Mention(start=span[0], end=span[1], text=text[slice(*span)])


def _cue(text: str, passage: Passage, persons: Sequence[tuple[int, int]], known: SpeechWords) -> Cue | None:
    """Return the verb of speech beside *passage*: one whose speaker is named, if there is any, or else any."""
    cues = []
    closing = CLOSING.match(text, passage.end)
    if closing and not text[closing.end() : closing.end() + 1].isupper():  # a capital begins another sentence
        line_end = text.find("\n", closing.end(), closing.end() + MAX_CODE_POINTS)
        end = line_end if line_end >= 0 else closing.end() + MAX_CODE_POINTS
        cues.append(_match(AFTER, _words(text, closing.end(), end, persons, known)))
    first = max(0, passage.start - MAX_CODE_POINTS)
    first = max(first, text.rfind("\n", first, passage.start) + 1)
    before = text[first : passage.start].rstrip(OPENING).removesuffix(",,").rstrip(" ")
    cues.append(_match(BEFORE, _words(text, first, first + len(before), persons, known)))
    found = [cue for cue in cues if cue]
    return next((cue for cue in found if cue.speaker), found[0] if found else None)


def _words(
    text: str, first: int, last: int, persons: Sequence[tuple[int, int]], known: SpeechWords
) -> list[tuple[int, int, str]]:
    """Return the words at `[first, last)` with their kinds; a person's name is one word."""
    words: list[tuple[int, int, str]] = []
    names = [
        span
        for span in persons[bisect_left(persons, (first, first)) : bisect_left(persons, (last, last))]
        if span[1] <= last
    ]
    for match in WORD.finditer(text, first, last):
        start, end = next(((start, end) for start, end in names if start <= match.start() < end), match.span())
        if not words or words[-1][1] <= start:
            word = text[start:end].lower().translate(WITH_COMMA)
            words.append((start, end, _kind(word, known, is_person=(start, end) in names)))
    return words


def _kind(word: str, known: SpeechWords, *, is_person: bool) -> str:
    if is_person:
        return "w" if word.endswith(tuple(known.endings_of_others)) else "P"
    if word in known.verbs:
        return "v"
    if word[0].isalnum():
        return "x" if word in known.about else "a" if word in known.prepositions else "w"
    return "-" if word in HYPHENS else word if word in ",:" else "x"


def _match(patterns: Sequence[re.Pattern[str]], words: Sequence[tuple[int, int, str]]) -> Cue | None:
    """Return the cue that the first fitting pattern finds among *words*."""
    kinds = "".join(kind for _, _, kind in words)
    for pattern in patterns:
        if match := pattern.search(kinds):
            spans = {name: words[match.start(name)][:2] for name in match.groupdict()}
            return Cue(spans.get("speaker"), spans["verb"])
    return None
