"""One entry a real-world thing: names cleaned, joined over the article, one type decision each.

    candidates   the model's spans, cut to the names in them, each with the weight of its label
    groups       forms of one thing brought together; the label with the most weight wins
    repeats      mentions that the model passed over
    salience     how much the article is about it

`names`, `spans` and `lexicon` know words, not articles.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from service.enrich.entities import lexicon
from service.enrich.entities.candidates import TYPES, candidates
from service.enrich.entities.groups import group
from service.enrich.entities.repeats import add_repeats
from service.enrich.entities.salience import Position
from service.records import Entity, Mention

if TYPE_CHECKING:
    from spacy.tokens import Doc

    from service.enrich.entities.groups import Group
    from service.enrich.entities.lexicon import Lexicon

__all__ = ["EntityFinder"]


class EntityFinder:
    """Holds the word lists; `find` is a function of the doc."""

    def __init__(self) -> None:
        self._lexicon = lexicon.load()

    def find(self, doc: Doc, *, headline: int = 0) -> list[Entity]:
        """Return the entities of *doc*, most salient first, and set `doc.ents` to their mentions.

        Later stages so see the names as decided here, beside the dates and figures that the model found.

        Args:
            doc: As the model left it.
            headline: Length of the headline at the start of the text, in code points.
        """
        text = doc.text
        groups = group(candidates(doc, self._lexicon), self._lexicon)
        figures = [(ent.start_char, ent.end_char) for ent in doc.ents if ent.label_ not in TYPES]
        add_repeats(text, groups, figures, self._lexicon)
        groups = [one for one in groups if one.candidates]
        _set_ents(doc, groups)
        position = Position(text, headline)
        total = sum(position.weight(one.start) for group in groups for one in group.candidates)
        found = [_entity(one, position, total, self._lexicon) for one in groups]
        return sorted(found, key=lambda entity: (-entity.salience, entity.mentions[0].start))


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


def _set_ents(doc: Doc, groups: list[Group]) -> None:
    """Make the decided mentions the doc's entities; figures and dates that none of them touches stay."""
    spans = []
    covered: set[int] = set()
    for one in groups:
        for mention in one.candidates:
            span = doc.char_span(mention.start, mention.end, one.label, alignment_mode="expand")
            if covered.isdisjoint(range(span.start, span.end)):
                covered.update(range(span.start, span.end))
                spans.append(span)
    kept = [ent for ent in doc.ents if ent.label_ not in TYPES and covered.isdisjoint(range(ent.start, ent.end))]
    doc.ents = [*spans, *kept]
