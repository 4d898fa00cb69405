"""Train the network for names in Romanian, Bulgarian, Hungarian and Slovak, step by step.

    make train-languages NEWSWIRE_LABELLED=FOLDER NEWSWIRE_LANGUAGES=FOLDER

README.md describes the files. Each step stores its result in `training/runs`, so that a training that was stopped goes
on where it was. It starts from the English teacher of names, which `make train` leaves
there, and which is trained first if it is missing.
"""

from __future__ import annotations

import argparse
import os
import random
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jax
import numpy as np

from service.enrich.data_files import LANGUAGES
from service.enrich.model.name_reader import WEIGHTS
from training import stored
from training.inventory import Inventory
from training.languages import documents, english, gold, measuring, raw, slots, student, teacher, word_table, words
from training.options import LABELLED, RUNS
from training.student import fitting, weights
from training.student.fitting import Student
from training.student.samples import Numbering
from training.student.trunk import TrunkSizes
from training.student.word_vectors import WordVectors
from training.teacher import fitting as teacher_fitting
from training.teacher import multilingual_e5
from training.teacher.fitting import state_file
from training.train import PARTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from training.languages.documents import Sample
    from training.languages.gold import Text

LANGUAGES_FOLDER = "NEWSWIRE_LANGUAGES"
NEIGHBOURS = {"cs": 1.0, "hr": 0.5, "sr": 0.5, "pl": 0.25, "uk": 0.4}
"""Languages that the student reads beside its own, and the share of their texts: there is little Slovak news."""
SHARE_OF_COPIES = 0.5
"""Share of the labelled texts that a pass reads with other names."""
SHARES = {
    "NerKor+Cars-OntoNotes++ wikipedia": 0.6, "NerKor+Cars-OntoNotes++ web": 0.6,
    "NerKor+Cars-OntoNotes++ fiction": 0.4, "NerKor+Cars-OntoNotes++ legal": 0.25, "NerKor+Cars-OntoNotes++ cars": 0.3,
}  # fmt: skip
"""Share of the texts of a set that the student reads, if not all."""
RAW_ARTICLES = 1_500
TEACHER_LAYERS, WIDTH, WORD_WIDTH, GRAM_ROWS, PASSES, COPIES = 8, 160, 64, 16_384, 10, 5
HELD_BACK_RAW = 60
"""Raw articles, drawn by seed, that are kept to read records by eye."""


def main() -> None:
    """Run all steps."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--labelled", type=Path, default=os.environ.get(LABELLED), required=LABELLED not in os.environ)
    parser.add_argument(
        "--languages", type=Path, default=os.environ.get(LANGUAGES_FOLDER), required=LANGUAGES_FOLDER not in os.environ
    )
    parser.add_argument("--runs", type=Path, default=RUNS)
    parser.add_argument("--output", type=Path, default=Path(str(WEIGHTS)))
    options = parser.parse_args()
    runs: Path = options.runs
    runs.mkdir(parents=True, exist_ok=True)
    jax.config.update("jax_compilation_cache_dir", str(runs / "compiled"))

    english_names = state_file(runs, "names")
    if not english_names.exists():
        teacher_fitting.fit(Inventory(options.labelled), runs, PARTS, "names")
    texts = list(gold.read(options.languages))
    source = multilingual_e5.load(TEACHER_LAYERS)
    taught = teacher.fit([*texts, *english.read(options.labelled)], english_names, source, runs)

    learned = [text for text in texts if text.part == "train" and text.language in LANGUAGES and _is_read(text)]
    beside = [text for text in texts if text.part == "train" and text.language in NEIGHBOURS and _is_read(text)]
    unlabelled = list(raw.read(options.languages, _held_back(options.languages)))[:RAW_ARTICLES]
    vocabulary = word_table.vocabulary([*learned, *beside, *unlabelled], LANGUAGES)
    numbering = Numbering([])

    def read(name: str, chosen: Sequence[Text], *, labelled: bool) -> tuple[list[Any], WordVectors]:
        def answers() -> tuple[list[Any], WordVectors]:
            vectors = WordVectors(vocabulary, source.words.shape[1])
            return documents.read(chosen, taught, source, vectors, labelled=labelled), vectors

        return stored.kept(runs / f"languages-{name}.pickle", answers)

    found, vectors = read("labelled", learned, labelled=True)
    of_neighbours, of_their_words = read("neighbours", beside, labelled=True)
    of_raw, of_raw_words = read("raw", unlabelled, labelled=False)
    vectors.join(of_their_words)
    vectors.join(of_raw_words)
    names = slots.Names(learned, options.languages / "names")
    splitter = words.splitter()
    copies: list[list[Sample]] = []
    originals = [documents.to_sample(document, numbering) for document in found]
    for copy in range(COPIES):
        rng = random.Random(copy)  # noqa: S311 - no secret
        varied = (
            documents.with_words_of(document, slots.vary(text, names, rng), splitter)
            for text, document in zip(learned, found, strict=True)
        )
        copies.append(
            [
                documents.to_sample(document, numbering) if document else original
                for document, original in zip(varied, originals, strict=True)
            ]
        )
    unchanging = [documents.to_sample(one, numbering) for one in (*of_neighbours, *of_raw)]

    def samples_of_pass(number: int) -> list[Sample]:
        rng = random.Random(number)  # noqa: S311 - no secret
        pairs = zip(originals, copies[number % COPIES], strict=True)
        return [copy if rng.random() < SHARE_OF_COPIES else original for original, copy in pairs]

    sizes = TrunkSizes(len(vocabulary), width=WIDTH, word_width=WORD_WIDTH, gram_rows=GRAM_ROWS)
    word_vectors = stored.kept(
        runs / "languages-words.pickle",
        lambda: word_table.vectors(vocabulary, vectors, taught, source, sizes.word_width),
    )
    features = numbering.features(vocabulary, GRAM_ROWS)

    to_measure = [text for text in texts if text.part == "development" and text.language in LANGUAGES]

    def write_weights(average: Any) -> None:
        kept = {"words": list(vocabulary), "name_labels": list(gold.LABELS)}
        weights.store(jax.tree.map(np.asarray, average), kept, options.output)
        print(f"weights written to {options.output}: {options.output.stat().st_size / 1e6:.1f} MB", flush=True)
        measuring.measure(to_measure, options.output)

    fitting.fit(
        Student(
            lambda: student.first_weights(sizes, word_vectors),
            lambda picked, length, rng: student.to_batch(picked, length, features, rng),
            partial(student.loss, vocabulary=len(vocabulary)),
        ),
        unchanging=unchanging,
        varying=samples_of_pass,
        state=runs / f"student-languages-{WIDTH}-{PASSES}.state",
        after_pass=write_weights,
        passes=PASSES,
    )


def _is_read(text: Text) -> bool:
    """Return whether the student reads *text*."""
    chance = NEIGHBOURS.get(text.language, SHARES.get(text.collection, 1.0))
    return random.Random(text.id).random() < chance  # noqa: S311 - no secret


def _held_back(folder: Path) -> frozenset[str]:
    ids = sorted(text.id for text in raw.read(folder, frozenset()))
    random.Random(20261129).shuffle(ids)  # noqa: S311 - no secret
    return frozenset(ids[:HELD_BACK_RAW])


if __name__ == "__main__":
    main()
