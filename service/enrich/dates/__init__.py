"""The dates of the text, resolved against the day of publication.

Only what names a day, week, month or year is listed, or what counts from the day of the story ("last month"); no
durations, ages, decades, or "today" in the sense of nowadays. What needs a day of publication that is not known stays
unresolved. A weekday, a month or a day
without a year is the last one, or the coming one if its clause is about the future.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.contract.annotations import DateMention
from service.enrich.dates.calendar_dates import find_in
from service.enrich.grammar import clauses, date_spans
from service.enrich.grammar.date_expressions import names_month_only, publication_day, resolve
from service.enrich.grammar.parse import Parse
from service.enrich.grammar.word_lists import function_words, word_class
from service.enrich.model.tokenizing import text_of

if TYPE_CHECKING:
    from datetime import datetime

    from spacy.tokens import Doc, Span

__all__ = ["find", "find_in"]

ADVERBIAL_DEPS = frozenset({"npadvmod", "tmod", "advmod", "pobj", "pcomp", "prep", "acomp", "attr"})
"""Dependencies on the way from a date to the verb that it dates."""
NAME_TYPES = frozenset({"PERSON", "ORG", "GPE", "LOC", "FAC", "NORP", "PRODUCT", "EVENT", "WORK_OF_ART", "LAW"})
STATIVE = frozenset({"be", "have", "remain", "live", "exist", "know", "stand"})
PRESENT_TAGS = frozenset({"VBZ", "VBP"})


def find(doc: Doc, published_at: datetime | None) -> list[DateMention]:
    """Return the dates of *doc* with the date that each names; offsets are code points of `doc.text`.

    If *doc* has a parse, the tense of a date's clause decides between the last and the coming date.
    """
    published = publication_day(published_at) if published_at else None
    parse, text = Parse.of(doc), text_of(doc)
    labelled = [(ent.start_char, ent.end_char) for ent in doc.ents if ent.label_ == "DATE"]
    names = [(ent.start_char, ent.end_char) for ent in doc.ents if ent.label_ in NAME_TYPES]
    mentions = []
    for start, end in date_spans.find(text, labelled, names):
        span = doc.char_span(start, end, alignment_mode="expand")
        if span and not _is_nowadays(parse, span):
            ahead = published is not None and _is_ahead(parse, span)
            words = text[start:end]
            mentions.append(DateMention(start=start, end=end, text=words, date=resolve(words, published, ahead=ahead)))
    return mentions


def _is_nowadays(parse: Parse, span: Span) -> bool:
    """Return whether "today" means these days: "what the country is today"."""
    index = span.root.i
    if parse.words[index] != "today":
        return False
    verb = parse.verb_of_clause(index)
    finite_tag = parse.tags[next(iter(parse.children_with(verb, "aux", "auxpass")), verb)]
    return finite_tag in PRESENT_TAGS and (parse.lemmas[verb] in STATIVE or parse.pos[verb] != "v")


def _is_ahead(parse: Parse, span: Span) -> bool:
    """Return whether the date of *span* is to come: by its preposition, by its tense, or as an appointment.

    News reports what happened on a named day in the past tense; in the present tense it is an appointment: "talks begin
    on Monday". A month alone is an exception, since headlines use the present for the past: "prices fall in December".
    """
    index = span.root.i
    above = parse.heads[index]
    if parse.deps[index] == "pobj" and parse.words[above] in function_words().scheduling_prepositions:
        return True
    if parse.deps[index] == "poss":
        return _is_after_ahead_of(parse, above)
    if clauses.looks_ahead(parse, index):
        return True
    verb = parse.verb_of_clause(index)
    finite_tag = parse.tags[next(iter(parse.children_with(verb, "aux", "auxpass")), verb)]
    if finite_tag not in PRESENT_TAGS or parse.lemmas[verb] in word_class("reporting_verb"):
        return False
    return not names_month_only(span.text) and _modifies_verb(parse, index, verb)


def _is_after_ahead_of(parse: Parse, noun: int) -> bool:
    """Return whether *noun* had not come yet: "ahead of Monday's vote"."""
    preposition = parse.heads[noun]
    return (parse.words[preposition - 1], parse.words[preposition]) == ("ahead", "of")


def _modifies_verb(parse: Parse, index: int, verb: int) -> bool:
    """Return whether the date at *index* belongs to *verb* itself and not to one of its nouns."""
    while index != verb:
        if parse.deps[index] not in ADVERBIAL_DEPS:
            return False
        index = parse.heads[index]
    return True
