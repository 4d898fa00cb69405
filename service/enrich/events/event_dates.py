"""When an event happened: the date that its clause names for it, or none."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from service.enrich.grammar.word_lists import function_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spacy.tokens import Doc

    from service.contract.annotations import DateMention
    from service.enrich.grammar.frames import Frame
    from service.enrich.grammar.parse import Parse

ADVERBIAL_DEPS = frozenset({"npadvmod", "tmod", "advmod", "pobj", "pcomp", "prep"})
"""Dependencies on the way from a date to the verb that it dates."""
SUBJECT_DEPS = frozenset({"nsubj", "nsubjpass"})


class EventDate(NamedTuple):
    """A date of the text, by the token on which its other words depend."""

    token: int
    date: str


def by_sentence(parse: Parse, doc: Doc, dates: Sequence[DateMention]) -> dict[int, list[EventDate]]:
    """Return those of *dates* that are resolved, by the number of their sentence."""
    found: dict[int, list[EventDate]] = {}
    for mention in dates:
        span = doc.char_span(mention.start, mention.end, alignment_mode="expand")
        if mention.date is not None and span is not None:
            token = next(
                (at for at in range(span.start, span.end) if not span.start <= parse.heads[at] < span.end), span.start
            )
            found.setdefault(parse.sentence_of[token], []).append(EventDate(token, mention.date))
    return found


def find(parse: Parse, frame: Frame, dates: Sequence[EventDate]) -> str | None:
    """Return the date of the event of *frame* among *dates*, those of its sentence; the nearest of several."""
    dated = [date for date in dates if _is_dated(parse, frame, date.token)]
    nearest = min(dated, key=lambda date: abs(date.token - frame.trigger), default=None)
    return nearest.date if nearest else None


def _is_dated(parse: Parse, frame: Frame, token: int) -> bool:
    """Return whether the date at *token* belongs to the event: to its trigger, or to the verb that it is subject of.

    In "condemned Monday's attack" it belongs to the attack alone, in "has fought since Monday" to nothing.
    """
    events = {frame.trigger, frame.carrier, _verb_of_subject(parse, frame.trigger)}
    while parse.heads[token] != token:
        if parse.words[token] in function_words().bounding_prepositions:
            return False
        head = parse.heads[token]
        if head == frame.trigger:
            return True
        if parse.deps[token] not in ADVERBIAL_DEPS or parse.pos[head] == "n":
            return False
        if parse.pos[head] == "v":
            return head in events
        token = head
    return False


def _verb_of_subject(parse: Parse, trigger: int) -> int:
    """Return the verb of which the word at *trigger* is the subject: "the attack killed five on Monday"."""
    return parse.heads[trigger] if parse.deps[trigger] in SUBJECT_DEPS else trigger
