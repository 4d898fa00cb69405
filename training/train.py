"""Train the shipped weights from labelled articles and raw news.

    make train NEWSWIRE_LABELLED=FOLDER NEWSWIRE_RAW_NEWS=raw.jsonl.xz

README.md describes the files. Each step stores its result in `training/runs`, so that a training that was stopped goes
on where it was. The seeds are fixed: a second training gives the same scores within noise.
"""

from __future__ import annotations

import random
from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING, Any

import jax
import numpy as np
from thinc.api import NumpyOps, set_current_ops

from service.enrich.model.network import Sizes
from training import examples, label, options, prepare, stored, topics, trigger_examples
from training.inventory import Inventory
from training.student import excerpts, labels_of_readers, losses, network, samples, weights
from training.student import fitting as student_fitting
from training.student.batches import to_batch
from training.student.fitting import Student
from training.student.samples import Numbering
from training.student.word_vectors import WordVectors
from training.teacher import fitting as teacher_fitting
from training.teacher.tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from training.documents import Document
    from training.prepare import Version
    from training.student.samples import Sample
    from training.teacher.answers import Teacher

PARTS = frozenset({"train"})
"""Parts whose articles are learned."""
RAW_ARTICLES = 12_000
"""Raw articles that the teachers label: as many as two cores label in half an hour."""
LABELLED_WEIGHT, EXAMPLE_WEIGHT = 3.0, 3.0
"""How often a labelled article, and an example of an event rule, count in comparison with a raw article."""
SHARE_OF_SENTENCES = 0.25
"""Share of the sentences of labelled articles that a pass also sees alone."""


def main() -> None:
    """Run all steps."""
    chosen = options.read(description=__doc__)
    runs = chosen.runs
    runs.mkdir(parents=True, exist_ok=True)
    jax.config.update("jax_compilation_cache_dir", str(runs / "compiled"))
    set_current_ops(NumpyOps(use_blis=False))

    inventory = Inventory(chosen.labelled)
    teachers = [teacher_fitting.fit(inventory, runs, PARTS, task) for task in TASKS]

    raw = prepare.raw_news(chosen.raw, ids_to_leave_out(inventory), runs)[:RAW_ARTICLES]
    articles = [article for article in inventory.articles if article.part in PARTS]
    versions = stored.kept(runs / "versions.pickle", lambda: prepare.versions(articles))
    originals = [version.document for version in versions if version.copy == 0]
    words = stored.kept(runs / "vocabulary.pickle", lambda: samples.vocabulary([*raw, *originals]))

    numbering, vectors = Numbering(raw), WordVectors(words, teachers[0].width)
    unchanging = raw_samples(raw, teachers, vectors, numbering, runs)
    unchanging += example_samples(inventory, teachers, numbering, runs)
    by_copy = labelled_samples(versions, inventory, teachers, numbering, runs)

    sizes = Sizes(
        len(words), examples.NAME_TAGS, len(numbering.tags), len(numbering.relations), len(inventory.types),
        len(inventory.topics), width=chosen.width,
    )  # fmt: skip
    names = {
        "words": list(words), "name_labels": list(examples.NAME_LABELS), "tags": list(numbering.tags),
        "relations": list(numbering.relations), "types": inventory.type_names[1:],
        "topics": [topics.media_topic(code) for code in inventory.topics],
    }  # fmt: skip

    def samples_of_pass(number: int) -> list[Sample]:
        articles = [*by_copy[0], *by_copy[1 + number % prepare.COPIES]]
        rng = random.Random(number)  # noqa: S311 - no secret
        return [*articles, *excerpts.sentences(articles, SHARE_OF_SENTENCES, rng)]

    def write_weights(average: Any) -> None:
        weights.store(as_numpy(average), names, chosen.output)
        print(f"weights written to {chosen.output}: {chosen.output.stat().st_size / 1e6:.1f} MB", flush=True)

    features, word_vectors = numbering.features(words), vectors.reduced(sizes.word_width)
    student_fitting.fit(
        Student(
            partial(network.initial, sizes, word_vectors),
            lambda picked, length, rng: to_batch(picked, length, features, sizes.topics, rng),
            partial(losses.loss, sizes=sizes),
        ),
        unchanging=unchanging,
        varying=samples_of_pass,
        state=runs / f"student-{chosen.width}-{chosen.passes}.state",
        after_pass=write_weights,
        passes=chosen.passes,
    )


def ids_to_leave_out(inventory: Inventory) -> frozenset[str]:
    """Return the ids of articles that are not read as raw news: those of other parts, and those labelled in full."""
    return frozenset(
        article.id for article in inventory.articles if article.part not in PARTS or article.events is not None
    )


def raw_samples(
    raw: list[Document], teachers: Sequence[Teacher], vectors: WordVectors, numbering: Numbering, runs: Path
) -> list[Sample]:
    """Return the *raw* articles as the teachers read them, and add its vectors of their words to *vectors*."""
    answers = label.label_in_files(raw, teachers, runs / "labels-raw", vectors)
    return [samples.to_sample(document, found, numbering, 1.0) for document, found in zip(raw, answers, strict=True)]


def example_samples(
    inventory: Inventory, teachers: Sequence[Teacher], numbering: Numbering, runs: Path
) -> list[Sample]:
    """Return the examples of the event rules: as the teachers read them, but with the rules' triggers."""
    ruled = stored.kept(runs / "examples.pickle", trigger_examples.read)
    answers = label.label_in_files([document for document, _ in ruled], teachers, runs / "labels-examples")
    made = []
    for (document, triggers), found in zip(ruled, answers, strict=True):
        trigger_examples.mark(found, triggers, inventory.types)
        made.append(samples.to_sample(document, found, numbering, EXAMPLE_WEIGHT))
    return made


def labelled_samples(
    versions: list[Version], inventory: Inventory, teachers: Sequence[Teacher], numbering: Numbering, runs: Path
) -> dict[int, list[Sample]]:
    """Return the labelled articles by number of the copy: as the teachers read them, but with the readers' labels."""
    answers = label.label_in_files([version.document for version in versions], teachers, runs / "labels-versions")
    by_copy: defaultdict[int, list[Sample]] = defaultdict(list)
    for version, found in zip(versions, answers, strict=True):
        sample = samples.to_sample(version.document, found, numbering, LABELLED_WEIGHT)
        labels_of_readers.correct(sample, version.document, version.article, inventory)
        by_copy[version.copy].append(sample)
    return by_copy


def as_numpy(tree: Any) -> Any:
    """Return *tree* with arrays of NumPy."""
    return jax.tree.map(np.asarray, tree)


if __name__ == "__main__":
    main()
