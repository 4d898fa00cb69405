"""Give each passage between quotation marks its speaker: by a verb of speech beside it, else from its neighbours."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from service.enrich.quotes.cues import MAX_TOKENS_TO_VERB, Cue, subject_of_sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.enrich.grammar.parse import Parse
    from service.enrich.grammar.quotation_marks import Passage

MAX_TOKENS_OF_TAG = 6
"""Tokens of a sentence after a quotation that does nothing but name its speaker: `Minister Novak said.`"""
ENDINGS = (".", "!", "?", "…")
MARKS = "\"“”«»"


@dataclass(slots=True)
class Spoken:
    """A passage as tokens, with the cue that names its speaker."""

    passage: Passage
    tokens: range
    cue: Cue | None = None
    is_direct: bool = False
    """Whether the cue stands beside it, and is not that of its neighbour."""


def attribute(parse: Parse, spoken: Sequence[Spoken], cues: Sequence[Cue], lines: Sequence[int]) -> None:
    """Set the cue of each of *spoken*, which are in the order of the text; *lines* has the paragraph of each token."""
    verbs = [cue.verb for cue in cues]
    for number, quote in enumerate(spoken):
        quote.cue = _cue_beside(parse, spoken, number, cues, verbs, lines)
        quote.is_direct = quote.cue is not None
    _share_within_paragraphs(parse, spoken)
    _share_over_paragraphs(parse, spoken, cues, lines)


def _cue_beside(
    parse: Parse, spoken: Sequence[Spoken], number: int, cues: Sequence[Cue], verbs: Sequence[int], lines: Sequence[int]
) -> Cue | None:
    """Return the cue right before a quotation, else the one after it, else the last before it in its sentence."""
    quote = spoken[number]
    first, last = quote.tokens[0], quote.tokens[-1]
    line = quote.passage.line
    at = bisect_left(verbs, first)
    before = cues[at - 1] if at and lines[verbs[at - 1]] == line else None
    if before and not _is_near(parse, before, first, spoken, number):
        before = None
    if before and _introduces(parse, before, first):
        return before
    at = bisect_left(verbs, last)
    after = cues[at] if at < len(cues) and lines[verbs[at]] == line else None
    if after and _closes(parse, after, spoken, number):
        return after
    return before


def _is_near(parse: Parse, cue: Cue, first: int, spoken: Sequence[Spoken], number: int) -> bool:
    """Return whether *cue* is in the sentence in which the quotation at *first* begins."""
    if first - cue.verb > MAX_TOKENS_TO_VERB:
        return False
    if number and spoken[number - 1].tokens[-1] > cue.verb and _ends_sentence(parse, spoken[number - 1]):
        return False
    between = range(cue.verb + 1, first)
    return not any(parse.words[token].endswith(ENDINGS) for token in between)


def _introduces(parse: Parse, cue: Cue, first: int) -> bool:
    """Return whether nothing but a mark stands between the cue, its speaker and the quotation: `he said: “`."""
    end = max(cue.verb, cue.speaker if cue.speaker < first else 0)
    opening = [token for token in range(end + 1, first) if parse.words[token].isalnum()]
    return not opening or any(parse.words[token] == ":" for token in range(cue.verb, first))


def _closes(parse: Parse, cue: Cue, spoken: Sequence[Spoken], number: int) -> bool:
    """Return whether *cue* after a quotation names its speaker, and does not open another sentence."""
    quote = spoken[number]
    last = quote.tokens[-1]
    following = spoken[number + 1].tokens[0] if number + 1 < len(spoken) else parse.size
    if cue.verb - last > MAX_TOKENS_TO_VERB or cue.verb > following:
        return False
    if not _ends_sentence(parse, quote):
        return not any(parse.words[token].strip(MARKS) in ENDINGS for token in range(last + 1, cue.verb))
    start = next((token for token in range(last + 1, cue.verb + 1) if parse.words[token].isalnum()), cue.verb)
    if start == cue.verb or parse.tags[start] == "PRP":
        return not _opens(parse, cue, following)
    _, end = parse.sentences[parse.sentence_of[cue.verb]]
    return min(end, following) - start <= MAX_TOKENS_OF_TAG and not _opens(parse, cue, following)


def _opens(parse: Parse, cue: Cue, following: int) -> bool:
    """Return whether a colon after the verb opens the next quotation."""
    return any(parse.words[token] == ":" for token in range(cue.verb + 1, min(following, cue.verb + MAX_TOKENS_OF_TAG)))


def _ends_sentence(parse: Parse, quote: Spoken) -> bool:
    return parse.words[quote.tokens[-1]].endswith(ENDINGS)


def _share_within_paragraphs(parse: Parse, spoken: Sequence[Spoken]) -> None:
    """Give a sentence in quotation marks without a verb the speaker of its paragraph's other quotations."""
    for before, quote in zip(spoken, spoken[1:], strict=False):
        if quote.cue is None and before.passage.line == quote.passage.line and is_sentence(parse, quote):
            quote.cue = before.cue
    for quote, after in zip(reversed(spoken[:-1]), reversed(spoken[1:]), strict=True):
        if quote.cue is None and quote.passage.line == after.passage.line and is_sentence(parse, quote):
            quote.cue = after.cue


def is_sentence(parse: Parse, quote: Spoken) -> bool:
    """Return whether the passage reads as a sentence of its own: a capital first, or a full stop last."""
    return parse.tags[quote.tokens[0]] != "" and (_ends_sentence(parse, quote) or parse.words[quote.tokens[-1]] == ",")


def _share_over_paragraphs(
    parse: Parse, spoken: Sequence[Spoken], cues: Sequence[Cue], lines: Sequence[int]
) -> None:
    """Give quotations without a verb the speaker that the text before them names last."""
    for quote, after in zip(reversed(spoken[:-1]), reversed(spoken[1:]), strict=True):
        if after.passage.continues and quote.cue is None:
            quote.cue = after.cue
    for number, quote in enumerate(spoken):
        if quote.cue is None:
            before = spoken[number - 1] if number else None
            quote.cue = _last_speaker(parse, quote, before, cues, lines)


def _last_speaker(
    parse: Parse, quote: Spoken, before: Spoken | None, cues: Sequence[Cue], lines: Sequence[int]
) -> Cue | None:
    """Return the cue of the quotation right before, or that of the last sentence of the paragraph or the one before."""
    first, line = quote.tokens[0], quote.passage.line
    at = bisect_left([cue.verb for cue in cues], first)
    last = cues[at - 1] if at and lines[cues[at - 1].verb] >= line - 1 else None
    if before and before.passage.line >= line - 1 and (last is None or before.tokens[-1] > last.verb):
        return before.cue
    if last:
        sentence = parse.sentence_of[last.verb]
        return min((cue for cue in cues[:at] if parse.sentence_of[cue.verb] == sentence), key=partial(_depth, parse))
    sentence = parse.sentence_of[first - 1] if first else 0
    subject = subject_of_sentence(parse, sentence) if first and lines[first - 1] >= line - 1 else None
    return Cue(subject, subject) if subject is not None and subject < first else None


def _depth(parse: Parse, cue: Cue) -> int:
    """Return how many words stand above the verb of *cue*."""
    depth, token = 0, cue.verb
    while parse.heads[token] != token:
        depth, token = depth + 1, parse.heads[token]
    return depth
