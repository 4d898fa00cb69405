"""Quotations: the words between quotation marks, who said them, and the verb of speech.

Only words between marks are quotations; reported speech without marks is not. Each paragraph of a long quotation is one
of its own.

Who speaks in a text is read by `grammar.speech`; `attribution` says which of it belongs to which quotation.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from typing import TYPE_CHECKING

from service.contract.annotations import Mention, Quote
from service.enrich.grammar import speech
from service.enrich.grammar.parse import Parse
from service.enrich.grammar.phrases import NAME_TYPES, TokenSpan, mention, noun_phrase
from service.enrich.grammar.quotation_marks import leads_on, paragraphs, passages
from service.enrich.model.tokenizing import TEXT_KEY, text_of
from service.enrich.quotes.attribution import Attribution, Spoken
from service.enrich.quotes.without_parse import find_in
from service.enrich.quotes.wording import is_speech

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spacy.tokens import Doc

__all__ = ["find", "find_in"]


def find(doc: Doc, references: Mapping[int, int]) -> list[Quote]:
    """Return the quotations of *doc* in the order of the text, without their marks; offsets are code points.

    *references* says which entity each token refers to.
    """
    text = text_of(doc)
    found = passages(text)
    if not found:
        return []
    parse = Parse.of(doc)
    starts = doc.to_array("IDX").tolist()
    spoken = [Spoken(passage, tokens) for passage in found if (tokens := _tokens(starts, passage.start, passage.end))]
    quoted = {token for quote in spoken for token in quote.tokens}
    firsts = [first for first, _ in paragraphs(text)]
    ends = [quote.tokens[-1] for quote in spoken if leads_on(text, quote.passage)]
    lines = [bisect_right(firsts, start) - 1 for start in starts]
    Attribution(parse, spoken, speech.find(parse, quoted, ends), lines).attribute()
    names = [(ent.start, ent.end) for ent in doc.ents if ent.label_ in NAME_TYPES]
    times = Counter(text[passage.start : passage.end] for passage in found)
    quotes = []
    for quote in spoken:
        words = text[quote.passage.start : quote.passage.end]
        has_verb, continues = quote.cue is not None, quote.passage.continues
        if times[words] == 1 and is_speech(words, has_verb=has_verb, is_direct=quote.is_direct, continues=continues):
            quotes.append(_quote(doc, parse, quote, names, references))
    return quotes


def _tokens(starts: list[int], start: int, end: int) -> range:
    return range(bisect_left(starts, start), bisect_left(starts, end))


def _quote(doc: Doc, parse: Parse, quote: Spoken, names: list[TokenSpan], references: Mapping[int, int]) -> Quote:
    words = doc.user_data[TEXT_KEY][quote.passage.start : quote.passage.end]
    said = Mention(start=quote.passage.start, end=quote.passage.end, text=words)
    if quote.cue is None:
        return Quote(quote=said)
    verb = quote.cue.verb
    has_verb = verb != quote.cue.speaker and (quote.is_direct or not quote.passage.continues)
    return Quote(
        quote=said,
        speaker=mention(doc, noun_phrase(parse, quote.cue.speaker, names)),
        speaker_entity=references.get(quote.cue.speaker),
        verb=mention(doc, (verb, verb + 1 + (parse.words[verb] == "according"))) if has_verb else None,
    )
