"""The teacher: the encoder fine-tuned on names, events, flags, main event and topics together.

    python -m training.teacher fit       # resumes where it was stopped
    python -m training.teacher measure

Each pass sees every article once, half of them with other names and some sentences in another case.
"""

from __future__ import annotations

import argparse
import pickle
import random
import time
from collections import Counter, defaultdict
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np
import spacy

from service.enrich.model.span_decoding import decode
from training import corpus, encoder, examples, labelled, topics
from training.examples import NAME_LABELS, NAME_TAGS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from training.examples import Targets, Window
    from training.labelled import LabelledArticle

LAYERS = 12
PASSES = 8
PIECES_PER_BATCH = 1_024
LENGTHS = (64, 128, 192, 256)
"""Lengths to which windows are padded: one compiled program each."""
LEARNING_RATE, HEAD_RATE = 1.2e-4, 15.0
WARM_UP = 0.1
TOPIC_SCALE = 8.0
WEIGHTS = {"tags": 1.0, "types": 4.0, "flags": 0.5, "main": 0.2, "topics": 0.015, "lead": 0.05}
"""Weights of the losses: each is a mean over its words, triggers or articles."""


class Labels:
    """Numbers of types and topics."""

    def __init__(self, folder: Path) -> None:
        self.tree = topics.read(folder / "topics.txt")
        self.topics = {code: number for number, code in enumerate(self.tree.names)}
        articles = list(labelled.read(folder))
        self.articles = articles
        names = sorted({event.type for article in articles for event in article.events or ()})
        self.type_names = [examples.NONE, *names]
        self.types = {name: number for number, name in enumerate(self.type_names)}

    def with_ancestors(self, codes: Iterable[str]) -> set[str]:
        """Return *codes* and the topics above them."""
        return {above for code in codes for above in self.tree.with_ancestors(code)}


def initial_heads(source: encoder.Encoder, labels: Labels) -> dict[str, Any]:
    """Return the output layers: small random ones, and for topics the embeddings of their names."""
    width, rng = source.words.shape[1], np.random.default_rng(0)
    counts = Counter(above for a in labels.articles for above in labels.with_ancestors(a.topics or ()))
    total = sum(a.topics is not None for a in labels.articles)
    odds = [(counts[code] + 0.1) / (total - counts[code] + 0.1) for code in labels.topics]
    prior = np.array([np.log(value) for value in odds], np.float32)
    vectors = _topic_vectors(source, labels)

    def linear(size: int) -> tuple[Any, Any]:
        return rng.normal(0, 0.02, (width, size)).astype(np.float32), np.zeros(size, np.float32)

    return {
        "tags": linear(NAME_TAGS),
        "types": linear(len(labels.type_names)),
        "flags": linear(4),
        "main": linear(1),
        "no_main": np.zeros(2, np.float32),
        "pool": linear(1),
        "topics": (vectors.T.copy() * TOPIC_SCALE, prior),
        "lead": (vectors.T.copy() * TOPIC_SCALE, np.zeros(len(labels.topics), np.float32)),
    }


def _topic_vectors(source: encoder.Encoder, labels: Labels) -> Any:
    tokenizer = encoder.tokenizer()
    run = jax.jit(lambda weights, embedded, mask: encoder.forward(weights, embedded, mask))
    texts = [
        "query: " + ": ".join(labels.tree.names[above] for above in reversed(labels.tree.with_ancestors(code)))
        for code in labels.topics
    ]
    ids = [[0, *tokenizer.encode(text, add_special_tokens=False).ids[:62], 2] for text in texts]
    vectors = []
    for start in range(0, len(ids), 32):
        batch = ids[start : start + 32]
        padded, mask = np.ones((32, 64), np.int64), np.zeros((32, 64), np.float32)
        for row, pieces in enumerate(batch):
            padded[row, : len(pieces)], mask[row, : len(pieces)] = pieces, 1
        hidden = np.asarray(run(source.layers, source.embed(padded), mask))
        vectors.append(((hidden * mask[..., None]).sum(1) / mask.sum(1, keepdims=True).clip(1))[: len(batch)])
    rows = np.concatenate(vectors)
    rows = rows - rows.mean(0)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def outputs(weights: dict[str, Any], embedded: Any, mask: Any, key: Any) -> dict[str, Any]:
    """Return the scores of all heads."""
    hidden = encoder.forward(weights["encoder"], embedded, mask)
    heads = weights["heads"]
    pooling = (hidden @ heads["pool"][0] + heads["pool"][1])[..., 0] - (1 - mask) * 1e9
    pooled = jnp.einsum("bt,bth->bh", jax.nn.softmax(pooling, -1), hidden)
    pooled = pooled / jnp.sqrt((pooled**2).sum(-1, keepdims=True) + 1e-6)
    if key is not None:
        kept = jax.random.bernoulli(jax.random.fold_in(key, 999), 0.9, hidden.shape)
        hidden = hidden * kept / 0.9

    def head(name: str, rows: Any) -> Any:
        return rows @ heads[name][0] + heads[name][1]

    return {name: head(name, hidden) for name in ("tags", "types", "flags", "main")} | {
        "topics": head("topics", pooled),
        "lead": head("lead", pooled),
        "hidden": hidden,
    }


def loss(weights: dict[str, Any], batch: dict[str, Any], key: Any) -> Any:
    """Return the weighted sum of all losses over what is known of a batch."""
    scores = outputs(weights, batch["embedded"], batch["mask"], key)
    log_tags = jax.nn.log_softmax(scores["tags"], -1)
    allowed = jax.nn.logsumexp(jnp.where(batch["tags"], log_tags, -1e9), -1)
    log_types = jax.nn.log_softmax(scores["types"], -1)
    right = jnp.take_along_axis(log_types, batch["types"][..., None], -1)[..., 0]
    triggers = batch["triggers"]
    main = scores["main"][..., 0] - (1 - triggers) * 1e9
    none = weights["heads"]["no_main"][batch["number"]]
    log_main = jax.nn.log_softmax(jnp.concatenate([main, none[:, None]], -1), -1)
    has_triggers = triggers.sum(-1) > 0
    losses = {
        "tags": -_mean(allowed, batch["named"]),
        "types": -_mean(right, batch["typed"]),
        "flags": _mean(_binary(scores["flags"], batch["flags"]).sum(-1), triggers),
        "main": -_mean((log_main * batch["main"]).sum(-1), has_triggers),
        "topics": _mean(_binary(scores["topics"], batch["topics"]).sum(-1), batch["has_topics"]),
        "lead": -_mean(
            jnp.take_along_axis(jax.nn.log_softmax(scores["lead"], -1), batch["lead"][:, None], -1)[:, 0],
            batch["has_topics"],
        ),
    }
    return sum(WEIGHTS[name] * value for name, value in losses.items()), losses


def _mean(values: Any, counted: Any) -> Any:
    return (values * counted).sum() / jnp.maximum(counted.sum(), 1)


def _binary(scores: Any, wanted: Any) -> Any:
    return jnp.maximum(scores, 0) - scores * wanted + jnp.log1p(jnp.exp(-jnp.abs(scores)))


def to_batch(
    source: encoder.Encoder, windows: Sequence[Window], length: int, wanted: Sequence[Targets] | None, topic_count: int
) -> dict[str, Any]:
    """Return arrays of *windows*, padded to *length* pieces."""
    size = PIECES_PER_BATCH // length
    pieces, mask = np.ones((size, length), np.int64), np.zeros((size, length), np.float32)
    number = np.zeros(size, np.int32)
    for row, window in enumerate(windows):
        count = len(window.pieces)
        pieces[row, :count], mask[row, :count] = window.pieces, 1
        number[row] = min(window.number, 1)
    batch: dict[str, Any] = {"embedded": source.embed(pieces), "mask": mask, "number": number}
    if wanted is None:
        return batch
    tags = np.ones((size, length, NAME_TAGS), dtype=bool)
    named, typed, triggers = (np.zeros((size, length), np.float32) for _ in range(3))
    types, flags = np.zeros((size, length), np.int32), np.zeros((size, length, 4), np.float32)
    main = np.zeros((size, length + 1), np.float32)
    topic_rows = np.zeros((size, topic_count), np.float32)
    has_topics, lead = np.zeros(size, np.float32), np.zeros(size, np.int32)
    for row, (window, target) in enumerate(zip(windows, wanted, strict=True)):
        at = window.first_pieces
        if target.tags is not None:
            tags[row, at], named[row, at] = target.tags, 1
        if target.types is not None and target.flags is not None and target.main is not None:
            types[row, at], typed[row, at] = target.types, 1
            triggers[row, at], flags[row, at] = target.types > 0, target.flags
            share = target.main.sum()
            main[row, at] = target.main / max(share, 1)
            main[row, -1] = share == 0
        if target.topics is not None and target.lead >= 0:
            topic_rows[row], has_topics[row], lead[row] = target.topics, 1, target.lead
    return batch | {
        "tags": tags, "named": named, "typed": typed, "triggers": triggers, "types": types, "flags": flags,
        "main": main, "topics": topic_rows, "has_topics": has_topics, "lead": lead,
    }  # fmt: skip


def batches(windows: Sequence[Window], rng: random.Random | None) -> list[tuple[list[int], int]]:
    """Return the indexes of windows of like length, and the length to which they are padded."""
    order = sorted(range(len(windows)), key=lambda i: len(windows[i].pieces) + (rng.random() * 10 if rng else 0.0))
    groups = []
    start = 0
    while start < len(order):
        group: list[int] = []
        length = LENGTHS[0]
        while start + len(group) < len(order):
            needed = next(n for n in LENGTHS if n >= len(windows[order[start + len(group)]].pieces))
            if len(group) + 1 > PIECES_PER_BATCH // max(length, needed):
                break
            length = max(length, needed)
            group.append(order[start + len(group)])
        groups.append((group, length))
        start += len(group)
    if rng:
        rng.shuffle(groups)
    return groups


def _rate(step: Any, total: int) -> Any:
    return LEARNING_RATE * jnp.minimum(step / (WARM_UP * total), (total - step) / ((1 - WARM_UP) * total))


@partial(jax.jit, static_argnums=5, donate_argnums=(0, 1, 2))
def update(  # noqa: PLR0917 - JAX donates arguments by their position
    weights: Any, first: Any, second: Any, step: Any, batch: Any, total: int, key: Any
) -> Any:
    """Take one step of Adam (Kingma and Ba 2015), with gradients of norm one at most."""
    (value, losses), gradient = jax.value_and_grad(loss, has_aux=True)(weights, batch, key)
    norm = jnp.sqrt(sum(jnp.sum(g * g) for g in jax.tree.leaves(gradient)))
    gradient = jax.tree.map(lambda g: g * jnp.minimum(1.0, 1.0 / (norm + 1e-9)), gradient)
    first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, gradient)
    second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, second, gradient)
    rate = jnp.maximum(_rate(step, total), 0.0)

    def moved(factor: float, part: str) -> Any:
        return jax.tree.map(
            lambda p, m, v: p - factor * rate * (m / (1 - 0.9**step)) / (jnp.sqrt(v / (1 - 0.999**step)) + 1e-8),
            weights[part], first[part], second[part],
        )  # fmt: skip

    return {"encoder": moved(1.0, "encoder"), "heads": moved(HEAD_RATE, "heads")}, first, second, value, losses


def fit(labels: Labels, runs: Path, parts: frozenset[str]) -> dict[str, Any]:
    """Fine-tune on the articles of *parts*, and return the weights. Stores its state after each pass."""
    source = encoder.load(LAYERS)
    base = base_recognizer()
    articles = [with_numbers(a, base) for a in labels.articles if a.part in parts]
    names = examples.names_of(articles)
    tokenizer = encoder.tokenizer()
    weights: dict[str, Any] = jax.tree.map(
        jnp.asarray, {"encoder": source.layers, "heads": initial_heads(source, labels)}
    )
    state = runs / "teacher.state"
    first, second = (jax.tree.map(jnp.zeros_like, weights) for _ in range(2))
    done = step = 0
    if state.exists():
        with state.open("rb") as stored:
            done, step, weights, first, second = jax.tree.map(jnp.asarray, pickle.load(stored))  # noqa: S301 - our own file
        done, step = int(done), int(step)
    steps_per_pass = len(batches(list(examples.all_windows(articles, tokenizer)), None))
    total = int(PASSES * steps_per_pass * 1.02)
    started = time.monotonic()
    for number in range(done, PASSES):
        rng = random.Random(number)  # noqa: S311 - no secret
        varied = articles if number == 0 else [examples.vary(a, rng, names) for a in articles]
        windows = list(examples.all_windows(varied, tokenizer))
        sums: defaultdict[str, float] = defaultdict(float)
        for group, length in batches(windows, rng):
            chosen = [windows[i] for i in group]
            wanted = [examples.targets(varied[w.article], w, labels.types, labels.topics, labels.tree) for w in chosen]
            batch = to_batch(source, chosen, length, wanted, len(labels.topics))
            step += 1
            weights, first, second, _, losses = update(
                weights, first, second, float(step), batch, total, jax.random.PRNGKey(step)
            )
            for name, value in losses.items():
                sums[name] += float(value)
            if step % 100 == 0:
                print(f"  step {step} of {total}, {time.monotonic() - started:.0f} s", flush=True)
        count = step - number * steps_per_pass
        means = {name: round(value / max(count, 1), 3) for name, value in sums.items()}
        print(f"pass {number + 1}: {time.monotonic() - started:.0f} s", means, flush=True)
        _store(state, (number + 1, step, weights, first, second))
        if number % 2 or number + 1 == PASSES:
            measure(labels, source, weights, "development")
    return weights


def _store(path: Path, state: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.write_bytes(pickle.dumps(jax.tree.map(np.asarray, state)))
    draft.replace(path)


def base_recognizer() -> Any:
    """Return the base model's recognizer of names, for its numbers, dates and amounts."""
    return spacy.load(corpus.BASE_MODEL, enable=["ner"])


def with_numbers(article: LabelledArticle, base: Any) -> LabelledArticle:
    """Add the numbers, dates and amounts that the base model finds to the names of *article*."""
    if article.names is None:
        return article
    plain = corpus.Article(
        article.id, article.text, tuple(corpus.Label(n.start, n.end, n.labels[0]) for n in article.names)
    )
    rehearsed = next(iter(corpus.rehearse([plain], base))).entities
    by_span = {(n.start, n.end): n for n in article.names}
    names = tuple(
        labelled.Name(e.start, e.end, (e.label,))
        if (known := by_span.get((e.start, e.end))) is None or e.label == "LAW"
        else known
        for e in rehearsed
    )
    return replace(article, names=names)


@jax.jit  # type: ignore[untyped-decorator]  # JAX is not installed where types are checked
def predict(weights: Any, embedded: Any, mask: Any, number: Any) -> Any:
    """Return the scores of all heads, without dropout."""
    return outputs(weights, embedded, mask, None) | {"no_main": weights["heads"]["no_main"][number]}


def run(source: encoder.Encoder, weights: Any, windows: Sequence[Window]) -> list[dict[str, Any]]:
    """Return the scores of each of *windows*: those of words at the words, those of the article once."""
    results: list[dict[str, Any]] = [{} for _ in windows]
    for group, length in batches(windows, None):
        chosen = [windows[i] for i in group]
        batch = to_batch(source, chosen, length, None, 0)
        predicted = predict(weights, batch["embedded"], batch["mask"], batch["number"])
        scores = {name: np.asarray(values) for name, values in predicted.items()}
        for row, index in enumerate(group):
            at = windows[index].first_pieces
            results[index] = {k: scores[k][row, at] for k in ("tags", "types", "flags", "main", "hidden")}
            results[index] |= {k: scores[k][row] for k in ("topics", "lead", "no_main")}
    return results


def measure(labels: Labels, source: encoder.Encoder, weights: Any, part: str) -> None:
    """Print how well the heads do on *part*."""
    tokenizer = encoder.tokenizer()
    for name, articles in {
        "world": [a for a in labels.articles if a.part == part and a.outlet != a.id],
        "wire": [a for a in labels.articles if a.part == part and a.outlet == a.id and a.events is not None],
        "topics": [a for a in labels.articles if a.part == part and a.events is None],
    }.items():
        windows = list(examples.all_windows(articles, tokenizer))
        report(name, labels, articles, windows, run(source, weights, windows))


CORE = {"PERSON": "PERSON", "ORG": "ORG", "GPE": "PLACE", "LOC": "PLACE", "NORP": "NORP"}
EVENT_THRESHOLDS = (0.3, 0.4, 0.5, 0.6)
TOPIC_THRESHOLD = 0.4
"""Probabilities from which an event, or a topic, counts as found."""


def report(
    name: str,
    labels: Labels,
    articles: Sequence[LabelledArticle],
    windows: Sequence[Window],
    scores: Sequence[dict[str, Any]],
) -> None:
    """Print the figures of one set of articles."""
    parts = list(zip(windows, scores, strict=True))
    for threshold in EVENT_THRESHOLDS:
        _report_events(name, labels, articles, parts, threshold)
    count: Counter[str] = Counter()
    for window, row in parts:
        article = articles[window.article]
        _count_flags(count, article, window, row)
        if article.topics and window.number == 0:
            _count_topics(count, labels, article.topics, row)
        if article.names is not None:
            _count_names(count, article.names, window, row)
    _count_main_events(count, articles, parts)
    if count["name_all"]:
        names = 2 * count["name_hit"] / count["name_all"]
        flags = count["flags"] / max(1, count["triggers"])
        main_right = count["main_right"] / max(1, count["mains"])
        print(f"  {name} names F {names:.3f}; flags {flags:.3f}; main right {main_right:.3f} of {count['mains']}")
    if count["topic_articles"]:
        found = 2 * count["topic_hit"] / count["topic_all"]
        lead, wide = (count[key] / count["topic_articles"] for key in ("lead", "lead_wide"))
        first = f"first right {lead:.3f} ({wide:.3f} with ancestors) of {count['topic_articles']}"
        print(f"  {name} topics F {found:.3f}, {first}", flush=True)


def _report_events(
    name: str,
    labels: Labels,
    articles: Sequence[LabelledArticle],
    parts: Sequence[tuple[Window, dict[str, Any]]],
    threshold: float,
) -> None:
    got = set()
    for window, row in parts:
        if articles[window.article].events is None:
            continue
        odds = np.exp(row["types"] - row["types"].max(1, keepdims=True))
        odds /= odds.sum(1, keepdims=True)
        for at, (start, _) in enumerate(window.words):
            if 1 - odds[at, 0] >= threshold:
                got.add((window.article, start, labels.type_names[1 + int(odds[at, 1:].argmax())]))
    want = {(n, e.start, e.type) for n, a in enumerate(articles) for e in a.events or ()}
    if not want:
        return
    hit = len(got & want)
    trigger = len({g[:2] for g in got} & {w[:2] for w in want})
    total = len(got) + len(want)
    print(
        f"  {name} events at {threshold}: P {hit / max(1, len(got)):.3f} R {hit / len(want):.3f}"
        f" F {2 * hit / total:.3f} trigger F {2 * trigger / total:.3f}"
    )


def _count_flags(count: Counter[str], article: LabelledArticle, window: Window, row: dict[str, Any]) -> None:
    events = {event.start: event for event in article.events or ()}
    flags = row["flags"] > 0
    for at, (start, _) in enumerate(window.words):
        event = events.get(start)
        if event is not None:
            count["flags"] += int((flags[at] == np.array(event.flags)).sum())
            count["triggers"] += 4


def _count_topics(count: Counter[str], labels: Labels, wanted: Sequence[str], row: dict[str, Any]) -> None:
    chance = 1 / (1 + np.exp(-row["topics"]))
    codes = list(labels.topics)
    found = labels.with_ancestors(code for code, value in zip(codes, chance, strict=True) if value >= TOPIC_THRESHOLD)
    above = labels.with_ancestors(wanted)
    count.update(topic_hit=len(found & above), topic_all=len(found) + len(above), topic_articles=1)
    lead = codes[int(row["lead"].argmax())]
    count.update(lead=lead in wanted, lead_wide=lead in above)


def _count_names(count: Counter[str], names: Sequence[labelled.Name], window: Window, row: dict[str, Any]) -> None:
    found = {
        (window.words[start][0], window.words[end - 1][1], CORE[NAME_LABELS[label]])
        for start, end, label in decode(row["tags"])
        if NAME_LABELS[label] in CORE
    }
    first, last = window.words[0][0], window.words[-1][1]
    wanted = {
        (name.start, name.end, CORE[name.labels[0]])
        for name in names
        if name.labels[0] in CORE and first <= name.start < last
    }
    count.update(name_hit=len(found & wanted), name_all=len(found) + len(wanted))


def _count_main_events(
    count: Counter[str], articles: Sequence[LabelledArticle], parts: Sequence[tuple[Window, dict[str, Any]]]
) -> None:
    best: dict[int, tuple[float, int]] = {}
    for window, row in parts:
        for at, (start, _) in enumerate(window.words):
            if row["types"][at].argmax():
                value = float(row["main"][at, 0] - row["no_main"])
                best[window.article] = max(best.get(window.article, (-1e9, 0)), (value, start))
    for number, article in enumerate(articles):
        mains = {event.start for event in article.events or () if event.main}
        if mains:
            count.update(mains=1, main_right=best.get(number, (0, -1))[1] in mains)


def main() -> None:
    """Run a command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["fit", "measure"])
    parser.add_argument("--labelled", type=Path, required=True)
    parser.add_argument("--runs", type=Path, required=True)
    parser.add_argument("--part", default="development")
    arguments = parser.parse_args()
    labels = Labels(arguments.labelled)
    if arguments.command == "fit":
        weights = fit(labels, arguments.runs, frozenset({"train"}))
        (arguments.runs / "teacher.weights").write_bytes(pickle.dumps(jax.tree.map(np.asarray, weights)))
    else:
        with (arguments.runs / "teacher.state").open("rb") as stored:
            weights = pickle.load(stored)[2]  # noqa: S301 - our own file
        measure(labels, encoder.load(LAYERS), weights, arguments.part)


if __name__ == "__main__":
    main()
