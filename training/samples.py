"""What the student learns from: documents with the teacher's labels, or with those of readers, as batches of arrays."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from service.enrich.model import network, word_features
from training import examples
from training.label import KEPT, Labels

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from training.documents import Document
    from training.labelled import LabelledArticle
    from training.teacher import Labels as Inventory

LENGTHS = (48, 128, 256, 384, 512, 768)
"""Lengths in tokens to which articles are padded: one compiled program each."""
TOKENS_PER_BATCH = 4_096
WORDS_STEP = 1_024
"""Distinct words of a batch are padded to a multiple of this."""
MIN_WORD_USES, MAX_WORDS = 5, 30_000
SHARE_OF_HIDDEN_WORDS = 0.1
"""Share of a batch's words that are read as if they were not in the vocabulary, to learn how to read such words."""


@dataclass(slots=True)
class Sample:
    """One article to learn from."""

    forms: NDArray[np.int32]
    """Index of each token's form."""
    first_line: int
    """Tokens of the first line, if it stands apart as a headline."""
    grammar: NDArray[np.int16]
    """Part of speech, head, relation of each token, and whether it opens a sentence: (token, 4)."""
    labels: Labels
    main: NDArray[np.float16] | None
    """Share of each token, and of none, as the main event. None if the article has no event."""
    weight: float


class Forms:
    """All distinct tokens, each with its features."""

    def __init__(self) -> None:
        self.index: dict[str, int] = {}

    def of(self, words: Iterable[str]) -> NDArray[np.int32]:
        """Return the index of each of *words*, adding those that are new."""
        return np.array([self.index.setdefault(word, len(self.index)) for word in words], np.int32)

    def features(self, vocabulary: dict[str, int]) -> dict[str, NDArray[np.int32]]:
        """Return the features of all forms as columns."""
        described = [word_features.describe(form, vocabulary) for form in self.index]
        grams = np.zeros((len(described), word_features.MAX_GRAMS_PER_WORD), np.int32)
        mask = np.zeros(grams.shape, np.float32)
        for row, one in enumerate(described):
            grams[row, : len(one.grams)], mask[row, : len(one.grams)] = one.grams, 1
        columns: dict[str, Any] = {
            name: np.array([getattr(one, name) for one in described], np.int32)
            for name in ("word", "beginning", "end", "shape")
        }
        hidden = [word_features.describe(form, {}).word + len(vocabulary) for form in self.index]
        return columns | {"grams": grams, "gram_mask": mask, "hidden": np.array(hidden, np.int32)}


def vocabulary(documents: Iterable[Document]) -> dict[str, int]:
    """Return the rows of the words that occur most often in *documents*."""
    uses: Counter[str] = Counter()
    for document in documents:
        uses.update(document.words)
    keys: Counter[str] = Counter()
    for word, count in uses.items():
        keys[word_features.key(word[: word_features.MAX_LETTERS])] += count
    kept = [word for word, count in keys.most_common(MAX_WORDS) if count >= MIN_WORD_USES]
    return {word: row for row, word in enumerate(sorted(kept))}


def to_sample(  # noqa: PLR0917 - a document with its labels, then how both are numbered
    document: Document, labels: Labels, forms: Forms, pos: dict[str, int], relations: dict[str, int], weight: float
) -> Sample:
    """Return *document* with *labels* as a sample."""
    grammar = np.stack(
        [
            np.array([pos.get(tag, 0) for tag in document.tags], np.int16),
            document.heads,
            np.array([relations.get(name, 0) for name in document.relations], np.int16),
            document.opens.astype(np.int16),
        ],
        1,
    )
    chance = 1 - (labels.type_shares.astype(np.float32) * (labels.types == 0)).sum(1)
    counted = np.where(chance > 0.2, labels.main.astype(np.float32), -np.inf)  # noqa: PLR2004 - as in the loss
    main = None
    if np.isfinite(counted).any():
        scores = np.append(counted, 0.0)
        odds = np.exp(scores - scores.max())
        main = (odds / odds.sum()).astype(np.float16)
    return Sample(forms.of(document.words), first_line(document), grammar, labels, main, weight)


def first_line(document: Document) -> int:
    """Return how many tokens the first line has if a blank line follows it, otherwise 0."""
    end = document.text.find("\n\n")
    return int(np.searchsorted(document.starts, end)) if end > 0 else 0


def with_gold(sample: Sample, document: Document, article: LabelledArticle, inventory: Inventory) -> Sample:
    """Return *sample* with the labels of readers in place of the teacher's, as far as there are any."""
    tokens = np.flatnonzero(~document.spaces)
    words = list(zip(document.starts[tokens].tolist(), document.ends[tokens].tolist(), strict=True))
    window = examples.Window(0, 0, [], words, [])
    gold = examples.targets(article, window, inventory.types, inventory.topics, inventory.tree)
    labels = sample.labels
    if gold.tags is not None:
        _allow(labels, tokens, gold.tags)
    main = sample.main
    if gold.types is not None and gold.flags is not None and gold.main is not None:
        labels.types[tokens] = np.arange(KEPT)
        labels.types[tokens, 0] = gold.types
        labels.type_shares[tokens] = np.eye(KEPT)[0]
        is_trigger = tokens[gold.types > 0]
        labels.flags[is_trigger] = gold.flags[gold.types > 0]
        main = np.zeros(len(document.starts) + 1, np.float16)
        main[tokens] = gold.main / max(1, gold.main.sum())
        main[-1] = gold.main.sum() == 0
    if gold.topics is not None and gold.lead >= 0:
        labels.topics = gold.topics.astype(np.float16)
        labels.lead = np.eye(len(inventory.topics), dtype=np.float16)[gold.lead]
    return Sample(sample.forms, sample.first_line, sample.grammar, labels, main, sample.weight)


def _allow(labels: Labels, tokens: NDArray[np.int64], allowed: NDArray[np.bool_]) -> None:
    """Restrict the tags of *tokens* to those *allowed*; among several, the teacher's shares decide."""
    for token, row in zip(tokens.tolist(), allowed, strict=True):
        if row.all():
            continue
        columns = np.flatnonzero(row)
        known = dict(zip(labels.tags[token].tolist(), labels.tag_shares[token].tolist(), strict=True))
        shares = np.array([known.get(column, 0.0) + 1e-3 for column in columns.tolist()], np.float32)
        best = np.argsort(-shares)[:KEPT]
        labels.tags[token] = 0
        labels.tag_shares[token] = 0
        labels.tags[token, : len(best)] = columns[best]
        labels.tag_shares[token, : len(best)] = shares[best] / shares[best].sum()


def batches(samples: Sequence[Sample], rng: random.Random | None) -> list[tuple[list[int], int]]:
    """Return the indexes of samples of like length, and the length to which they are padded."""
    order = sorted(range(len(samples)), key=lambda i: len(samples[i].forms) + (rng.random() * 20 if rng else 0.0))
    groups: list[tuple[list[int], int]] = []
    for index in order:
        length = next(size for size in LENGTHS if size >= min(len(samples[index].forms), LENGTHS[-1]))
        if not groups or length != groups[-1][1] or len(groups[-1][0]) >= TOKENS_PER_BATCH // length:
            groups.append(([], length))
        groups[-1][0].append(index)
    if rng:
        rng.shuffle(groups)
    return groups


def to_batch(
    samples: Sequence[Sample],
    length: int,
    features: dict[str, NDArray[np.int32]],
    topics: int,
    rng: np.random.Generator | None,
) -> dict[str, Any]:
    """Return arrays of *samples*, padded to *length* tokens."""
    size = max(1, TOKENS_PER_BATCH // length)
    forms = np.full((size, length), -1, np.int32)
    grammar = np.zeros((size, length, 4), np.int32)
    tags, types = np.zeros((size, length, KEPT), np.int32), np.zeros((size, length, KEPT), np.int32)
    tag_shares, type_shares = np.zeros((size, length, KEPT), np.float32), np.zeros((size, length, KEPT), np.float32)
    type_shares[..., 0] = 1
    flags, main = np.zeros((size, length, 4), np.float32), np.zeros((size, length + 1), np.float32)
    has_main, has_topics, weight = (np.zeros(size, np.float32) for _ in range(3))
    topic_rows, lead = np.zeros((size, topics), np.float32), np.zeros((size, topics), np.float32)
    sentences = np.full((size, length), -1, np.int32)
    positions = np.zeros((size, length), np.int32)
    grammar[:, :, 1] = np.arange(length)
    for row, sample in enumerate(samples):
        count = min(len(sample.forms), length)
        forms[row, :count] = sample.forms[:count]
        grammar[row, :count] = sample.grammar[:count]
        beyond = grammar[row, :count, 1] >= count
        grammar[row, :count, 1][beyond] = np.flatnonzero(beyond)
        opens = sample.grammar[:count, 3].astype(bool)
        opens[0] = True
        sentences[row, :count] = np.cumsum(opens)
        positions[row, :count] = network.positions(count, min(sample.first_line, count))
        labels = sample.labels
        tags[row, :count], tag_shares[row, :count] = labels.tags[:count], labels.tag_shares[:count]
        types[row, :count], type_shares[row, :count] = labels.types[:count], labels.type_shares[:count]
        flags[row, :count] = labels.flags[:count]
        if sample.main is not None:
            main[row, :count], main[row, -1], has_main[row] = sample.main[:count], sample.main[-1], 1
        if len(labels.topics):
            topic_rows[row], lead[row], has_topics[row] = labels.topics, labels.lead, 1
        weight[row] = sample.weight
    unique, tokens = np.unique(forms, return_inverse=True)
    padded = -(-len(unique) // WORDS_STEP) * WORDS_STEP
    rows = np.zeros(padded, np.int64)
    rows[: len(unique)] = np.maximum(unique, 0)
    words = {name: column[rows] for name, column in features.items() if name != "hidden"}
    if rng is not None:
        hide = rng.random(padded) < SHARE_OF_HIDDEN_WORDS
        words["word"] = np.where(hide, features["hidden"][rows], words["word"])
    return {
        "words": words, "tokens": tokens.reshape(forms.shape).astype(np.int32), "mask": (forms >= 0).astype(np.float32),
        "positions": positions, "sentences": sentences,
        "pos": grammar[..., 0], "heads": grammar[..., 1], "relations": grammar[..., 2],
        "opens": grammar[..., 3].astype(np.float32),
        "tags": tags, "tag_shares": tag_shares, "types": types, "type_shares": type_shares, "flags": flags,
        "main": main, "has_main": has_main, "topics": topic_rows, "lead": lead, "has_topics": has_topics,
        "weight": weight,
    }  # fmt: skip


def reduced(sums: NDArray[np.float64], counts: NDArray[np.int64], width: int) -> NDArray[np.float32]:
    """Return the teacher's mean vector of each word in *width* principal components, as the words' first vectors."""
    means = sums / np.maximum(counts, 1)[:, None]
    seen = counts > 0
    means -= means[seen].mean(0)
    means[~seen] = 0
    covariance = means[seen].T @ means[seen] / seen.sum()
    _, components = np.linalg.eigh(covariance)
    rows = means @ components[:, ::-1][:, :width]
    return (rows / rows[seen].std() * FIRST_SPREAD).astype(np.float32)


FIRST_SPREAD = 0.3
"""Standard deviation of the words' first vectors, as of the other tables."""
