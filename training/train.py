"""Train the shipped weights from labelled articles and raw news: teacher, labels of raw news, student.

    make train NEWSWIRE_LABELLED=FOLDER NEWSWIRE_RAW_NEWS=raw.jsonl.xz

README.md describes the files. Each step stores its result in `training/runs`, so that a run that was stopped goes on
where it was. The seeds are fixed, so that a second run gives the same scores within noise.
"""

from __future__ import annotations

import argparse
import os
import pickle
import random
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jax
import numpy as np
from thinc.api import NumpyOps, set_current_ops

from service.enrich.model import reader
from service.enrich.model.network import Sizes
from training import (
    documents,
    encoder,
    examples,
    excerpts,
    fit_student,
    label,
    samples,
    teacher,
    topics,
    trigger_examples,
    weights,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from training.documents import Document
    from training.labelled import LabelledArticle
    from training.samples import Sample

RUNS = Path(__file__).parent / "runs"
PROCESSES = 2
COPIES = 2
"""Copies of each labelled article with other names and in other case; a pass of the student sees one of them."""
DOCUMENTS_PER_FILE = 2_000
TEACHER_PARTS = frozenset({"train"})
STUDENT_PARTS = frozenset({"train"})
GOLD_WEIGHT, EXAMPLE_WEIGHT = 3.0, 3.0
SHARE_OF_SENTENCES = 0.25
"""Share of the sentences of labelled articles that a pass also sees alone."""


def main() -> None:
    """Run all steps."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--labelled", type=Path, default=os.environ.get("NEWSWIRE_LABELLED"))
    parser.add_argument("--raw", type=Path, default=os.environ.get("NEWSWIRE_RAW_NEWS"))
    parser.add_argument("--runs", type=Path, default=RUNS)
    parser.add_argument("--output", type=Path, default=reader.WEIGHTS)
    parser.add_argument("--width", type=int, default=128)
    parser.add_argument("--passes", type=int, default=fit_student.PASSES)
    parser.add_argument("--student", default="student")
    options = parser.parse_args()
    for name, path in (("NEWSWIRE_LABELLED", options.labelled), ("NEWSWIRE_RAW_NEWS", options.raw)):
        if path is None or not path.exists():
            raise SystemExit(
                f"{name}: there is no {path}. The articles belong to their publishers and are not part of this project: "
                "give your own; training/README.md describes their format."
            )
    options.runs.mkdir(parents=True, exist_ok=True)
    jax.config.update("jax_compilation_cache_dir", str(options.runs / "compiled"))
    set_current_ops(NumpyOps(use_blis=False))
    inventory = teacher.Labels(options.labelled)
    taught = kept(
        options.runs / "teacher.pickle", lambda: as_numpy(teacher.fit(inventory, options.runs, TEACHER_PARTS))
    )
    known = frozenset(a.id for a in inventory.articles if a.events is not None or a.part not in STUDENT_PARTS)
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        list(pool.map(partial(parse_raw, options.raw, known, options.runs), range(PROCESSES)))
        gold = kept(options.runs / "gold.pickle", lambda: parse_gold(inventory))
    silver = [doc for part in range(PROCESSES) for doc in documents.load(options.runs / f"raw-{part}.pickle")]
    train_student(options, inventory, taught, silver, gold)


def kept(path: Path, make: Callable[[], Any]) -> Any:
    """Return what *path* holds, or what *make* gives, then stored there."""
    if path.exists():
        with path.open("rb") as stored:
            return pickle.load(stored)  # noqa: S301 - our own file
    started = time.monotonic()
    made = make()
    label.store(path, made)
    print(f"{path.name}: {time.monotonic() - started:.0f} s", flush=True)
    return made


def as_numpy(tree: Any) -> Any:
    """Return *tree* with arrays of NumPy."""
    return jax.tree.map(np.asarray, tree)


def parse_raw(raw: Path, known: frozenset[str], runs: Path, part: int) -> None:
    """Store one part of the raw news with the base model's grammar."""
    path = runs / f"raw-{part}.pickle"
    if path.exists():
        return
    set_current_ops(NumpyOps(use_blis=False))
    texts = [
        (name, text, ())
        for number, (name, text) in enumerate(documents.read_raw(raw, known))
        if number % PROCESSES == part
    ]
    documents.store(path, list(documents.read_grammar(texts, documents.reader())))


def parse_gold(inventory: teacher.Labels) -> list[tuple[int, LabelledArticle, Document]]:
    """Return the labelled articles and their copies, by number of the copy, with the base model's grammar."""
    rng = random.Random(0)  # noqa: S311 - no secret
    articles = [a for a in inventory.articles if a.part in STUDENT_PARTS]
    base = teacher.base_recognizer()
    articles = [teacher.with_numbers(a, base) for a in articles]
    names = examples.names_of(articles)
    versions = [(0, a) for a in articles]
    versions += [
        (copy, examples.vary(a, rng, names)) for copy in range(1, 1 + COPIES) for a in articles if a.events is not None
    ]
    texts = [(a.id, a.text, a.sentences) for _, a in versions]
    parsed = documents.read_grammar(texts, documents.reader())
    return [(copy, article, document) for (copy, article), document in zip(versions, parsed, strict=True)]


def label_all(
    runs: Path,
    name: str,
    docs: Sequence[Document],
    source: encoder.Encoder,
    taught: Any,
    vectors: label.WordVectors | None,
) -> list[label.Labels]:
    """Return the teacher's labels of *docs*, stored in files as they are made."""
    labels: list[label.Labels] = []
    for begin in range(0, len(docs), DOCUMENTS_PER_FILE):
        chunk = docs[begin : begin + DOCUMENTS_PER_FILE]

        def run(chunk: Sequence[Document] = chunk) -> Any:
            part = label.WordVectors(vectors.vocabulary, source.words.shape[1]) if vectors else None
            found = label.label(chunk, [sentence_ends(doc) for doc in chunk], source, taught, part)
            return found, None if part is None else (part.sums.astype(np.float32), part.counts)

        found, sums = kept(runs / f"labels-{name}-{begin}.pickle", run)
        labels += found
        if vectors is not None and sums is not None:
            vectors.sums += sums[0]
            vectors.counts += sums[1]
    return labels


def sentence_ends(document: Document) -> list[tuple[int, int]]:
    """Return the sentences of *document* in code points."""
    starts = document.starts[document.opens].tolist()
    return list(zip(starts, [*starts[1:], len(document.text)], strict=True))


def train_student(
    options: Any,
    inventory: teacher.Labels,
    taught: Any,
    silver: list[Document],
    gold: list[tuple[int, LabelledArticle, Document]],
) -> None:
    """Label everything with the teacher, train the student, and write its weights."""
    source = encoder.load(teacher.LAYERS)
    words = kept(
        options.runs / "vocabulary.pickle", lambda: samples.vocabulary([*silver, *(d for n, _, d in gold if n == 0)])
    )
    vectors = label.WordVectors(words, source.words.shape[1])
    silver_labels = label_all(options.runs, "raw", silver, source, taught, vectors)
    gold_labels = label_all(options.runs, "gold", [d for _, _, d in gold], source, taught, None)
    ruled = kept(options.runs / "examples.pickle", trigger_examples.read)
    ruled_labels = label_all(options.runs, "examples", [d for d, _ in ruled], source, taught, None)
    tags = {tag: row for row, tag in enumerate(sorted({t for d in silver for t in d.tags}))}
    relations = {name: row for row, name in enumerate(sorted({t for d in silver for t in d.relations}))}
    forms = samples.Forms()
    plain = [
        samples.to_sample(d, found, forms, tags, relations, 1.0) for d, found in zip(silver, silver_labels, strict=True)
    ]
    by_copy: dict[int, list[Sample]] = {}
    for (copy, article, document), found in zip(gold, gold_labels, strict=True):
        sample = samples.to_sample(document, found, forms, tags, relations, GOLD_WEIGHT)
        by_copy.setdefault(copy, []).append(samples.with_gold(sample, document, article, inventory))
    for (document, triggers), found in zip(ruled, ruled_labels, strict=True):
        trigger_examples.mark(found, triggers, inventory.types)
        plain.append(samples.to_sample(document, found, forms, tags, relations, EXAMPLE_WEIGHT))

    def labelled(number: int) -> list[Sample]:
        full = [*by_copy[0], *by_copy[1 + number % COPIES]]
        rng = random.Random(number)  # noqa: S311 - no secret
        return [*full, *excerpts.sentences(full, SHARE_OF_SENTENCES, rng)]

    sizes = Sizes(
        len(words),
        examples.NAME_TAGS,
        len(tags),
        len(relations),
        len(inventory.type_names),
        len(inventory.topics),
        width=options.width,
    )
    names = {
        "words": list(words), "name_labels": list(examples.NAME_LABELS), "tags": list(tags), "relations": list(relations),
        "types": inventory.type_names[1:], "topics": [topics.media_topic(code) for code in inventory.topics],
    }  # fmt: skip

    def check(average: Any) -> None:
        weights.store(as_numpy(average), names, options.output)
        print(f"weights written to {options.output}: {options.output.stat().st_size / 1e6:.1f} MB", flush=True)

    features = forms.features(words)
    start = samples.reduced(vectors.sums, vectors.counts, sizes.word_width)
    state = options.runs / f"{options.student}.state"
    fit_student.fit(plain, labelled, features, sizes, start, state, check, options.passes)


if __name__ == "__main__":
    main()
