"""Make the shipped weights from the labelled articles and raw news: corpus, teacher, silver labels, student.

    python training/train.py --labelled articles.jsonl --raw raw.jsonl.xz

README.md tells the form of the two files. The seeds are fixed and one thread does the arithmetic, so a second run gives
the same figures within noise.
"""

from __future__ import annotations

# ruff: noqa: E402 - the environment must be set before NumPy is loaded, the path before our own modules
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
GOLD, SILVER = CORPUS / "train" / "gold.spacy", CORPUS / "train" / "silver.spacy"
RUNS = HERE / "runs"
SEED = 20
SILVER_WORDS = {
    "allsides": 400_000,
    "reuters21578": 200_000,
    "guardian": 200_000,
    "media": 100_000,
    "wmt22": 100_000,
    "ukrbias": 100_000,
}
"""Most words of raw news by source; a source is what an id starts with."""
WORDS = 600
"""Tokens of a batch, as in the configs: so the learning rate reaches zero with the last step."""
LABELLED, RAW = "NEWSWIRE_LABELLED", "NEWSWIRE_RAW_NEWS"


def main() -> None:
    """Run all stages; each writes its result below `training/corpus` or `training/runs`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--labelled", default=os.environ.get(LABELLED), help=f"labelled articles, or {LABELLED}")
    parser.add_argument("--raw", default=os.environ.get(RAW), help=f"raw news, or {RAW}")
    parser.add_argument("--output", type=Path, default=model.WEIGHTS, help="where the weights go")
    arguments = parser.parse_args()
    labelled, raw = _given(arguments.labelled, LABELLED), _given(arguments.raw, RAW)
    set_current_ops(NumpyOps(use_blis=False))
    known = build_gold(labelled)
    fit("entities", "teacher", epochs=2)
    build_silver(raw, known, RUNS / "teacher" / "model-best")
    fit("entities", "student", start=str(RUNS / "teacher" / "model-best"), files=(GOLD, SILVER), epochs=2)
    fit("triggers", "triggers", epochs=4)
    nlp = spacy.load(RUNS / "student" / "model-best")
    nlp.add_pipe("triggers", source=spacy.load(RUNS / "triggers" / "model-best"))
    model.store(nlp, arguments.output)
    print(f"weights written to {arguments.output}; measure them: python training/report.py")


def _given(path: str | None, variable: str) -> Path:
    if not path:
        raise SystemExit(
            f"{variable} is not set. The articles belong to their publishers and are not part of this project: "
            "give your own files; training/README.md tells their form."
        )
    if not Path(path).is_file():
        raise SystemExit(f"{variable}: there is no file {path}. training/README.md tells what it must hold.")
    return Path(path)


def build_gold(labelled: Path) -> frozenset[str]:
    """Write the three parts, the training part with its copies; return the ids of all articles."""
    base = spacy.load(corpus.BASE, enable=["ner"])
    articles = list(corpus.rehearse(corpus.read(labelled), base))
    parts = {name: [a for a in articles if corpus.part(a.id) == name] for name in corpus.PARTS}
    for name in ("development", "test"):
        corpus.write(CORPUS / f"{name}.spacy", (corpus.to_doc(article, base) for article in parts[name]))
    copies = augment.copies(parts["train"], random.Random(SEED))  # noqa: S311 - no secret
    count = corpus.write(GOLD, (corpus.to_doc(article, base) for article in copies))
    print({name: len(part) for name, part in parts.items()}, f"{count:,} training examples with the copies")
    return frozenset(article.id for article in articles)


def build_silver(raw: Path, known: frozenset[str], teacher: Path) -> None:
    """Label raw news with *teacher*, except the articles *known*, and write it beside the gold corpus."""
    nlp = spacy.load(teacher)
    labelled = list(silver.label(silver.read(raw, known, SILVER_WORDS), nlp))
    copies = augment.copies(labelled, random.Random(SEED + 1), swapped=0)  # noqa: S311 - no secret
    count = corpus.write(SILVER, (corpus.to_doc(article, nlp) for article in copies))
    print(f"{len(labelled):,} articles labelled by the teacher, {count:,} training examples with the copies")


def fit(config: str, run: str, *, epochs: int, start: str = corpus.BASE, files: tuple[Path, ...] = (GOLD,)) -> None:
    """Train CONFIG.cfg from the weights of *start*; the best on the development part stays at `runs/RUN`."""
    nlp = spacy.blank("en")
    tokens = sum(len(doc) for path in files for doc in corpus.load(path, nlp.vocab))
    overrides = {
        "paths.train": str(files[0] if len(files) == 1 else GOLD.parent),
        "paths.dev": str(CORPUS / "development.spacy"),
        "paths.start": start,
        "training.max_epochs": epochs,
        "training.optimizer.learn_rate.total_steps": epochs * tokens // WORDS,
    }
    nlp = init_nlp(load_config(HERE / f"{config}.cfg", overrides=overrides, interpolate=False))
    # spaCy's loop starts with the CPU's default arithmetic; ours is faster (service/enrich/model.py).
    for _, component in nlp.pipeline:
        for node in component.model.walk():
            node.ops = NumpyOps(use_blis=False)
    (RUNS / run).mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    train(nlp, RUNS / run)
    print(f"{run}: {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
