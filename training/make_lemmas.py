"""Create the words that `service/enrich/grammar/lemmas.py` knows: `lemmas.txt` and `irregular_forms.tsv`.

    python -m training.make_lemmas FILE

Input: FILE, raw news as README.md describes it, which the base model tags; and the words of the event rules. Output, in
`service/enrich/data`: the base forms of verbs, nouns and adjectives, one per line, and the forms whose base form does
not follow from the spelling rules.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import spacy
import yaml

from service.enrich.grammar import lemmas, word_lists
from training import documents
from training.base_model import BASE_MODEL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spacy.language import Language

    Forms = Counter[tuple[str, str, str]]
    """How often each form occurs: word, tag, base form."""

DATA = Path(__file__).parents[1] / "service" / "enrich" / "data"
MIN_LEMMA_COUNT, MIN_FORM_COUNT = 3, 2
"""Base forms and forms that occur less often are mostly misspelt."""
PROPER_NOUNS = frozenset({"NNP", "NNPS"})
EXCEPTIONS = (("v", "VBN", "verb"), ("n", "NNS", "noun"), ("a", "JJR", "adj"))
"""Parts of the lemmatizer's table of exceptions: our part of speech, a tag of such a form, the lemmatizer's name."""
HEAD = """\
# Base forms that spelling rules do not give: word, part of speech, base form. From news and from the tables of the
# lemmatizer of en_core_web_sm 3.8 (MIT). Made by training/make_lemmas.py.
"""


def main(path: str) -> None:
    """Write both files."""
    base = spacy.load(BASE_MODEL, exclude=["parser", "ner", "senter"])
    forms = count_forms((text for _, text in documents.read_raw(Path(path), frozenset())), base)
    (DATA / "lemmas.txt").write_text("\n".join(base_forms(forms, rule_words())) + "\n", encoding="utf-8")
    (DATA / "irregular_forms.tsv").write_text("", encoding="utf-8")
    for cached in (word_lists.lemma_rows, word_lists.irregular_forms, lemmas.lemma):
        cached.cache_clear()  # from here on, `lemmas.lemma` knows the new base forms, and spelling rules only
    tables = base.get_pipe("lemmatizer").lookups.get_table("lemma_exc")  # type: ignore[attr-defined]
    rows = ["\t".join(row) + "\n" for row in irregular(forms, tables)]
    (DATA / "irregular_forms.tsv").write_text(HEAD + "".join(rows), encoding="utf-8")
    print(f"{len(word_lists.lemma_rows()):,} base forms, {len(rows):,} irregular forms")


def count_forms(texts: Iterator[str], base: Language) -> Forms:
    """Count the verbs, nouns and adjectives of *texts*, as *base* tags them."""
    return Counter(
        (token.lower_, token.tag_, token.lemma_)
        for doc in base.pipe(texts)
        for token in doc
        if lemmas.part_of_speech(token.tag_) and token.tag_ not in PROPER_NOUNS and token.text.isascii()
    )


def base_forms(forms: Forms, words: set[str]) -> list[str]:
    """Return the base forms that occur often enough, and *words*, in order."""
    uses: Counter[str] = Counter()
    for (_, _, base), count in forms.items():
        uses[base] += count
    frequent = {base for base, count in uses.items() if count >= MIN_LEMMA_COUNT and base[0].isalpha()}
    return sorted(base for base in frequent | words if base.isascii())


def rule_words() -> set[str]:
    """Return all words of the event rules and of the word classes."""
    rules = yaml.safe_load((DATA / "event_rules.yaml").read_text(encoding="utf-8"))
    lists = [rule.get(kind, "") for rule in rules for kind in ("verbs", "nouns", "adjectives")]
    phrases = [phrase for words in lists for phrase in words.split(",")]
    phrases += [phrase for words in word_lists.word_classes().values() for phrase in words]
    return {word for phrase in phrases for word in phrase.split()}


def irregular(forms: Forms, tables: dict[str, dict[str, Any]]) -> Iterator[tuple[str, str, str]]:
    """Yield word, part of speech and base form where `lemmas.lemma` gives another base form than most uses have.

    The *tables* of the lemmatizer add forms that did not occur.
    """
    bases: defaultdict[tuple[str, str], Counter[tuple[str, str]]] = defaultdict(Counter)
    for (word, tag, base), count in forms.items():
        if count >= MIN_FORM_COUNT and base.isascii():
            bases[word, lemmas.part_of_speech(tag)][base, tag] += count
    known = word_lists.lemma_rows()
    for kind, tag, name in EXCEPTIONS:
        for word, (base, *_) in tables[name].items():
            if base in known and word.isalpha():
                bases[word, kind][base, tag] += 1
    for (word, kind), counted in sorted(bases.items()):
        ((base, tag), _), *_ = counted.most_common(1)
        if base not in {word, lemmas.lemma(word, tag)}:
            yield word, kind, base


if __name__ == "__main__":
    main(*sys.argv[1:])
