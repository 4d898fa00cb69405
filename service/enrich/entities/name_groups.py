"""The forms of one name brought together, with one type per thing: the label with the most weight."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from service.enrich.entities.knowledge import CERTAIN_WEIGHT
from service.enrich.entities.name_forms import fold_name, folded_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from service.enrich.entities.knowledge import Knowledge
    from service.enrich.entities.name_candidates import NameCandidate

LABEL_ORDER = ("PERSON", "ORG", "GPE", "NORP", "LOC", "FAC", "EVENT", "WORK_OF_ART", "LAW", "PRODUCT", "LANGUAGE")
LABEL_RANK = {label: rank for rank, label in enumerate(LABEL_ORDER)}
"""Of labels with equal weight, the more frequent one in news wins."""


LANGUAGE_SUFFIX = "\0language"
"""Added to the key of a language, so that Russian the language and Russian the people are two things."""


@dataclass(eq=False, slots=True)
class NameGroup:
    """All candidates of one folded form and, after joining, of all forms of one thing."""

    key: str
    words: list[str]
    """Folded words of the form that made the group."""
    candidates: list[NameCandidate] = field(default_factory=list)
    votes: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    """Weight by label."""
    certain: bool = False
    """Whether its label needs no context."""
    joined: NameGroup | None = None
    """The group that this one became part of."""

    @property
    def label(self) -> str:
        """The label with the most weight."""
        return max(self.votes, key=lambda label: (self.votes[label], -LABEL_RANK[label]))

    @property
    def surface(self) -> str:
        """The form as the text first has it."""
        return self.candidates[0].surface

    def root(self) -> NameGroup:
        """Return the group that this one was joined to, or itself."""
        group = self
        while group.joined:
            group.joined = group.joined.joined or group.joined  # path halving keeps later calls short
            group = group.joined
        return group

    def join(self, other: NameGroup) -> None:
        """Make this group part of *other*, with its candidates and votes."""
        mine, theirs = self.root(), other.root()
        if mine is theirs:
            return
        mine.joined = theirs
        theirs.candidates.extend(mine.candidates)
        for label, weight in mine.votes.items():
            theirs.votes[label] += weight


def group_by_form(text: str, candidates: Iterable[NameCandidate], knowledge: Knowledge) -> dict[str, NameGroup]:
    """Return the groups of *candidates* by folded form, in text order, with the votes on the label of each."""
    groups: dict[str, NameGroup] = {}
    for candidate in candidates:
        key = fold_name(candidate.surface)
        if candidate.label == "LANGUAGE":
            key += LANGUAGE_SUFFIX
        group = groups.get(key)
        if group is None:
            group = groups[key] = NameGroup(key, folded_words(candidate.surface))
        group.candidates.append(candidate)
        group.votes[candidate.label] += candidate.weight
        if context := knowledge.context(text, candidate.start, candidate.end):
            group.votes[context.label] += context.weight
    for group in groups.values():
        if group.key.endswith(LANGUAGE_SUFFIX):
            continue
        for prior in knowledge.priors(group.surface):
            # Prior knowledge votes once per mention, like the model, so that ten mentions do not outvote it.
            group.votes[prior.label] += prior.weight * len(group.candidates)
            group.certain = group.certain or prior.weight >= CERTAIN_WEIGHT
    return groups
