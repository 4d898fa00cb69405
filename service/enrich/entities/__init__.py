"""One entry a real-world thing: names cleaned, joined over the article, one type decision each.

    candidates   the model's spans, cut to the names in them, each with the weight of its label
    overlooked   names that need no context, where the model passed over them
    acronyms     long forms and acronyms that the text introduces
    groups       forms of one name, and the votes on its label
    joining      names of one thing
    repeats      further mentions of the names found
    salience     how much the article is about each

`names`, `spans` and `coverage` know words and offsets; `lexicon` and `knowledge` what is known beforehand.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from service.contract.annotations import Entity, Mention
from service.enrich.entities import lexicon
from service.enrich.entities.acronyms import introduce
from service.enrich.entities.joining import join
from service.enrich.entities.knowledge import Knowledge
from service.enrich.entities.name_candidates import TYPES, candidates
from service.enrich.entities.name_groups import group
from service.enrich.entities.overlooked_names import add_overlooked
from service.enrich.entities.repeats import add_repeats
from service.enrich.entities.salience import Position
from service.enrich.entities.span_edges import first_piece
from service.enrich.model.tokenizing import text_of

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span

    from service.enrich.entities.lexicon import Lexicon
    from service.enrich.entities.name_groups import Group
    from service.enrich.gazetteer.places import Gazetteer

__all__ = ["EntityFinder"]


class EntityFinder:
    """Holds the word lists; `find` is a function of the doc."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._lexicon = lexicon.load()
        self._knowledge = Knowledge(self._lexicon, gazetteer)

    def find(self, doc: Doc, *, headline: int = 0) -> list[Entity]:
        """Return the entities of *doc*, most salient first, and set `doc.ents` to their mentions.

        Later stages so see the names as decided here, beside the dates and figures that the model found.

        Args:
            doc: As the model left it.
            headline: Length of the headline at the start of the text, in code points.
        """
        text, ents = text_of(doc), doc.ents
        named = [ent for ent in ents if ent.label_ in TYPES]
        figures = [ent for ent in ents if ent.label_ not in TYPES]
        taken = [first_piece(text, ent.start_char, ent.end_char) for ent in figures]
        found = candidates(text, named, self._knowledge)
        add_overlooked(text, found, taken, self._knowledge)
        acronyms = introduce(text, found, self._lexicon)
        groups = join(group(text, found, self._knowledge), acronyms, self._lexicon)
        add_repeats(text, groups, taken, self._lexicon)
        groups = [one for one in groups if one.candidates]
        doc.ents = _spans(doc, groups, figures)
        position = Position(text, headline)
        total = sum(position.weight(one.start) for group in groups for one in group.candidates)
        entities = [_entity(one, position, total, self._lexicon) for one in groups]
        return sorted(entities, key=lambda entity: (-entity.salience, entity.mentions[0].start))


def _entity(one: Group, position: Position, total: float, lexicon: Lexicon) -> Entity:
    mentions = sorted(one.candidates)
    return Entity(
        name=_name(one, lexicon),
        type=one.label,
        mentions=[Mention(start=mention.start, end=mention.end, text=mention.surface) for mention in mentions],
        salience=round(sum(position.weight(mention.start) for mention in mentions) / total, 4),
    )


def _name(one: Group, lexicon: Lexicon) -> str:
    """Return the usual name of a well-known thing, else the fullest form that the text uses most."""
    for candidate in one.candidates:
        known = lexicon.known(candidate.surface)
        if known and known.label == one.label:
            return known.name
    forms = Counter(" ".join(candidate.surface.split()) for candidate in sorted(one.candidates))
    return max(forms, key=lambda form: (" " in form, not form.isupper(), forms[form], len(form)))


def _spans(doc: Doc, groups: list[Group], figures: list[Span]) -> list[Span]:
    """Return the decided mentions as spans of *doc*, and of the *figures* those that none of them touches."""
    spans = []
    covered: set[int] = set()
    for one in groups:
        for mention in one.candidates:
            span = doc.char_span(mention.start, mention.end, one.label, alignment_mode="expand")
            if span is not None and covered.isdisjoint(range(span.start, span.end)):
                covered.update(range(span.start, span.end))
                spans.append(span)
    return spans + [ent for ent in figures if covered.isdisjoint(range(ent.start, ent.end))]
