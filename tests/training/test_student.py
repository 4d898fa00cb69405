"""What the student learns from, and that it computes what the service computes."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import spacy
from spacy.tokens import Doc

from service.enrich.model.network import Network, Sizes
from training import documents
from training.examples import NAME_LABELS, NAME_TAGS
from training.label import KEPT, Labels
from training.labelled import LabelledArticle, Name, Trigger
from training.student import batches, excerpts, labels_of_readers, samples, weights
from training.student.samples import Numbering, Sample
from training.student.word_vectors import FIRST_SPREAD, WordVectors

if TYPE_CHECKING:
    from training.documents import Document

WORDS = ["Talks", "\n\n", "Envoys", "met", "in", "Mostar", "."]
TEXT = "Talks\n\nEnvoys met in Mostar."
TYPES = {"NONE": 0, "CONSULT": 3}


@pytest.fixture
def document() -> Document:
    """Return a document of a headline and a sentence."""
    doc = Doc(
        spacy.blank("en").vocab,
        words=WORDS,
        spaces=[False, False, True, True, True, False, False],
        tags=["NNS", "_SP", "NNS", "VBD", "IN", "NNP", "."],
        heads=[0, 0, 3, 3, 3, 4, 3],
        deps=["ROOT", "dep", "nsubj", "ROOT", "prep", "pobj", "punct"],
    )
    return documents.to_document(doc, "a")


def _labels(event_share: float = 0.0) -> Labels:
    """Return answers of a teacher who sees an event in "met" with some probability."""
    size = len(WORDS)
    tags = np.tile(np.arange(KEPT, dtype=np.uint8), (size, 1))
    tag_shares = np.tile(np.array([1, 0, 0, 0], np.float16), (size, 1))
    types, type_shares = tags.copy(), tag_shares.copy()
    type_shares[3] = [1 - event_share, 0, 0, event_share]
    one = np.zeros(size, np.float16)
    return Labels(tags, tag_shares, types, type_shares, np.zeros((size, 4), np.float16), one, one[:3], one[:3])


def _sample(document: Document, event_share: float = 0.0) -> Sample:
    return samples.to_sample(document, _labels(event_share), Numbering([document]), 1.0)


def _inventory() -> Any:
    tree = type("Tree", (), {"with_ancestors": staticmethod(lambda code: [code])})
    return type("Inventory", (), {"types": TYPES, "topics": {"M11": 0, "574": 1, "M16": 2}, "tree": tree})


def _article(**known: Any) -> LabelledArticle:
    return LabelledArticle("a", "a", TEXT, **known)


def test_the_main_event_is_one_of_the_likely_events(document: Document) -> None:
    """It shares with no main event at all; without a likely event, nothing is learned of it."""
    assert _sample(document, event_share=0.1).main is None
    main = _sample(document, event_share=0.9).main
    assert main is not None
    assert main.tolist() == [0, 0, 0, 0.5, 0, 0, 0, 0.5]


def test_labels_of_readers_replace_events_of_the_teacher(document: Document) -> None:
    """Type, flags and main event are theirs."""
    sample = _sample(document, event_share=0.9)
    start = TEXT.index("met")
    event = Trigger(start, start + 3, "CONSULT", (True, False, False, False), main=True)
    labels_of_readers.correct(sample, document, _article(events=(event,)), _inventory())
    assert sample.labels.types[:, 0].tolist() == [0, 0, 0, 3, 0, 0, 0]
    assert sample.labels.type_shares[3].tolist() == [1, 0, 0, 0]
    assert sample.labels.flags[3].tolist() == [1, 0, 0, 0]
    assert sample.main is not None
    assert sample.main.tolist() == [0, 0, 0, 1, 0, 0, 0, 0]


def test_labels_of_readers_replace_names_and_topics(document: Document) -> None:
    """A name of one type is certain; of several types, the teacher's shares decide."""
    sample = _sample(document)
    start = TEXT.index("Mostar")
    name = Name(start, start + 6, ("GPE", "LOC"))
    labels_of_readers.correct(sample, document, _article(names=(name,), topics=("574",)), _inventory())
    tags = {1 + 3 * len(NAME_LABELS) + NAME_LABELS.index(kind) for kind in ("GPE", "LOC")}
    assert set(sample.labels.tags[5, :2].tolist()) == tags
    assert sample.labels.tag_shares[5].tolist() == [0.5, 0.5, 0, 0]
    assert sample.labels.tags[3, 0] == 0
    assert sample.labels.topics.tolist() == sample.labels.lead.tolist() == [0, 1, 0]


def test_what_readers_did_not_label_stays_the_teachers(document: Document) -> None:
    """Nothing changes if nobody looked."""
    sample = _sample(document, event_share=0.9)
    labels_of_readers.correct(sample, document, _article(), _inventory())
    assert sample.labels.type_shares[3, 3] == pytest.approx(0.9, abs=0.001)
    assert sample.labels.tag_shares[:, 0].tolist() == [1] * len(WORDS)


def test_a_sentence_alone_keeps_its_labels(document: Document) -> None:
    """Heads move with the tokens; what is said of the whole article is left out."""
    (alone,) = excerpts.sentences([_sample(document, event_share=0.9)], 1.0, random.Random(0))  # noqa: S311 - no secret
    assert len(alone.forms) == 5
    assert alone.grammar[:, 1].tolist() == [1, 1, 1, 2, 1]
    assert alone.labels.type_shares[1, 3] == pytest.approx(0.9, abs=0.001)
    assert (alone.headline_tokens, alone.main, len(alone.labels.topics)) == (0, None, 0)


def test_rare_words_are_not_in_the_vocabulary(document: Document) -> None:
    """A word is known by its form in lower case, and has a row if it occurs often enough."""
    many = [document] * samples.MIN_WORD_USES
    assert list(samples.vocabulary(many)) == sorted(word.lower() for word in WORDS)
    assert samples.vocabulary([document]) == {}


def test_a_batch_pads_what_it_holds(document: Document) -> None:
    """Padding is masked, stands in no sentence, and is its own head."""
    numbering = Numbering([document])
    sample = samples.to_sample(document, _labels(0.9), numbering, 3.0)
    batch = batches.to_batch([sample], 128, numbering.features({"met": 0}), 3, None)
    size = len(WORDS)
    assert batch["mask"].sum() == size
    assert batch["heads"][0].tolist() == [0, 0, 3, 3, 3, 4, 3, *range(size, 128)]
    assert batch["positions"][0, :3].tolist() == [0, 1, 1]
    assert len(set(batch["sentences"][0, :size].tolist())) == 2
    assert set(batch["sentences"][0, size:].tolist()) == {-1}
    assert batch["words"]["word"][batch["tokens"][0, 3]] == 0
    assert (batch["weight"][0], batch["weight"][1:].sum()) == (3, 0)
    assert batch["main"][0, [3, -1]].tolist() == [0.5, 0.5]


def test_an_article_that_is_too_long_is_cut(document: Document) -> None:
    """A head that is cut off is replaced by the token itself."""
    numbering = Numbering([document])
    sample = samples.to_sample(document, _labels(), numbering, 1.0)
    batch = batches.to_batch([sample], 3, numbering.features({}), 3, None)
    assert batch["heads"][0].tolist() == [0, 0, 2]


def test_every_sample_is_in_one_batch(document: Document) -> None:
    """Each batch fits into the tokens that it may have, however the samples are shuffled."""
    short = _sample(document)
    long = Sample(np.zeros(900, np.int32), 0, short.grammar, short.labels, None, 1.0)
    many = [short] * 70 + [long] * 9
    for rng in (None, random.Random(1)):  # noqa: S311 - no secret
        groups = batches.batches(many, rng)
        assert sorted(index for group, _ in groups for index in group) == list(range(79))
        assert all(len(group) * length <= batches.TOKENS_PER_BATCH for group, length in groups)


def test_hidden_words_are_read_as_unknown(document: Document) -> None:
    """A share of the words of a batch has the row that they would have out of the vocabulary."""
    numbering = Numbering([document])
    sample = samples.to_sample(document, _labels(), numbering, 1.0)
    features = numbering.features({word.lower(): row for row, word in enumerate(WORDS)})
    seen = [batches.to_batch([sample], 128, features, 3, np.random.default_rng(seed)) for seed in range(40)]
    rows = [int(batch["words"]["word"][batch["tokens"][0, 3]]) for batch in seen]
    assert set(rows) == {3, int(features["hidden"][3])}
    assert rows.count(3) > 20


def test_vectors_of_words_are_means_in_fewer_columns() -> None:
    """Words that are alike for the teacher start alike; a word that it never read starts at zero."""
    vectors = WordVectors({"a": 0, "b": 1, "c": 2, "never": 3}, 3)
    vectors.add(
        ["a", "B", "c", "A", "other"], np.array([[2, 0, 0], [1, 0, 0], [-1, 5, 0], [0, 0, 0], [9, 9, 9]], np.float32)
    )
    assert vectors.counts.tolist() == [2, 1, 1, 0]
    rows = vectors.reduced(2)
    assert rows[0] == pytest.approx(rows[1])
    assert rows[3].tolist() == [0, 0]
    assert rows[:3].std() == pytest.approx(FIRST_SPREAD)


def test_no_words_add_nothing() -> None:
    """A window can be without any word of the vocabulary."""
    vectors = WordVectors({"a": 0}, 2)
    vectors.add(["b"], np.ones((1, 2), np.float32))
    vectors.add([], np.ones((0, 2), np.float32))
    assert vectors.counts.tolist() == [0]


def test_the_service_computes_what_was_trained(document: Document) -> None:
    """NumPy gives the scores that JAX gives, but for the half precision of the matrices."""
    pytest.importorskip("jax")
    from training.student import network  # noqa: PLC0415 - only where JAX is installed

    sizes = Sizes(2, NAME_TAGS, 6, 6, 4, 3, width=16, word_width=8)
    vocabulary = {"met": 0, "in": 1}
    trained = network.initial(sizes, np.ones((2, 8), np.float32))
    flat = weights.flat(trained) | {f"{name}.scale": np.float32(1) for name in weights.TABLES}
    numbering = Numbering([document])
    sample = samples.to_sample(document, _labels(), numbering, 1.0)
    batch = batches.to_batch([sample], 128, numbering.features(vocabulary), 3, None)
    ours = network.forward(trained, batch, None, 0.0)
    theirs = Network(flat, vocabulary).read(WORDS, sample.headline_tokens)
    size = len(WORDS)
    for one, other in (
        (ours["tags"][0, :size], theirs.tags),
        (ours["grammar"][0, :size], theirs.grammar),
        (ours["events"][0, :size, : sizes.types], theirs.types),
        (ours["topics"][0], np.concatenate([theirs.topics, theirs.lead])),
    ):
        assert np.asarray(one) == pytest.approx(other, abs=0.05 * float(np.abs(other).max()))


def test_weights_are_stored_in_bytes_and_half_precision(tmp_path: Any) -> None:
    """Names and weights are those of the training, within the precision of the file."""
    table = np.linspace(-1, 1, 12, dtype=np.float32).reshape(4, 3)
    weights.store({"words": table, "tags": {"w": table}}, {"words": ["ä", "b"]}, tmp_path / "network.npz")
    with np.load(tmp_path / "network.npz") as stored:
        assert bytes(stored["names.words"]).decode().split("\0") == ["ä", "b"]
        assert stored["words"].dtype == np.int8
        assert stored["words"] * stored["words.scale"] == pytest.approx(table, abs=0.01)
        assert stored["tags.w"] == pytest.approx(table, abs=0.001)
