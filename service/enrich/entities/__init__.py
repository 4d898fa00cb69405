"""One entity per real-world thing: names cleaned, joined over the article, with one decision on the type of each.

Steps, in order:
    name_candidates    the model's spans, cut to the names in them, each with the weight of its label
    overlooked_names   names that need no context and that the model missed
    acronyms           long forms and acronyms that the text introduces
    name_groups        the forms of one name, and the votes on its label
    joining            the names of one thing
    repeats            further mentions of the names found
    salience           how much the article is about each
In other languages, whose names have case endings and articles, and where no parse is read:
    inflected_names    the same steps, with `inflected_spans`, `inflected_joining`, `inflection` and `cross_script`
After it, in English, on the parse:
    references         which words refer to which entity: names, pronouns and descriptions
    descriptions       what the text says that each is: "Prime Minister X"
    reference_words    titles, offices and given names that tell who is meant
What they use:
    knowledge          what is known about a name beforehand, from the two sources below and the gazetteer
    lexicon            the word lists
    name_forms         the parts and forms of a name
    span_edges         cutting a span to the name in it
    coverage           which stretches of the text are covered
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from service.contract.annotations import Entity, Mention
from service.enrich.entities import inflected_names, lexicon
from service.enrich.entities.acronyms import introduce
from service.enrich.entities.joining import join
from service.enrich.entities.knowledge import Knowledge
from service.enrich.entities.name_candidates import TYPES, clean_candidates
from service.enrich.entities.name_groups import group_by_form
from service.enrich.entities.overlooked_names import add_overlooked
from service.enrich.entities.repeats import add_repeats
from service.enrich.entities.salience import TextZones
from service.enrich.entities.span_edges import first_piece
from service.enrich.model.tokenizing import text_of

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span

    from service.enrich.entities.lexicon import Lexicon
    from service.enrich.entities.name_groups import NameGroup
    from service.enrich.gazetteer.places import Gazetteer

__all__ = ["EntityFinder", "find_in"]


class EntityFinder:
    """The entity stage: holds the word lists, while `find` depends on its arguments alone."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._lexicon = lexicon.load()
        self._knowledge = Knowledge(self._lexicon, gazetteer)

    def find(self, doc: Doc, *, headline: int = 0) -> list[Entity]:
        """Return the entities of *doc*, most salient first, and set `doc.ents` to their mentions.

        Later stages thus see the names as decided here, beside the dates and amounts that the model found.

        Args:
            doc: The text with the model's labels in `doc.ents`.
            headline: Length of the headline at the start of the text, in code points.
        """
        text, ents = text_of(doc), doc.ents
        names = [ent for ent in ents if ent.label_ in TYPES]
        figures = [ent for ent in ents if ent.label_ not in TYPES]
        figure_spans = [first_piece(text, ent.start_char, ent.end_char) for ent in figures]
        candidates = clean_candidates(text, names, self._knowledge)
        add_overlooked(text, candidates, figure_spans, self._knowledge)
        acronyms = introduce(text, candidates, self._lexicon)
        groups = join(group_by_form(text, candidates, self._knowledge), acronyms, self._lexicon)
        add_repeats(text, groups, figure_spans, self._lexicon)
        groups = [group for group in groups if group.candidates]
        doc.ents = _spans(doc, groups, figures)
        return _entities({group: _name(group, self._lexicon) for group in groups}, TextZones(text, headline))


def find_in(doc: Doc, language: str, gazetteer: Gazetteer, *, headline: int = 0) -> list[Entity]:
    """Return the entities of *doc*, a text in another language than English, as `EntityFinder.find` does.

    Args:
        doc: The text with the network's names in `doc.ents`; no parse is read.
        language: Primary subtag of a language that `data/languages` knows.
        gazetteer: The places.
        headline: Length of the headline at the start of the text, in code points.
    """
    text = text_of(doc)
    names = inflected_names.find(text, doc.ents, language, gazetteer)
    doc.ents = _spans(doc, list(names), [])
    return _entities(names, TextZones(text, headline))


def _entities(names: dict[NameGroup, str], zones: TextZones) -> list[Entity]:
    """Return the entities with these *names*, most salient first."""
    total = sum(zones.weight(mention.start) for group in names for mention in group.candidates)
    entities = [_entity(group, name, zones, total) for group, name in names.items()]
    return sorted(entities, key=lambda entity: (-entity.salience, entity.mentions[0].start))


def _entity(group: NameGroup, name: str, zones: TextZones, total: float) -> Entity:
    mentions = sorted(group.candidates)
    return Entity(
        name=name,
        type=group.label,
        mentions=[Mention(start=mention.start, end=mention.end, text=mention.surface) for mention in mentions],
        salience=round(sum(zones.weight(mention.start) for mention in mentions) / total, 4),
    )


def _name(group: NameGroup, lexicon: Lexicon) -> str:
    """Return the usual name of a well-known thing, otherwise the fullest form that the text uses most."""
    for candidate in group.candidates:
        well_known = lexicon.well_known(candidate.surface)
        if well_known and well_known.label == group.label:
            return well_known.name
    forms = Counter(" ".join(candidate.surface.split()) for candidate in sorted(group.candidates))
    return max(forms, key=lambda form: (" " in form, not form.isupper(), forms[form], len(form)))


def _spans(doc: Doc, groups: list[NameGroup], figures: list[Span]) -> list[Span]:
    """Return the decided mentions as spans of *doc*, and those of *figures* that no mention touches."""
    spans = []
    covered: set[int] = set()
    for group in groups:
        for mention in group.candidates:
            span = doc.char_span(mention.start, mention.end, group.label, alignment_mode="expand")
            if span is not None and covered.isdisjoint(range(span.start, span.end)):
                covered.update(range(span.start, span.end))
                spans.append(span)
    return spans + [ent for ent in figures if covered.isdisjoint(range(ent.start, ent.end))]
