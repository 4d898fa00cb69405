"""The words whose base forms the service knows."""

from __future__ import annotations

from collections import Counter

from training import make_lemmas

FORMS = Counter({("met", "VBD", "meet"): 5, ("talks", "NNS", "talk"): 4, ("saidd", "VBD", "saidd"): 1})


def test_frequent_words_and_words_of_rules_are_known() -> None:
    """What occurs once is mostly misspelt; the words of the rules are known even if they never occur."""
    assert make_lemmas.base_forms(FORMS, {"abduct"}) == ["abduct", "meet", "talk"]


def test_only_forms_that_spelling_does_not_give_are_irregular() -> None:
    """The lemmatizer's table counts as a use of its forms; "talks" follows the rules."""
    tables = {"verb": {"zzgone": ["go"]}, "noun": {}, "adj": {}}
    forms = FORMS + Counter({("zzmet", "VBD", "meet"): 2})
    assert list(make_lemmas.irregular(forms, tables)) == [("zzgone", "v", "go"), ("zzmet", "v", "meet")]
