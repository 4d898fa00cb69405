"""Quotations: the words between quotation marks, who said them, and the verb of speech.

Only words between marks are quotations; reported speech without marks is not. Each paragraph of a long quotation is one
of its own.

Who speaks in a text is read by `grammar.spoken_text`; `attribution` says which of it belongs to which quotation.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from service.contract.annotations import Mention, Quote
from service.enrich.grammar.parse import Parse
from service.enrich.grammar.phrases import NAME_TYPES, TokenSpan, mention, noun_phrase
from service.enrich.grammar.spoken_text import SpokenText
from service.enrich.model.tokenizing import TEXT_KEY, text_of
from service.enrich.quotes.attribution import Attribution, Spoken
from service.enrich.quotes.marked_quotes import find_in
from service.enrich.quotes.wording import is_speech

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spacy.tokens import Doc

__all__ = ["find", "find_in"]


def find(doc: Doc, references: Mapping[int, int]) -> list[Quote]:
    """Return the quotations of *doc* in the order of the text, without their marks; offsets are code points.

    *references* says which entity each token refers to.
    """
    read = SpokenText.of(doc)
    if not read.passages:
        return []
    parse, text = Parse.of(doc), text_of(doc)
    spoken = [Spoken(passage, tokens) for passage, tokens in read.passages]
    Attribution(parse, spoken, read, references).attribute()
    names = [(ent.start, ent.end) for ent in doc.ents if ent.label_ in NAME_TYPES]
    times = Counter(text[passage.start : passage.end] for passage, _ in read.passages)
    quotes = []
    for quote in spoken:
        words = text[quote.passage.start : quote.passage.end]
        has_verb, continues = quote.cue is not None, quote.passage.continues
        if times[words] == 1 and is_speech(words, has_verb=has_verb, is_direct=quote.is_direct, continues=continues):
            quotes.append(_quote(doc, parse, quote, names, references))
    return quotes


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
