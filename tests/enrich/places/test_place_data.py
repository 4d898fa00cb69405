"""The word lists and the weights of the place stage are data files that the code can use."""

from __future__ import annotations

import re

import pytest

from service.enrich.gazetteer.places import Gazetteer
from service.enrich.places.cues import capitalisable
from service.enrich.places.place_names import look_up
from service.enrich.places.resolution import FEATURES, WEIGHTS, CandidateTable
from service.enrich.places.toponym_groups import ToponymGroup


@pytest.mark.parametrize(
    ("office", "expected"),
    [
        ("Gov.", True),
        ("governor", True),
        ("Lieutenant Governor", True),
        ("Secretary of State", True),
        ("secretary Of state", False),
        ("gov.", False),
    ],
)
def test_offices_may_be_capitalised(office: str, *, expected: bool) -> None:
    """Lower-case words of the list may begin with a capital, except "of"; abbreviations are matched as listed."""
    assert bool(re.fullmatch(capitalisable("state_offices"), office)) is expected


def test_every_feature_of_a_candidate_has_a_weight() -> None:
    """The order of the weights in the file is the order of the columns."""
    gazetteer = Gazetteer()
    groups = [ToponymGroup(name, [], look_up(name, "name", gazetteer)) for name in ("Paris", "Lyon")]
    table = CandidateTable(groups, gazetteer)

    features = table.features(table.probabilities(WEIGHTS))

    assert features.shape == (sum(len(group.candidates) for group in groups), len(FEATURES))
    assert features[:, FEATURES.index("alternate")].tolist() == [
        match.role.name == "ALTERNATE" for group in groups for match in group.candidates
    ]
    assert features[0, FEATURES.index("capital")] == 1.0
