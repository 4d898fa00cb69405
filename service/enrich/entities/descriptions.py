"""What the text says of its people and organisations: "Prime Minister X", "X, the mayor of Y", "X is a lawyer"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.enrich.entities.name_forms import folded_words
from service.enrich.entities.reference_words import reference_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from service.enrich.grammar.parse import Parse

MAX_TITLE_WORDS = 6
MODIFIER_DEPS = frozenset({"amod", "compound", "nmod", "poss", "nummod"})


@dataclass(frozen=True, slots=True)
class NameMention:
    """A name in the text: tokens `[start, end)`, with the index of its entity."""

    start: int
    end: int
    entity: int


@dataclass(frozen=True, slots=True)
class Description:
    """A noun that describes an entity, with the words that narrow it down."""

    entity: int
    token: int
    """Token of the noun; -1 if it is a part of the name itself."""
    noun: str
    modifiers: frozenset[str]


def office(lemma: str) -> str:
    """Return the usual word for an office or body that has several names."""
    return reference_words().offices.get(lemma, lemma)


def of_names(parse: Parse, mentions: Iterable[NameMention]) -> Iterator[Description]:
    """Yield what the words around *mentions* say."""
    for mention in mentions:
        head = head_of(parse, mention)
        nouns = [_title(parse, mention)]
        nouns += [child for child in parse.children_with(head, "appos") if child >= mention.end]
        above = parse.heads[head]
        if parse.deps[head] == "appos" and parse.pos[above] == "n" and "(" not in parse.words[above:head]:
            nouns.append(above)
        if parse.deps[head] == "nsubj" and parse.lemmas[above] == "be":
            nouns += parse.children_with(above, "attr")
        for noun in nouns:
            if noun is not None and parse.pos[noun] == "n" and not parse.entity_types[noun]:
                yield Description(mention.entity, noun, office(parse.lemmas[noun]), modifiers(parse, noun))


def of_organisation(index: int, name: str) -> Description | None:
    """Return what the *name* of an organisation says that it is: the Ministry of Health is a ministry."""
    words = folded_words(name)
    before_of = words[: words.index("of")] if "of" in words else []
    for word in (*words[-1:], *words[:1], *before_of[-1:]):
        if word in reference_words().organisations:
            return Description(index, -1, office(word), frozenset(words) - {word})
    return None


def head_of(parse: Parse, mention: NameMention) -> int:
    """Return the token of *mention* on which its other tokens depend."""
    for token in range(mention.start, mention.end):
        if not mention.start <= parse.heads[token] < mention.end or parse.heads[token] == token:
            return token
    return mention.end - 1


def modifiers(parse: Parse, noun: int) -> frozenset[str]:
    """Return the words that narrow *noun* down: "foreign" and "Polish" of "the Polish foreign minister"."""
    words = set()
    for child in parse.children[noun]:
        if parse.deps[child] in MODIFIER_DEPS:
            words |= {parse.lemmas[child], *(parse.lemmas[token] for token in parse.children_with(child, "compound"))}
        elif parse.words[child] in {"of", "for"}:
            words |= {parse.lemmas[token] for token in parse.children_with(child, "pobj")}
    return frozenset(words) - reference_words().passing


def _title(parse: Parse, mention: NameMention) -> int | None:
    """Return the noun in front of a name: "striker" in "the Chelsea striker X", but not the "Dr" of "Dr X"."""
    first, _ = parse.sentences[parse.sentence_of[mention.start]]
    token = mention.start - 1
    while token >= first and parse.words[token].strip(".") in reference_words().courtesies | {"."}:
        token -= 1
    is_part = token >= first and parse.deps[token] in {"compound", "nmod", "amod"}
    return token if is_part and mention.start <= parse.heads[token] < mention.end else None
