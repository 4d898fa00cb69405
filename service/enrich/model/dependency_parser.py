"""A spaCy component that reads the grammar of all tokens at once: tags, sentences, heads and relations.

The shared token-to-vector network, two layers with a wider window and one linear layer give every token a vector.
`tree_decoding.py` turns the vectors into sentences and trees. spaCy's transition-based parser goes from token to token
and needs four times as long; the trees agree with those of its teacher in most arcs (see the model card).

Packages of the same kind are `spacy-biaffine-parser` (the network) and `ufal.chu_liu_edmonds` (the tree).

This class predicts. `training/trainable_parser.py` adds what learning needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from spacy.attrs import DEP, HEAD, TAG
from spacy.language import Language
from spacy.pipeline import TrainablePipe
from spacy.util import registry
from thinc.api import LayerNorm, Linear, Maxout, Model, chain, residual, with_array

from service.enrich.model import tree_decoding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spacy.tokens import Doc
    from spacy.vocab import Vocab

    from service.enrich.model.arrays import Floats, Ints

FACTORY = "newswire_parser"
BLANK_TAG, BLANK_RELATION = "_SP", "dep"
"""Tag and relation of white-space tokens such as line breaks."""
ROOT = "ROOT"
"""Relation of the word on which a sentence hangs."""
MAXOUT_PIECES = 2
WINDOW_REACHES = (3, 7)
"""Distance in tokens of the neighbours that each of the two added layers sees, on either side.

With the 4 tokens that the network below them sees, a token's vector depends on 14 tokens on either side.
"""


@registry.architectures("newswire.Parser.v1")  # type: ignore[untyped-decorator]  # spaCy's registry has no types
def build_dependency_parser(tok2vec: Model[Any, Any]) -> Model[Any, Any]:
    """Build the network: *tok2vec*, two layers with a wider window, one linear layer; and the layer of the relations.

    The layer of the relations stands apart: its input depends on the heads that were decoded.
    """
    width = tok2vec.get_dim("nO")
    windows = [
        residual(chain(dilated_window(reach), Maxout(width, 3 * width, nP=MAXOUT_PIECES), LayerNorm(width)))
        for reach in WINDOW_REACHES
    ]
    output: Model[Any, Any] = Linear(None, width)
    relations: Model[Any, Any] = Linear(None, tree_decoding.RELATION_WIDTH + tree_decoding.SIDE_COLUMNS)
    tokens: Model[Any, Any] = chain(tok2vec, with_array(chain(*windows, output), pad=sum(WINDOW_REACHES)))
    model: Model[Any, Any] = Model("newswire_parser", _forward, layers=[tokens, relations])
    for name, node in (("tok2vec", tok2vec), ("tokens", tokens), ("output", output), ("relations", relations)):
        model.set_ref(name, node)
    return model


def _forward(model: Model[Any, Any], docs: Sequence[Doc], is_train: bool) -> Any:
    return model.get_ref("tokens")(docs, is_train)


def dilated_window(reach: int) -> Model[Any, Any]:
    """Return a layer that puts beside each row the rows *reach* before and after it."""
    return Model("dilated_window", _dilated_window, attrs={"reach": reach})


def _dilated_window(model: Model[Any, Any], rows: Floats, is_train: bool) -> Any:  # noqa: ARG001 - thinc's signature
    reach = model.attrs["reach"]
    width = rows.shape[1]
    windows = np.zeros((len(rows), 3 * width), dtype=np.float32)
    windows[reach:, :width] = rows[:-reach]
    windows[:, width : 2 * width] = rows
    windows[:-reach, 2 * width :] = rows[reach:]

    def backward(gradient: Floats) -> Floats:
        summed = gradient[:, width : 2 * width].copy()
        summed[:-reach] += gradient[reach:, :width]
        summed[reach:] += gradient[:-reach, 2 * width :]
        return summed

    return windows, backward


class DependencyParser(TrainablePipe):  # type: ignore[misc]  # compiled, without types
    """Sets tags, sentences, heads and relations. Sentence starts that are already set stay."""

    def __init__(self, vocab: Vocab, model: Model[Any, Any], name: str) -> None:
        self.vocab = vocab
        self.model = model
        self.name = name
        self.cfg: dict[str, Any] = {"tags": [], "labels": []}

    @property
    def labels(self) -> tuple[str, ...]:
        """The relations."""
        return tuple(self.cfg["labels"])

    @property
    def tags(self) -> tuple[str, ...]:
        """The parts of speech."""
        return tuple(self.cfg["tags"])

    def from_disk(self, path: Any, **options: Any) -> DependencyParser:
        """Read the weights, and add the names of tags and relations to the vocabulary for its whole lifetime."""
        super().from_disk(path, **options)
        self._add_names()
        return self

    def _add_names(self) -> None:
        for name in (*self.tags, *self.labels):
            self.vocab.strings.add(name)

    def predict(self, docs: Sequence[Doc]) -> list[Ints]:
        """Return one table per doc: index of the tag, offset of the head and index of the relation of every token.

        The offset counts tokens from the token to its head, as in spaCy's `HEAD` attribute; that of a root is 0.
        """
        if not any(len(doc) for doc in docs):
            return [np.zeros((0, 3), dtype=np.int64) for _ in docs]
        return [self._parse(doc, rows) for doc, rows in zip(docs, self.model.predict(docs), strict=True)]

    def _parse(self, doc: Doc, rows: Floats) -> Ints:
        if not len(doc):
            return np.zeros((0, 3), dtype=np.int64)
        at = tree_decoding.columns(len(self.tags))
        tokens = np.arange(len(doc))
        heads = tokens.copy()
        known_starts = doc.to_array("SENT_START") == 1
        for start, end in tree_decoding.split_sentences(rows[:, at.sentence_start][:, 0], known_starts):
            sentence = rows[start:end]
            scores = tree_decoding.head_scores(
                sentence[:, at.dependent],
                sentence[:, at.head],
                sentence[:, at.head_distance],
                sentence[:, at.dependent_distance],
                tree_decoding.distance_classes(end - start),
            )
            heads[start:end] = start + tree_decoding.best_tree(scores)
        relations = self.model.get_ref("relations").predict(
            tree_decoding.relation_input(rows[:, at.relation_dependent], rows[:, at.relation_head], heads)
        )
        roots = heads == tokens
        relations[roots] = -np.inf
        relations[:, self.labels.index(ROOT)] = np.where(roots, 0.0, -np.inf)  # of every root, and of nothing else
        return np.stack((rows[:, at.tags].argmax(axis=1), heads - tokens, relations.argmax(axis=1)), axis=1)

    def set_annotations(self, docs: Sequence[Doc], predictions: Sequence[Ints]) -> None:
        """Write the predicted tables to *docs*."""
        strings = self.vocab.strings
        tags = np.array([strings[name] for name in self.tags], dtype=np.uint64)
        labels = np.array([strings[name] for name in self.labels], dtype=np.uint64)
        for doc, table in zip(docs, predictions, strict=True):
            if not len(doc):
                continue
            values: Any = np.empty((len(doc), 3), dtype=np.uint64)
            values[:, 0] = tags[table[:, 0]]
            values[:, 1] = table[:, 1].astype(np.uint64)
            values[:, 2] = labels[table[:, 2]]
            blank = doc.to_array("IS_SPACE").astype(bool)
            values[blank, 0], values[blank, 2] = strings[BLANK_TAG], strings[BLANK_RELATION]
            doc.from_array([TAG, HEAD, DEP], values)


@Language.factory(FACTORY, assigns=["token.tag", "token.dep", "token.head", "token.is_sent_start", "doc.sents"])
def create_dependency_parser(nlp: Language, name: str, model: Model[Any, Any]) -> DependencyParser:
    """Create the component."""
    return DependencyParser(nlp.vocab, model, name)
