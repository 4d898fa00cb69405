"""A spaCy component that finds labelled spans: entities, or event triggers.

One linear layer over a token-to-vector network scores the BILOU tags of every token (begin, inside, last of a span,
outside, one-token unit); a chain that knows only which tag may follow which turns the scores into the best valid
sequence (Lafferty et al. 2001, with no transition weights; Ratinov and Roth 2009 for BILOU). Against spaCy's
transition-based recognizer it scores all tokens at once instead of one after the other, and it tells how sure it is.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np
from spacy.language import Language
from spacy.pipeline import TrainablePipe
from spacy.scorer import Scorer
from spacy.tokens import Doc, Span
from spacy.training import Example
from spacy.util import minibatch, registry
from spacy.vocab import Vocab
from thinc.api import Linear, Model, chain, with_array
from thinc.types import Floats2d

FACTORY = "newswire_spans"
IMPOSSIBLE = -1e9
"""Score of a tag that cannot be."""
Found = tuple[int, int, int, float]
"""A span: first token, end token, index of the label, probability."""
ABREAST = 16
"""Sentences of like length that are worked on at once."""
Floats = np.ndarray[Any, np.dtype[Any]]


@registry.architectures("newswire.SpanTagger.v1")  # type: ignore[untyped-decorator]  # spaCy's registry has no types
def build_span_tagger(tok2vec: Model[list[Doc], list[Floats2d]], nO: int | None = None) -> Model[Any, Any]:  # noqa: N803
    """Build the network: *tok2vec*, then one linear layer; it starts from zero, so from equal odds."""
    width = tok2vec.get_dim("nO") if tok2vec.has_dim("nO") else None
    output: Model[Any, Any] = Linear(nO, width, init_W=_zeros)
    model: Model[Any, Any] = chain(tok2vec, with_array(output))
    model.set_ref("tok2vec", tok2vec)
    model.set_ref("output", output)
    return model


def _zeros(ops: Any, shape: tuple[int, ...]) -> Any:
    return ops.alloc(shape)


class SpanTagger(TrainablePipe):  # type: ignore[misc]  # compiled, without types
    """Sets `doc.ents`, or `doc.spans[key]` where *key* is given.

    Tag order: O, then B, I, L, U of each label: column `1 + place * labels + label`.
    """

    def __init__(self, vocab: Vocab, model: Model[Any, Any], name: str, *, key: str | None) -> None:
        self.vocab = vocab
        self.model = model
        self.name = name
        self.cfg: dict[str, Any] = {"labels": [], "key": key}

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that spans can get."""
        return tuple(self.cfg["labels"])

    @property
    def key(self) -> str | None:
        """Where the spans go: `doc.spans[key]`, or `doc.ents` where it is None."""
        return self.cfg["key"]  # type: ignore[no-any-return]

    def add_label(self, label: str) -> int:
        """Add *label*; 1 if it is new. Only before the model is initialized."""
        if label in self.labels:
            return 0
        self.cfg["labels"].append(label)
        self.vocab.strings.add(label)
        return 1

    def initialize(
        self,
        get_examples: Callable[[], Iterable[Example]],
        *,
        nlp: Language | None = None,  # noqa: ARG002 - spaCy passes it
        labels: Sequence[str] | None = None,
    ) -> None:
        """Collect the labels of the examples, unless *labels* are given, and shape the model."""
        if labels is None:
            labels = sorted({span.label_ for example in get_examples() for span in self._spans(example.reference)})
        for label in labels:
            self.add_label(label)
        self.model.get_ref("output").set_dim("nO", 1 + 4 * len(self.labels))
        self.model.initialize(X=[example.predicted for example in islice(get_examples(), 10)])

    def predict(self, docs: Sequence[Doc]) -> list[list[Found]]:
        """Return for each doc its spans: first token, end token, index of the label, probability (for a *key* only)."""
        if not any(len(doc) for doc in docs):
            return [[] for _ in docs]
        scores = self.model.predict(docs)
        found = [list(decode(doc, array)) for doc, array in zip(docs, scores, strict=True)]
        return found if self.key is None else with_probabilities(found, probabilities(docs, scores, found))

    def set_annotations(self, docs: Sequence[Doc], found: Sequence[Sequence[Found]]) -> None:
        """Write the spans to the docs."""
        for doc, spans in zip(docs, found, strict=True):
            made = [Span(doc, start, end, label=self.labels[label]) for start, end, label, _ in spans]
            if self.key is None:
                doc.ents = made
            else:
                doc.spans[self.key] = made
                doc.spans[self.key].attrs["scores"] = [sure for *_, sure in spans]

    def get_loss(self, examples: Sequence[Example], scores: Sequence[Floats]) -> tuple[float, list[Floats]]:
        """Return the negative log likelihood of the reference tags and its gradient; unknown tokens may be anything."""
        loss, gradients = 0.0, [np.zeros_like(array) for array in scores]
        pieces = []
        for number, (example, array) in enumerate(zip(examples, scores, strict=True)):
            allowed = self._allowed(example)
            for start, end in _sentences(example.predicted, allowed[:, 0] & (allowed.sum(axis=1) == 1)):
                permitted = np.where(allowed[start:end], array[start:end], IMPOSSIBLE)
                pieces.append((number, start, end, array[start:end], permitted))
        pieces.sort(key=lambda piece: piece[2] - piece[1])
        # The mean over tokens: batches of short and long documents weigh alike.
        tokens = sum(map(len, scores))
        for some in minibatch(pieces, ABREAST):  # type: ignore[no-untyped-call]
            log_all, free = marginals(_pad([piece[3] for piece in some]))
            log_gold, gold = marginals(_pad([piece[4] for piece in some]))
            loss += float(np.sum(log_all - log_gold))
            for i, (number, start, end, *_) in enumerate(some):
                gradients[number][start:end] = (free[: end - start, i] - gold[: end - start, i]) / tokens
        return loss, gradients

    def update(
        self,
        examples: Iterable[Example],
        *,
        drop: float = 0.0,
        sgd: Any = None,
        losses: dict[str, float] | None = None,
    ) -> dict[str, float]:
        """Learn from a batch."""
        losses = {} if losses is None else losses
        losses.setdefault(self.name, 0.0)
        examples = [example for example in examples if len(example.predicted)]
        if not examples:
            return losses
        for node in self.model.walk():
            if node.name == "dropout":
                node.attrs["dropout_rate"] = drop
        scores, backprop = self.model.begin_update([example.predicted for example in examples])
        loss, gradients = self.get_loss(examples, scores)
        backprop(gradients)
        if sgd is not None:
            self.finish_update(sgd)
        losses[self.name] += loss
        return losses

    def score(self, examples: Iterable[Example], **_: Any) -> dict[str, Any]:
        """Return exact-span precision, recall and F1, by label too."""
        key = self.key
        if key is None:
            return Scorer.score_spans(examples, "ents", getter=lambda doc, _: doc.ents)
        return Scorer.score_spans(
            examples, key, getter=lambda doc, _: doc.spans.get(key, []), allow_overlap=True, labeled=True
        )

    def _spans(self, doc: Doc) -> Iterable[Span]:
        return doc.ents if self.key is None else doc.spans.get(self.key, ())

    def _allowed(self, example: Example) -> Floats:
        """Return which tag each token may have: one, or any where the reference does not know."""
        doc = example.reference
        if len(doc) != len(example.predicted):
            raise ValueError(f"the reference has {len(doc)} tokens, the text {len(example.predicted)}: make both alike")
        count = len(self.labels)
        allowed = np.zeros((len(doc), 1 + 4 * count), dtype=bool)
        allowed[:, 0] = True
        if self.key is None:
            allowed[doc.to_array("ENT_IOB") == 0] = True
        else:
            for span in doc.spans.get(f"{self.key}_unknown", ()):
                allowed[span.start : span.end] = True
        for span in self._spans(doc):
            column = 1 + self.labels.index(span.label_)
            allowed[span.start : span.end] = False
            if len(span) == 1:
                allowed[span.start, column + 3 * count] = True
                continue
            allowed[span.start, column] = True
            allowed[span.start + 1 : span.end - 1, column + count] = True
            allowed[span.end - 1, column + 2 * count] = True
        return allowed


def _sentences(doc: Doc, outside: Floats) -> Iterator[tuple[int, int]]:
    """Cut *doc* after full stops and line ends that are *outside* of any span.

    Short sequences side by side are worked on ten times as fast as long ones one after the other.
    """
    start = 0
    for token in doc:
        if outside[token.i] and (token.is_space or token.text in {".", "?", "!"}):
            yield start, token.i + 1
            start = token.i + 1
    if start < len(doc):
        yield start, len(doc)


def _pad(arrays: list[Floats]) -> Floats:
    """Stack documents side by side, (position, document, tag); past a document's end only O is possible."""
    longest = max(map(len, arrays))
    padded = np.full((longest, len(arrays), arrays[0].shape[1]), IMPOSSIBLE)
    padded[:, :, 0] = 0.0
    for i, array in enumerate(arrays):
        padded[: len(array), i] = array
    return padded


def marginals(scores: Floats) -> tuple[Floats, Floats]:
    """Return log Z of each document and the probability of each tag, over all valid sequences.

    *scores* is (position, document, tag). Forward-backward with scaling (Rabiner 1989); two kinds of state suffice:
    outside of any span ("closed"), and within a span of some label ("open").
    """
    length, docs, tags = scores.shape
    count = (tags - 1) // 4
    begin, inside, last, unit = (slice(1 + i * count, 1 + (i + 1) * count) for i in range(4))
    top = scores.max(axis=2, keepdims=True)
    odds = np.exp(scores - top)
    forward = np.empty_like(odds)
    scale = np.empty((length, docs, 1))
    closed, opened = np.ones((docs, 1)), np.zeros((docs, count))
    into = np.empty((docs, tags))
    for t in range(length):
        into[:] = closed
        into[:, inside] = opened
        into[:, last] = opened
        step = np.multiply(odds[t], into, out=forward[t])
        total = step.sum(axis=1, keepdims=True)
        step /= total
        scale[t] = total
        opened = step[:, begin] + step[:, inside]
        closed = np.maximum(1.0 - opened.sum(axis=1, keepdims=True), 0.0)
    # A span that is still open at the end is no valid sequence.
    end = np.maximum(closed, 1e-300)
    backward = np.empty_like(odds)
    closed, opened = 1.0 / end, np.zeros((docs, count))
    for t in range(length - 1, -1, -1):
        out = backward[t]
        out[:] = closed
        out[:, begin] = opened
        out[:, inside] = opened
        step = odds[t] * out / scale[t]
        opened = step[:, inside] + step[:, last]
        closed = step[:, :1] + step[:, begin].sum(axis=1, keepdims=True) + step[:, unit].sum(axis=1, keepdims=True)
    log_z = (np.log(scale) + top).sum(axis=0)[:, 0] + np.log(end)[:, 0]
    return log_z, forward * backward


def decode(doc: Doc, scores: Floats) -> Iterator[Found]:
    """Yield the spans of the best valid tag sequence of one document, probability 1.

    Where the best tags of all tokens make whole spans they are the best sequence; only other sentences need Viterbi.
    """
    count = (scores.shape[1] - 1) // 4
    tags = scores.argmax(axis=1)
    if not _valid(*np.divmod(tags - 1, count)):
        broken = [
            (start, end)
            for start, end in _sentences(doc, tags == 0)
            if not _valid(*np.divmod(tags[start:end] - 1, count))
        ]
        broken.sort(key=lambda piece: piece[1] - piece[0])
        for some in minibatch(broken, ABREAST):  # type: ignore[no-untyped-call]
            paths = viterbi(_pad([scores[start:end] for start, end in some]))
            for i, (start, end) in enumerate(some):
                tags[start:end] = paths[: end - start, i]
    places, labels = np.divmod(tags - 1, count)
    first = 0
    for at in np.flatnonzero(tags):
        if places[at] in {0, 3}:
            first = int(at)
        if places[at] in {2, 3}:
            yield first, int(at) + 1, int(labels[at]), 1.0


def probabilities(docs: Sequence[Doc], scores: Sequence[Floats], found: Sequence[Sequence[Found]]) -> list[Floats]:
    """Return the probability of each token's tags, over all valid sequences of its sentence, for sentences with spans.

    In a sentence without a span the tokens are outside of any, for certain.
    """
    pieces, tables = [], []
    for number, (doc, array, spans) in enumerate(zip(docs, scores, found, strict=True)):
        inside = np.zeros(len(doc), dtype=bool)
        for start, end, *_ in spans:
            inside[start:end] = True
        tables.append(np.zeros_like(array))
        tables[-1][:, 0] = 1.0
        pieces += [
            (number, start, array[start:end]) for start, end in _sentences(doc, ~inside) if inside[start:end].any()
        ]
    pieces.sort(key=lambda piece: len(piece[2]))
    for some in minibatch(pieces, ABREAST):  # type: ignore[no-untyped-call]
        _, table = marginals(_pad([piece[2] for piece in some]))
        for i, (number, start, array) in enumerate(some):
            tables[number][start : start + len(array)] = table[: len(array), i]
    return tables


def with_probabilities(found: Sequence[Sequence[Found]], tables: Sequence[Floats]) -> list[list[Found]]:
    """Give each span the probability of its least probable tag."""
    return [
        [(start, end, label, _probability(table, start, end, label)) for start, end, label, _ in spans]
        for table, spans in zip(tables, found, strict=True)
    ]


def _probability(table: Floats, start: int, end: int, label: int) -> float:
    count = (table.shape[1] - 1) // 4
    if end - start == 1:
        return round(float(table[start, 1 + 3 * count + label]), 4)
    inner = table[start + 1 : end - 1, 1 + count + label]
    edges = table[start, 1 + label], table[end - 1, 1 + 2 * count + label]
    return round(float(min(*edges, *inner)), 4)


def _valid(places: Floats, labels: Floats) -> bool:
    """Tell whether tags, split into place (-1 for O) and label, are a sequence of whole spans."""
    opens = (places == 0) | (places == 1)
    continues = (places == 1) | (places == 2)  # noqa: PLR2004 - B I L U are 0 to 3
    if not len(places):
        return True
    if continues[0] or opens[-1]:
        return False
    follows = continues[1:]
    return bool(np.all(opens[:-1] == follows) and np.all(labels[1:][follows] == labels[:-1][follows]))


def viterbi(scores: Floats) -> Floats:
    """Return the best valid tag sequence of each document: (position, document, tag) → (position, document).

    By Viterbi's algorithm (1967). What stands past a document's end must be sure to be O, as `_pad` makes it.
    """
    length, width, tags = scores.shape
    count = (tags - 1) // 4
    inner, outer = (
        scores[:, :, 1 + count : 1 + 2 * count],
        np.concatenate((scores[:, :, :1], scores[:, :, 1 + 3 * count :]), axis=2),
    )
    begins, lasts = scores[:, :, 1 : 1 + count], scores[:, :, 1 + 2 * count : 1 + 3 * count]
    outer_best, outer_arg = outer.max(axis=2), outer.argmax(axis=2)
    every = np.arange(width)
    closed, opened = np.zeros(width), np.full((width, count), -np.inf)
    from_last = np.empty((length, width), dtype=np.int64)  # the label that a span ended with here, or -1
    from_inside = np.empty((length, width, count), dtype=bool)
    for t in range(length):
        ended = opened + lasts[t]
        best = ended.argmax(axis=1)
        best_ended = ended[every, best]
        stayed = closed + outer_best[t]
        going = opened + inner[t]
        starting = closed[:, None] + begins[t]
        from_inside[t] = going > starting
        opened = np.maximum(going, starting)
        from_last[t] = np.where(best_ended > stayed, best, -1)
        closed = np.maximum(best_ended, stayed)
    path = np.empty((length, width), dtype=np.int64)
    label = np.full(width, -1)
    for t in range(length - 1, -1, -1):
        within, ends = label >= 0, from_last[t]
        goes_on = within & from_inside[t, every, label]
        path[t] = np.where(
            within,
            1 + label + count * goes_on,
            np.where(ends >= 0, 1 + 2 * count + ends, np.where(outer_arg[t] == 0, 0, 3 * count + outer_arg[t])),
        )
        label = np.where(within, np.where(goes_on, label, -1), ends)
    return path


@Language.factory(
    FACTORY,
    assigns=["doc.ents", "doc.spans"],
    default_score_weights={"ents_f": 1.0, "spans_triggers_f": None},
)
def make_span_tagger(nlp: Language, name: str, model: Model[Any, Any], key: str | None = None) -> SpanTagger:
    """Make the component."""
    return SpanTagger(nlp.vocab, model, name, key=key)
