"""Give each passage between quotation marks its speaker: by a verb of speech beside it, else from its neighbours."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from functools import partial
from itertools import pairwise, takewhile
from typing import TYPE_CHECKING

from service.enrich.grammar.quotation_marks import EXCLAIMING
from service.enrich.grammar.speech import (
    MAX_SENTENCE_TOKENS,
    MAX_TOKENS_OF_TAG,
    MAX_TOKENS_TO_VERB,
    Cue,
    can_speak,
    subject_of_sentence,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from service.enrich.grammar.parse import Parse
    from service.enrich.grammar.quotation_marks import Passage
    from service.enrich.grammar.spoken_text import SpokenText

MAX_MARKS = 8
"""Marks and line breaks between the sentence before and a quotation."""
MAX_CUES_BACK = 10
"""Verbs of one sentence among which its main verb is looked for."""
MAX_DEPTH = 20
ENDINGS = (".", "!", "?", "…")
MARKS = '"“”«»'
PRONOUNS_OF_PERSONS = frozenset({"he", "she", "him", "her", "his"})


@dataclass(slots=True)
class Spoken:
    """A passage as tokens, with the cue that names its speaker."""

    passage: Passage
    tokens: range
    cue: Cue | None = None
    is_direct: bool = False
    """Whether the cue stands beside it, and is not that of its neighbour."""


class Attribution:
    """The quotations of a text and the cues between them, both in the order of the text."""

    def __init__(self, parse: Parse, spoken: Sequence[Spoken], read: SpokenText, references: Mapping[int, int]) -> None:
        """Hold the text; *references* says which entity each token refers to."""
        self._parse = parse
        self._spoken = spoken
        self._cues = read.cues
        self._verbs = [cue.verb for cue in read.cues]
        self._lines = read.lines
        self._references = references

    def attribute(self) -> None:
        """Set the cue of each quotation whose speaker the text tells."""
        for number, quote in enumerate(self._spoken):
            quote.cue = self._cue_beside(number)
            quote.is_direct = quote.cue is not None
        self._share_within_paragraphs()
        for quote, after in reversed(list(pairwise(self._spoken))):
            if after.passage.continues and quote.cue is None:
                quote.cue = after.cue
        for number, quote in enumerate(self._spoken):
            if quote.cue is None:
                before = self._spoken[number - 1] if number else None
                quote.cue = self._last_speaker(quote, before) or self._speaker_around(quote, before)

    def _cue_beside(self, number: int) -> Cue | None:
        """Return the cue right before a quotation, else the one after it, else the last before it in its sentence."""
        quote = self._spoken[number]
        at = bisect_left(self._verbs, quote.tokens[0])
        before = self._in_paragraph(at - 1, quote)
        if before and not self._is_in_sentence_of(before, number):
            before = None
        if before and self._introduces(before, quote.tokens[0]):
            return before
        after = self._in_paragraph(bisect_left(self._verbs, quote.tokens[-1]), quote)
        if after and self._closes(after, number):
            return after
        return before or self._before_colon(quote)

    def _in_paragraph(self, index: int, quote: Spoken) -> Cue | None:
        """Return the cue at *index* if there is one and it is in the paragraph of *quote*."""
        if not 0 <= index < len(self._cues) or self._lines[self._verbs[index]] != quote.passage.line:
            return None
        return self._cues[index]

    def _before_colon(self, quote: Spoken) -> Cue | None:
        """Return the subject of a sentence that introduces the quotation by a colon: `X had a simple answer: “`.

        The colon may be the last mark of the paragraph before.
        """
        parse, first = self._parse, quote.tokens[0]
        before = range(first - 1, max(-1, first - 1 - MAX_MARKS), -1)
        mark = next((token for token in before if parse.words[token].strip(MARKS).strip()), None)
        if mark is None or parse.words[mark] != ":" or self._lines[mark] < quote.passage.line - 1:
            return None
        subject = subject_of_sentence(parse, parse.sentence_of[mark], partial(can_speak, parse))
        return Cue(subject, subject) if subject is not None and subject < mark else None

    def _is_in_sentence_of(self, cue: Cue, number: int) -> bool:
        """Return whether *cue* is in the sentence in which a quotation begins."""
        first = self._spoken[number].tokens[0]
        if first - cue.verb > MAX_TOKENS_TO_VERB:
            return False
        previous = self._spoken[number - 1] if number else None
        if previous and previous.tokens[-1] > cue.verb and self._ends_sentence(previous):
            return False
        return not any(word.endswith(ENDINGS) for word in self._parse.words[cue.verb + 1 : first])

    def _introduces(self, cue: Cue, first: int) -> bool:
        """Return whether nothing but a mark stands between the cue, its speaker and the quotation: `he said: “`."""
        end = max(cue.verb, cue.speaker if cue.speaker < first else 0)
        is_next = not any(word.isalnum() for word in self._parse.words[end + 1 : first])
        return is_next or ":" in self._parse.words[cue.verb : first]

    def _closes(self, cue: Cue, number: int) -> bool:
        """Return whether *cue* after a quotation names its speaker, and does not open another sentence."""
        parse, quote = self._parse, self._spoken[number]
        last = quote.tokens[-1]
        following = self._spoken[number + 1].tokens[0] if number + 1 < len(self._spoken) else parse.size
        if cue.verb - last > MAX_TOKENS_TO_VERB or cue.verb > following:
            return False
        start = next((token for token in range(last + 1, cue.verb + 1) if parse.words[token].isalnum()), cue.verb)
        if not self._ends_sentence(quote):
            is_over = any(word.strip(MARKS) in ENDINGS for word in parse.words[last + 1 : cue.verb])
            return not is_over and parse.tags[start] != "CC"
        if start == cue.verb:
            return parse.words[start] != "according"  # which opens the next sentence
        if ":" in parse.words[cue.verb + 1 : min(following, cue.verb + MAX_TOKENS_OF_TAG)]:
            return False  # the colon opens the next quotation
        is_exclamation = parse.words[last][-1] in EXCLAIMING and cue.verb - start < MAX_TOKENS_OF_TAG
        _, end = parse.sentences[parse.sentence_of[cue.verb]]
        return is_exclamation or parse.tags[start] == "PRP" or min(end, following) - start <= MAX_TOKENS_OF_TAG

    def _ends_sentence(self, quote: Spoken) -> bool:
        return self._parse.words[quote.tokens[-1]].endswith(ENDINGS)

    def _share_within_paragraphs(self) -> None:
        """Give sentences in quotation marks without a verb the speaker of their paragraph's other quotations."""
        pairs = [pair for pair in pairwise(self._spoken) if pair[0].passage.line == pair[1].passage.line]
        for before, quote in pairs:
            if quote.cue is None and self._is_sentence(quote):
                quote.cue = before.cue
        for quote, after in reversed(pairs):
            if quote.cue is None and self._is_sentence(quote):
                quote.cue = after.cue

    def _is_sentence(self, quote: Spoken) -> bool:
        return self._ends_sentence(quote) or self._parse.words[quote.tokens[-1]] == ","

    def _last_speaker(self, quote: Spoken, before: Spoken | None) -> Cue | None:
        """Return the cue of the quotation right before, or that of the last sentence, in this paragraph or the last."""
        parse, first, line = self._parse, quote.tokens[0], quote.passage.line
        at = bisect_left(self._verbs, first)
        last = self._cues[at - 1] if at and self._lines[self._verbs[at - 1]] >= line - 1 else None
        if before and before.passage.line >= line - 1 and (last is None or before.tokens[-1] > last.verb):
            return before.cue
        if last:
            sentence = parse.sentence_of[last.verb]
            earlier = (self._cues[index] for index in range(at - 1, max(-1, at - 1 - MAX_CUES_BACK), -1))
            cues = takewhile(lambda cue: parse.sentence_of[cue.verb] == sentence, earlier)
            return min(cues, key=partial(_depth, parse))
        previous = next(
            (token for token in range(first - 1, max(-1, first - 1 - MAX_MARKS), -1) if parse.words[token].isalnum()),
            None,
        )
        if previous is None or self._lines[previous] < line - 1:
            return None
        sentence = parse.sentence_of[previous]
        subject = subject_of_sentence(parse, sentence, self._is_person)
        if subject is None and self._lines[previous] < line:
            subject = self._only_person(sentence, first)
        return Cue(subject, subject) if subject is not None and subject < first else None

    def _is_person(self, token: int) -> bool:
        return self._parse.entity_types[token] == "PERSON" or self._parse.words[token] in {"he", "she"}

    def _only_person(self, sentence: int, end: int) -> int | None:
        """Return the last word for the only person of whom *sentence* speaks before the token at *end*."""
        parse = self._parse
        first, last = parse.sentences[sentence]
        end = min(last, end)
        people: dict[int, int] = {}
        for token in range(max(first, end - MAX_SENTENCE_TOKENS), end):
            if parse.entity_types[token] == "PERSON" or parse.words[token] in PRONOUNS_OF_PERSONS:
                people[self._references.get(token, -1)] = token
        return next(iter(people.values())) if len(people) == 1 else None

    def _speaker_around(self, quote: Spoken, before: Spoken | None) -> Cue | None:
        """Return who spoke last, however long ago, or who speaks right after, for a paragraph of nothing but words."""
        if not self._is_sentence(quote):
            return None
        if before and before.cue:
            return before.cue
        at = bisect_left(self._verbs, quote.tokens[-1])
        is_near = at < len(self._cues) and self._lines[self._verbs[at]] <= quote.passage.line + 1
        return self._cues[at] if is_near else None


def _depth(parse: Parse, cue: Cue) -> int:
    """Return how many words stand above the verb of *cue*."""
    depth, token = 0, cue.verb
    while parse.heads[token] != token and depth < MAX_DEPTH:
        depth, token = depth + 1, parse.heads[token]
    return depth
