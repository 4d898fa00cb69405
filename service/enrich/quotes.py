"""Quotations: the words between quotation marks, who said them, and the verb of speech.

Only words between marks are quotations; reported speech without marks is not. A quotation ends with its paragraph at
the latest, because newspapers do not close a quotation that goes on in the next paragraph.
"""

from __future__ import annotations

import functools
import re
from bisect import bisect_left
from typing import TYPE_CHECKING

from service.contract.annotations import Mention, Quote
from service.enrich import data_files
from service.enrich.data_files import DATA, CommaSeparatedSet, DataRow
from service.enrich.grammar.parse import Parse
from service.enrich.grammar.phrases import NAME_TYPES, TokenSpan, mention, noun_phrase
from service.enrich.model.tokenizing import text_of

if TYPE_CHECKING:
    from spacy.tokens import Doc

QUOTATION = re.compile(r"“(?P<curly>[^“”\n]+)(?:”|(?=\n|$))|(?<!\w)\"(?P<plain>[^\"\n]+)\"|«(?P<angle>[^«»\n]+)»")
MIN_WORDS_WITHOUT_VERB = 3
"""Shorter ones are names, titles and scare quotes, unless a verb of speech stands beside them."""
MAX_TOKENS_TO_VERB = 12
"""Tokens between a quotation and its verb of speech."""
IMPERSONAL_SUBJECTS = frozenset({"which", "that", "it", "what"})


class QuoteWords(DataRow):
    """The content of `quotes.yaml`."""

    verbs: CommaSeparatedSet
    """Lemmas of the verbs of speech."""
    examples: tuple[tuple[str, str, str, str], ...]
    """Sentence, quotation, speaker and verb: read by the tests."""


@functools.cache
def quote_words() -> QuoteWords:
    """Return the verbs of speech, with examples."""
    return data_files.read_document(DATA / "quotes.yaml", QuoteWords)


def find(doc: Doc) -> list[Quote]:
    """Return the quotations of *doc* in the order of the text, without their marks; offsets are code points."""
    parse = Parse.of(doc)
    text = text_of(doc)
    spans = [match.span(match.lastgroup or 0) for match in QUOTATION.finditer(text)]
    if not spans:
        return []
    starts = doc.to_array("IDX").tolist()
    quoted = {
        token for start, end in spans for token in range(bisect_left(starts, start - 1), bisect_left(starts, end + 1))
    }
    names = [(ent.start, ent.end) for ent in doc.ents if ent.label_ in NAME_TYPES]
    quotes = []
    for start, end in spans:
        words = text[start:end]
        tokens = range(bisect_left(starts, start), bisect_left(starts, end))
        verb = _verb(doc, parse, tokens, quoted) if tokens else None
        if len(words.split()) < MIN_WORDS_WITHOUT_VERB and (verb is None or parse.words[verb[0]] == "called"):
            continue
        speaker = _speaker(parse, verb, quoted, names) if verb else None
        quotes.append(
            Quote(
                quote=Mention(start=start, end=end, text=words),
                speaker=mention(doc, speaker) if speaker else None,
                verb=mention(doc, verb) if verb else None,
            )
        )
    return quotes


def _verb(doc: Doc, parse: Parse, tokens: range, quoted: set[int]) -> TokenSpan | None:
    """Return the verb of speech nearest to the quotation; verbs after it come before those in front of it.

    If the quotation ends in a full stop, a verb after it that introduces the next quotation belongs to that one.
    """
    after = range(tokens[-1] + 1, min(len(doc), tokens[-1] + 1 + MAX_TOKENS_TO_VERB))
    before = range(tokens[0] - 1, max(-1, tokens[0] - 1 - MAX_TOKENS_TO_VERB), -1)
    paragraph_end = next((index for index in after if "\n" in doc[index].text), after.stop)
    ends_sentence = parse.words[tokens[-1]].endswith(".")
    for index in (*range(after.start, paragraph_end), *before):
        if index not in quoted and _is_speech(parse, index):
            if ends_sentence and index > tokens[-1] and _introduces_quotation(parse, index, quoted):
                continue
            return index, index + 1 + (parse.words[index] == "according")
    return None


def _introduces_quotation(parse: Parse, index: int, quoted: set[int]) -> bool:
    """Return whether a colon after the verb at *index* opens the next quotation: "the minister said: …"."""
    _, end = parse.sentences[parse.sentence_of[index]]
    colon = next((token for token in range(index + 1, end) if parse.words[token] == ":"), None)
    return colon is not None and colon + 1 in quoted


def _is_speech(parse: Parse, index: int) -> bool:
    """Return whether the token at *index* is a verb of speech, or the "according" of "according to"."""
    if parse.words[index] == "according":
        return index + 1 < parse.size and parse.words[index + 1] == "to"
    is_verb = parse.pos[index] == "v" and parse.deps[index] not in {"amod", "aux"}
    return is_verb and parse.lemmas[index] in quote_words().verbs


def _speaker(parse: Parse, verb: TokenSpan, quoted: set[int], names: list[TokenSpan]) -> TokenSpan | None:
    """Return the subject of the verb of speech, or what stands after "according to"."""
    index = verb[0]
    if parse.words[index] == "according":
        candidates = parse.children_with(index + 1, "pobj") or parse.children_with(index, "pobj")
    else:
        candidates = parse.children_with(index, "nsubj")
        if not candidates and parse.deps[index] in {"conj", "xcomp", "advcl"}:
            candidates = parse.children_with(parse.heads[index], "nsubj")
    for candidate in candidates:
        if candidate not in quoted and parse.words[candidate] not in IMPERSONAL_SUBJECTS:
            return noun_phrase(parse, candidate, names)
    return None
