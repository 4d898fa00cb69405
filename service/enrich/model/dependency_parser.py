"""A spaCy component that reads the grammar of all tokens at once: tags, sentences, heads and relations.

One linear layer over the shared token-to-vector network, widened by two layers that look farther, gives every token a
vector; `arcs.py` makes sentences and trees of them. Against spaCy's transition-based parser it does not go from token
to token: a quarter of the time, for trees that agree with its teacher's in most arcs (see the model card).
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
from spacy.attrs import DEP, HEAD, TAG
from spacy.language import Language
from spacy.pipeline import TrainablePipe
from spacy.scorer import Scorer
from spacy.util import registry
from thinc.api import LayerNorm, Linear, Maxout, Model, chain, residual, with_array

from service.enrich.model import tree_decoding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from spacy.tokens import Doc
    from spacy.training import Example
    from spacy.vocab import Vocab

    from service.enrich.model.tree_decoding import Floats, Ints

FACTORY = "newswire_parser"
BLANK_TAG, BLANK_RELATION = "_SP", "dep"
"""What line breaks and other blanks are tagged."""
ROOT = "ROOT"
"""The relation of the word on which a sentence hangs."""
MAXOUT_PIECES = 2
GRAMMAR_GRADIENT_WEIGHT = 0.25
"""Weight of the grammar's gradient: its loss is .42 nats a token late in training, that of the names .02, and both
shape one network."""
WINDOW_REACHES = (3, 7)
"""How far the two added layers look to both sides: with the four words of the network under them, 14 words."""


@registry.architectures("newswire.Parser.v1")  # type: ignore[untyped-decorator]  # spaCy's registry has no types
def build_dependency_parser(tok2vec: Model[Any, Any]) -> Model[Any, Any]:
    """Build the network: *tok2vec*, two layers that look farther, a linear layer; beside it the relations' layer."""
    width = tok2vec.get_dim("nO")
    farther = [
        residual(chain(dilated_window(reach), Maxout(width, 3 * width, nP=MAXOUT_PIECES), LayerNorm(width)))
        for reach in WINDOW_REACHES
    ]
    output: Model[Any, Any] = Linear(None, width)
    relations: Model[Any, Any] = Linear(None, tree_decoding.RELATION_WIDTH + tree_decoding.SIDE_COLUMNS)
    tokens: Model[Any, Any] = chain(tok2vec, with_array(chain(*farther, output), pad=sum(WINDOW_REACHES)))
    model: Model[Any, Any] = Model("newswire_parser", _forward, layers=[tokens, relations])
    for name, node in (("tok2vec", tok2vec), ("tokens", tokens), ("output", output), ("relations", relations)):
        model.set_ref(name, node)
    return model


def _forward(model: Model[Any, Any], docs: Sequence[Doc], is_train: bool) -> Any:
    return model.get_ref("tokens")(docs, is_train)


def dilated_window(reach: int) -> Model[Any, Any]:
    """Put beside each row of a table those *reach* rows before and after it."""
    return Model("look", _dilated_window, attrs={"reach": reach})


def _dilated_window(model: Model[Any, Any], rows: Floats, is_train: bool) -> Any:  # noqa: ARG001 - thinc's signature
    reach = model.attrs["reach"]
    width = rows.shape[1]
    wide = np.zeros((len(rows), 3 * width), dtype=np.float32)
    wide[reach:, :width] = rows[:-reach]
    wide[:, width : 2 * width] = rows
    wide[:-reach, 2 * width :] = rows[reach:]

    def backward(gradient: Floats) -> Floats:
        summed = gradient[:, width : 2 * width].copy()
        summed[:-reach] += gradient[reach:, :width]
        summed[reach:] += gradient[:-reach, 2 * width :]
        return summed

    return wide, backward


class DependencyParser(TrainablePipe):  # type: ignore[misc]  # compiled, without types
    """Sets tags, sentences, heads and relations; sentences that are marked before it stay."""

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

    def initialize(self, get_examples: Callable[[], Iterable[Example]], *, nlp: Language | None = None) -> None:  # noqa: ARG002 - spaCy passes it
        """Collect tags and relations of the examples, and shape the model."""
        docs = [example.reference for example in get_examples()]
        self.cfg["tags"] = sorted({token.tag_ for doc in docs for token in doc if token.tag_})
        self.cfg["labels"] = sorted({token.dep_ for doc in docs for token in doc if token.dep_})
        self._keep_names()
        self.model.get_ref("output").set_dim("nO", tree_decoding.columns(len(self.tags))[-1].stop)
        self.model.get_ref("relations").set_dim("nO", len(self.labels))
        self.model.get_ref("tokens").initialize(X=[example.predicted for example in islice(get_examples(), 10)])
        self.model.get_ref("relations").initialize()

    def from_disk(self, path: Any, **options: Any) -> DependencyParser:
        """Read the weights, and keep the names of tags and relations as long as the vocabulary lives."""
        super().from_disk(path, **options)
        self._keep_names()
        return self

    def _keep_names(self) -> None:
        for name in (*self.tags, *self.labels):
            self.vocab.strings.add(name)

    def predict(self, docs: Sequence[Doc]) -> list[Ints]:
        """Return a table for each doc: tag, head and relation of every token; heads as offsets, as spaCy has them."""
        if not any(len(doc) for doc in docs):
            return [np.zeros((0, 3), dtype=np.int64) for _ in docs]
        return [self._read(doc, rows) for doc, rows in zip(docs, self.model.predict(docs), strict=True)]

    def _read(self, doc: Doc, rows: Floats) -> Ints:
        if not len(doc):
            return np.zeros((0, 3), dtype=np.int64)
        tags, starts, dependent, head, place, expected, above, below = tree_decoding.columns(len(self.tags))
        heads = np.arange(len(doc))
        known = doc.to_array("SENT_START") == 1
        for start, end in tree_decoding.split_sentences(rows[:, starts][:, 0], known):
            own = rows[start:end]
            table = tree_decoding.head_scores(
                own[:, dependent],
                own[:, head],
                own[:, place],
                own[:, expected],
                tree_decoding.distance_classes(end - start),
            )
            heads[start:end] = start + tree_decoding.best_tree(table)
        relations = self.model.get_ref("relations").predict(
            tree_decoding.relation_input(rows[:, above], rows[:, below], heads)
        )
        roots = heads == np.arange(len(doc))
        relations[roots] = -np.inf
        relations[:, self.labels.index(ROOT)] = np.where(roots, 0.0, -np.inf)  # of every root, and of nothing else
        return np.stack((rows[:, tags].argmax(axis=1), heads - np.arange(len(doc)), relations.argmax(axis=1)), axis=1)

    def set_annotations(self, docs: Sequence[Doc], found: Sequence[Ints]) -> None:
        """Write the tables to the docs."""
        strings = self.vocab.strings
        tags = np.array([strings[name] for name in self.tags], dtype=np.uint64)
        labels = np.array([strings[name] for name in self.labels], dtype=np.uint64)
        for doc, table in zip(docs, found, strict=True):
            if not len(doc):
                continue
            values: Any = np.empty((len(doc), 3), dtype=np.uint64)
            values[:, 0] = tags[table[:, 0]]
            values[:, 1] = table[:, 1].astype(np.uint64)
            values[:, 2] = labels[table[:, 2]]
            blank = doc.to_array("IS_SPACE").astype(bool)
            values[blank, 0], values[blank, 2] = strings[BLANK_TAG], strings[BLANK_RELATION]
            doc.from_array([TAG, HEAD, DEP], values)

    def get_loss(self, examples: Sequence[Example], rows: Sequence[Floats]) -> tuple[float, list[Floats]]:
        """Return the negative log likelihood of tags, sentence starts, heads and relations, and its gradient.

        The gradient of the relations' own layer is added to it here. Texts without heads teach nothing.
        """
        loss, gradients = 0.0, [np.zeros_like(table) for table in rows]
        tokens = sum(map(len, rows))
        for example, table, gradient in zip(examples, rows, gradients, strict=True):
            if example.reference.has_annotation("DEP"):
                loss += self._learn(example.reference, table, gradient, tokens)
        return loss, gradients

    def _learn(self, doc: Doc, rows: Floats, gradient: Floats, tokens: int) -> float:
        tags, starts, dependent, head, place, expected, above, below = tree_decoding.columns(len(self.tags))
        values = doc.to_array([TAG, DEP, "SENT_START", HEAD])
        tag_of = {self.vocab.strings[name]: number for number, name in enumerate(self.tags)}
        label_of = {self.vocab.strings[name]: number for number, name in enumerate(self.labels)}
        heads = np.arange(len(doc)) + values[:, 3].astype(np.int64)
        opens = values[:, 2] == 1
        opens[0] = True
        loss, change = tree_decoding.cross_entropy(
            rows[:, tags], np.array([tag_of[tag] for tag in values[:, 0].tolist()])
        )
        gradient[:, tags] = change
        certain = 1 / (1 + np.exp(-rows[:, starts][:, 0]))
        gradient[:, starts] = (certain - opens)[:, None]
        loss -= float(np.log(np.where(opens, certain, 1 - certain) + 1e-9).sum())
        first = np.flatnonzero(opens).tolist()
        for start, end in zip(first, [*first[1:], len(doc)], strict=True):
            if end - start > tree_decoding.MAX_TOKENS_PER_SENTENCE:
                continue
            own, classes = rows[start:end], tree_decoding.distance_classes(end - start)
            table = tree_decoding.head_scores(own[:, dependent], own[:, head], own[:, place], own[:, expected], classes)
            lost, change = tree_decoding.cross_entropy(table, heads[start:end] - start)
            loss += lost
            parts = tree_decoding.head_scores_backward(change, own[:, dependent], own[:, head], classes)
            for part, values_of in zip((dependent, head, place, expected), parts, strict=True):
                gradient[start:end, part] = values_of
        hidden = tree_decoding.relation_input(rows[:, above], rows[:, below], heads)
        named, backprop = self.model.get_ref("relations").begin_update(hidden)
        lost, change = tree_decoding.cross_entropy(
            named, np.array([label_of[label] for label in values[:, 1].tolist()])
        )
        loss += lost
        change = backprop(change * GRAMMAR_GRADIENT_WEIGHT / tokens)[:, : tree_decoding.RELATION_WIDTH] * (
            hidden[:, : tree_decoding.RELATION_WIDTH] > 0
        )
        gradient *= GRAMMAR_GRADIENT_WEIGHT / tokens
        gradient[:, above] = change
        np.add.at(gradient[:, below], heads, change)
        return loss

    def score(self, examples: Iterable[Example], **_: Any) -> dict[str, Any]:
        """Return the share of right tags, heads, heads with relations, and F1 of sentences."""
        examples = list(examples)
        return {
            **Scorer.score_token_attr(examples, "tag"),
            **Scorer.score_spans(examples, "sents"),
            **Scorer.score_deps(examples, "dep", ignore_labels=("p", "punct", BLANK_RELATION)),
        }


@Language.factory(
    FACTORY,
    assigns=["token.tag", "token.dep", "token.head", "token.is_sent_start", "doc.sents"],
    default_score_weights={"dep_las": 0.5, "tag_acc": 0.25, "sents_f": 0.25},
)
def create_dependency_parser(nlp: Language, name: str, model: Model[Any, Any]) -> DependencyParser:
    """Make the component."""
    return DependencyParser(nlp.vocab, model, name)
