"""The spaCy component that runs the network on a document: names, grammar, and the reading for the stages."""

from __future__ import annotations

from importlib.resources import as_file
from typing import TYPE_CHECKING, Any

import numpy as np
from spacy.attrs import DEP, HEAD, TAG
from spacy.language import Language
from spacy.tokens import Span

from service.enrich.data_files import DATA
from service.enrich.media_topics import topic_tree
from service.enrich.model import network, network_reading, span_decoding, tree_decoding

if TYPE_CHECKING:
    from spacy.tokens import Doc
    from spacy.vocab import Vocab

    from service.enrich.model.arrays import Booleans, Floats, Ints

FACTORY = "newswire_reader"
WEIGHTS = DATA / "model" / "network.npz"
BLANK_TAG, BLANK_RELATION = "_SP", "dep"
"""Tag and relation of white-space tokens such as line breaks."""
ROOT = "ROOT"
"""Relation of the word on which a sentence hangs."""


class Reader:
    """Reads a document, and annotates it if *annotates*; otherwise names and grammar are another component's."""

    def __init__(self, vocab: Vocab, *, annotates: bool) -> None:
        with as_file(WEIGHTS) as path:
            self._network, names = network.load(path)
        if names["topics"] != list(topic_tree().names):
            raise ValueError(f"{WEIGHTS.name} was trained on other topics than those of topics.tsv: run `make train`")
        self._event_types = names["types"]
        self._name_labels = names["name_labels"]
        self._tags, self._relations = names["tags"], names["relations"]
        self._annotates = annotates
        self._vocab = vocab
        for name in (*self._tags, *self._relations, *self._name_labels):
            vocab.strings.add(name)

    def __call__(self, doc: Doc) -> Doc:
        """Annotate *doc*. Sentence starts that are already set stay."""
        starts = doc.to_array("IDX").astype(np.int64)
        scores = self._network.read([token.text for token in doc], network_reading.headline_tokens(doc.text, starts))
        doc.user_data[network_reading.READING_KEY] = network_reading.create(scores, self._event_types, self._network)
        if self._annotates and len(doc):
            self._parse(doc, scores.grammar)
            doc.ents = [
                Span(doc, start, end, label=self._name_labels[label])
                for start, end, label in span_decoding.decode(scores.tags)
            ]
        return doc

    def _parse(self, doc: Doc, rows: Floats) -> None:
        at = tree_decoding.columns(len(self._tags))
        heads = best_heads(rows, doc.to_array("SENT_START") == 1, at)
        strings = self._vocab.strings
        tags = np.array([strings[name] for name in self._tags], dtype=np.uint64)
        relations = np.array([strings[name] for name in self._relations], dtype=np.uint64)
        values: Any = np.empty((len(doc), 3), dtype=np.uint64)
        values[:, 0] = tags[rows[:, at.tags].argmax(axis=1)]
        values[:, 1] = (heads - np.arange(len(doc))).astype(np.uint64)
        values[:, 2] = relations[self._best_relations(rows, heads, at)]
        blank = doc.to_array("IS_SPACE").astype(bool)
        values[blank, 0], values[blank, 2] = strings[BLANK_TAG], strings[BLANK_RELATION]
        doc.from_array([TAG, HEAD, DEP], values)

    def _best_relations(self, rows: Floats, heads: Ints, at: tree_decoding.Columns) -> Ints:
        matrix, bias = self._network.relation_layer
        pairs = tree_decoding.relation_input(rows[:, at.relation_dependent], rows[:, at.relation_head], heads)
        relations = pairs @ matrix + bias
        roots = heads == np.arange(len(heads))
        relations[roots] = -np.inf
        relations[:, self._relations.index(ROOT)] = np.where(roots, 0.0, -np.inf)  # of every root, and of nothing else
        best: Ints = relations.argmax(axis=1)
        return best


def best_heads(rows: Floats, known_starts: Booleans, at: tree_decoding.Columns) -> Ints:
    """Return the head of each token of a document; a root is its own. Sentences start at *known_starts* and others."""
    heads = np.arange(len(rows))
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
    return heads


@Language.factory(
    FACTORY,
    default_config={"annotates": True},
    assigns=["doc.ents", "token.tag", "token.dep", "token.head", "token.is_sent_start", "doc.sents"],
)
def create_reader(nlp: Language, name: str, annotates: bool) -> Reader:  # noqa: ARG001 - spaCy's signature
    """Create the component."""
    return Reader(nlp.vocab, annotates=annotates)
