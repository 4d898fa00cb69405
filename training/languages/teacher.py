"""Fine-tune the teacher of names on the labelled texts of all languages.

It starts as the teacher that has learned English names, so the labels mean in all languages what they mean there.
Its state is stored after each pass, so that the training can be stopped and resumed.
"""

from __future__ import annotations

import random
import time
from functools import partial
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np

from service.enrich.model.span_decoding import decode
from training import adam, examples, stored
from training.languages import scoring, words
from training.languages.gold import LABELS
from training.languages.targets import TAGS, allowed_tags
from training.teacher import encoder
from training.teacher.batches import PIECES_PER_BATCH, batches, to_batch
from training.teacher.fitting import SQUARE_DECAY, WARM_UP

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from spacy.language import Language

    from training.examples import Window
    from training.languages.gold import Text
    from training.teacher.encoder import Encoder

PASSES, LEARNING_RATE, HEAD_FACTOR, DROPOUT = 3, 1e-4, 10.0, 0.1
SHARES = {
    "RONEC v2": 1.0, "RONEC v1": 0.5, "SlavicNER": 0.1, "NerKor+Cars-OntoNotes++ news": 0.8,
    "NerKor+Cars-OntoNotes++ wikipedia": 0.25, "NerKor+Cars-OntoNotes++ web": 0.25,
    "NerKor+Cars-OntoNotes++ fiction": 0.12, "NerKor+Cars-OntoNotes++ legal": 0.08,
    "NerKor+Cars-OntoNotes++ cars": 0.3, "WikiGoldSK": 1.0, "UNER Slovak-SNK": 0.5, "UNER Croatian-SET": 0.15,
    "UNER Serbian-SET": 0.2, "wire": 0.25, "world": 0.25,
}  # fmt: skip
"""Share of the texts of each set that a pass reads, each time others."""
BULGARIAN_SHARE = 0.25
"""The same for the Bulgarian texts of SlavicNER: they know four topics, and more of them would be learned by heart."""
STEPS_PER_REPORT = 100


def share_of(text: Text) -> float:
    """Return the share of the texts of the set of *text* that a pass reads."""
    return BULGARIAN_SHARE if text.language == "bg" else SHARES[text.collection]


def fit(texts: Sequence[Text], english: Path, source: Encoder, runs: Path) -> Any:
    """Return the weights of the teacher, fine-tuned on the train part of *texts* from the state stored in *runs* on.

    Args:
        texts: Labelled texts of all parts.
        english: State of the teacher that has learned English names.
        source: Its encoder.
        runs: Folder of the states.
    """
    path = runs / "teacher-languages.state"
    learned = [text for text in texts if text.part == "train"]
    splitter = words.splitter()
    if path.exists():
        done, step, weights, mean, square = jax.tree.map(jnp.array, stored.read(path))
        done, step = int(done), int(step)
    else:
        done, step = 0, 0
        weights = jax.tree.map(jnp.array, _first_weights(english))
        mean, square = (jax.tree.map(jnp.zeros_like, weights) for _ in range(2))
    total = 0
    started = time.monotonic()
    for number in range(done, PASSES):
        rng = random.Random(number)  # noqa: S311 - no secret
        picked = [text for text in learned if rng.random() < share_of(text)]
        windows = list(_windows(picked, source, splitter))
        groups = batches(windows, rng)
        total = total or round(len(groups) * PASSES * 1.02) + (step if done else 0)
        summed = 0.0
        for group, length in groups:
            step += 1
            batch = _batch(source, picked, [windows[index] for index in group], length)
            weights, mean, square, loss = _update(
                weights, mean, square, float(step), batch, total, jax.random.PRNGKey(step)
            )
            summed += float(loss)
            if step % STEPS_PER_REPORT == 0:
                print(f"  step {step} of {total}, {time.monotonic() - started:.0f} s", flush=True)
        print(f"pass {number + 1}: {time.monotonic() - started:.0f} s, loss {summed / len(groups):.4f}", flush=True)
        stored.write(path, jax.tree.map(np.asarray, (number + 1, step, weights, mean, square)))
        measure([text for text in texts if text.part == "development"], weights, source)
    return weights


def _first_weights(english: Path) -> dict[str, Any]:
    """Return the weights of the English teacher, of whose tags those of `LABELS` are kept."""
    _, _, weights, _, _ = stored.read(english)
    matrix, bias = weights["heads"]["tags"]
    all_labels = len(examples.NAME_LABELS)
    columns = [0, *(
        1 + prefix * all_labels + examples.NAME_LABELS.index(label) for prefix in range(4) for label in LABELS
    )]  # fmt: skip
    return {"encoder": weights["encoder"], "tags": (matrix[:, columns], bias[columns])}


def _windows(texts: Sequence[Text], source: Encoder, splitter: Language) -> Iterator[Window]:
    for number, text in enumerate(texts):
        yield from examples.split(text.text, (), number, source.tokenizer, splitter)


def _batch(source: Encoder, texts: Sequence[Text], windows: Sequence[Window], length: int) -> dict[str, Any]:
    batch = to_batch(source, windows, length, None, 0)
    size = PIECES_PER_BATCH // length
    allowed, counted = np.ones((size, length, TAGS), dtype=bool), np.zeros((size, length), np.float32)
    for row, window in enumerate(windows):
        allowed[row, window.first_pieces] = allowed_tags(texts[window.article], window.words)
        counted[row, window.first_pieces] = 1
    return {"embedded": batch["embedded"], "mask": batch["mask"], "allowed": allowed, "counted": counted}


def _scores(weights: dict[str, Any], embedded: Any, mask: Any, key: Any) -> Any:
    """Return the scores of all tags, and the vectors of the word pieces: (window, piece, …)."""
    hidden = encoder.forward(weights["encoder"], embedded, mask)
    kept = hidden
    if key is not None:
        kept = hidden * jax.random.bernoulli(key, 1 - DROPOUT, hidden.shape) / (1 - DROPOUT)
    return kept @ weights["tags"][0] + weights["tags"][1], hidden


def _loss(weights: dict[str, Any], batch: dict[str, Any], key: Any) -> Any:
    """Return the mean cross-entropy: the probabilities of all tags that a word may have are summed."""
    scores, _ = _scores(weights, batch["embedded"], batch["mask"], key)
    shares = jax.nn.log_softmax(scores, -1)
    right = jax.nn.logsumexp(jnp.where(batch["allowed"], shares, -1e9), -1)
    return -(right * batch["counted"]).sum() / jnp.maximum(batch["counted"].sum(), 1)


@partial(jax.jit, static_argnums=(5,), donate_argnums=(0, 1, 2))
def _update(weights: Any, mean: Any, square: Any, step: Any, batch: Any, total: int, key: Any) -> Any:  # noqa: PLR0917 - JAX donates arguments by their position
    loss, gradient = jax.value_and_grad(_loss)(weights, batch, key)
    mean, square = adam.moments(mean, square, adam.clipped(gradient), SQUARE_DECAY)
    direction = adam.direction(mean, square, step, SQUARE_DECAY)
    share = jnp.minimum(step / (WARM_UP * total), (total - step) / ((1 - WARM_UP) * total))
    rate = LEARNING_RATE * jnp.maximum(share, 0.0)

    def moved(part: str, factor: float) -> Any:
        return jax.tree.map(lambda p, d: p - factor * rate * d, weights[part], direction[part])

    return {"encoder": moved("encoder", 1.0), "tags": moved("tags", HEAD_FACTOR)}, mean, square, loss


_predict = jax.jit(lambda weights, embedded, mask: _scores(weights, embedded, mask, None))


def read(weights: Any, source: Encoder, windows: Sequence[Window]) -> list[tuple[Any, Any]]:
    """Return the teacher's scores of the words of each of *windows*, (word, tag), and their vectors, (word, width)."""
    results: list[Any] = [None] * len(windows)
    for group, length in batches(windows, None):
        batch = to_batch(source, [windows[index] for index in group], length, None, 0)
        scores, hidden = (np.asarray(array) for array in _predict(weights, batch["embedded"], batch["mask"]))
        for row, index in enumerate(group):
            at = windows[index].first_pieces
            results[index] = scores[row, at], hidden[row, at]
    return results


def measure(texts: Sequence[Text], weights: Any, source: Encoder) -> None:
    """Print how often the teacher is right."""
    windows = list(_windows(texts, source, words.splitter()))
    found: list[list[tuple[int, int, str]]] = [[] for _ in texts]
    for window, (scores, _) in zip(windows, read(weights, source, windows), strict=True):
        for first, end, number in decode(scores):
            found[window.article].append((window.words[first][0], window.words[end - 1][1], LABELS[number]))
    for language, by_type in sorted(scoring.score(zip(texts, found, strict=True)).items()):
        print(f"  {language}: " + "; ".join(f"{kind} {score.f1:.3f}" for kind, score in by_type.items()), flush=True)
