"""Make the shipped weights from the labelled articles and raw news: corpus, teacher, silver labels, student.

    python training/train.py --articles DIRECTORY

*DIRECTORY* holds `articles.jsonl` (labelled) and `raw.jsonl.xz` (raw); README.md tells their form. The seeds are fixed
and one thread does the arithmetic, so a second run gives the same figures within noise.
"""

from __future__ import annotations

import os

# Two BLAS threads on a busy machine wait for each other: a quarter of the speed of one.
os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import argparse
import random
import sys
import time
from pathlib import Path

import spacy
from spacy.training.initialize import init_nlp
from spacy.training.loop import train
from spacy.util import load_config
from thinc.api import NumpyOps, set_current_ops

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

import augment
import callbacks  # noqa: F401 - registers what the config names
import corpus
import silver

from service.enrich import model

CORPUS = HERE / "corpus"
RUNS = HERE / "runs"
SEED = 20
SILVER_WORDS = {"allsides": 500_000, "reuters21578": 250_000, "guardian": 200_000, "media": 100_000, "wmt22": 100_000}
"""Words of raw news by source."""
TEACHER = {"training.max_epochs": 2, "training.optimizer.learn_rate.total_steps": 3_500}
STUDENT = {"training.max_epochs": 2, "training.optimizer.learn_rate.total_steps": 9_000}


def main() -> None:
    """Run all stages; each writes its result below `training/corpus` or `training/runs`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--articles",
        type=Path,
        default=os.environ.get("NEWSWIRE_TRAINING_DATA"),
        help="directory with articles.jsonl and raw.jsonl.xz (or NEWSWIRE_TRAINING_DATA)",
    )
    parser.add_argument("--output", type=Path, default=model.WEIGHTS, help="where the weights go")
    arguments = parser.parse_args()
    labelled, raw = _inputs(arguments.articles)
    set_current_ops(NumpyOps(use_blis=False))
    gold = build_gold(labelled)
    fit("teacher", start=corpus.BASE, **TEACHER)
    build_silver(raw, gold, RUNS / "teacher" / "model-best")
    fit("student", start=str(RUNS / "teacher" / "model-best"), train_path=CORPUS / "student.spacy", **STUDENT)
    model.store(spacy.load(RUNS / "student" / "model-best"), arguments.output)
    print(f"weights written to {arguments.output}; compare: python {HERE.name}/report.py")


def _inputs(directory: Path | None) -> tuple[Path, Path]:
    if directory is None:
        raise SystemExit(
            "No training data. The labelled articles belong to their publishers and are not part of this project: "
            "give their directory with --articles or NEWSWIRE_TRAINING_DATA (form: training/README.md)."
        )
    found = Path(directory) / "articles.jsonl", Path(directory) / "raw.jsonl.xz"
    if missing := [str(path) for path in found if not path.is_file()]:
        raise SystemExit(f"Not found: {', '.join(missing)}. training/README.md tells what they must hold.")
    return found


def build_gold(labelled: Path) -> list[corpus.Article]:
    """Write the three parts and the training copies; return the articles of the training part."""
    base = spacy.load(corpus.BASE, enable=["ner"])
    articles = list(corpus.rehearse(corpus.read(labelled), base))
    parts = {name: [a for a in articles if corpus.part(a.id) == name] for name in corpus.PARTS}
    for name in ("development", "test"):
        corpus.write(CORPUS / f"{name}.spacy", (corpus.to_doc(article, base) for article in parts[name]))
    copies = augment.copies(parts["train"], random.Random(SEED))  # noqa: S311 - no secret
    count = corpus.write(CORPUS / "train.spacy", (corpus.to_doc(article, base) for article in copies))
    print({name: len(part) for name, part in parts.items()}, f"{count:,} training examples")
    return parts["train"]


def build_silver(raw: Path, gold: list[corpus.Article], teacher: Path) -> None:
    """Label raw news with *teacher* and write it with the copies of *gold* as the student's corpus."""
    nlp = spacy.load(teacher)
    known = frozenset(article.id for article in gold)
    labelled = list(silver.label(silver.read(raw, known, SILVER_WORDS), nlp))
    rng = random.Random(SEED + 1)  # noqa: S311 - no secret
    copies = [*augment.copies(gold, rng), *augment.copies(labelled, rng, swapped=0)]
    rng.shuffle(copies)
    count = corpus.write(CORPUS / "student.spacy", (corpus.to_doc(article, nlp) for article in copies))
    print(f"{len(labelled):,} articles labelled by the teacher; {count:,} examples for the student")


def fit(name: str, *, start: str, train_path: Path = CORPUS / "train.spacy", **overrides: object) -> None:
    """Train newswire.cfg from the weights of *start*; the best on the development part stays at `runs/NAME`."""
    paths = {"paths.train": str(train_path), "paths.dev": str(CORPUS / "development.spacy"), "paths.start": start}
    nlp = init_nlp(load_config(HERE / "newswire.cfg", overrides={**paths, **overrides}, interpolate=False))
    # spaCy's loop starts with the CPU's default arithmetic; ours is faster (service/enrich/model.py).
    for _, component in nlp.pipeline:
        for node in component.model.walk():
            node.ops = NumpyOps(use_blis=False)
    (RUNS / name).mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    train(nlp, RUNS / name)
    print(f"{name}: {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
