"""Train the shipped weights from labelled articles and raw news: corpus, teachers, silver labels, student.

    python training/train.py --labelled articles.jsonl --raw raw.jsonl.xz

README.md describes the two files. The seeds are fixed and all arithmetic runs on one thread, so that a second run gives
the same scores within noise.
"""

from __future__ import annotations

# ruff: noqa: E402 - the environment must be set before NumPy is loaded, the path before our own modules
import os

# On a busy machine two BLAS threads wait for each other and reach a quarter of the speed of one.
os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import argparse
import random
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import spacy
from spacy.training.initialize import init_nlp
from spacy.training.loop import train
from spacy.util import load_config
from thinc.api import NumpyOps, set_current_ops

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

import training.callbacks  # noqa: F401 - registers what the configs name
from service.enrich.model import loading
from training import augment, corpus, silver, weights

CORPUS = HERE / "corpus"
RUNS = HERE / "runs"
TEACHERS = ("ner", "tok2vec")
"""Networks of the base model, one per teacher. They differ, so that one is often right if the other errs."""
SILVER_PROCESSES = 2
"""Processes that label raw news in parallel, each a part of it."""
SEED = 20
MAX_SILVER_WORDS_BY_SOURCE = {
    "allsides": 2_000_000,
    "reuters21578": 1_200_000,
    "guardian": 300_000,
    "media": 100_000,
    "wmt22": 100_000,
    "ukrbias": 100_000,
}
"""Most words of raw news by source. The source of an article is its id up to the first hyphen."""
TOKENS_PER_BATCH = 600
"""Tokens per batch, as in the configs: the learning rate then reaches zero with the last step."""
LABELLED_VARIABLE, RAW_VARIABLE = "NEWSWIRE_LABELLED", "NEWSWIRE_RAW_NEWS"


def main() -> None:
    """Run all stages. Each writes its result to a folder in `training/corpus` or `training/runs`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--labelled", default=os.environ.get(LABELLED_VARIABLE), help=f"labelled articles; default: {LABELLED_VARIABLE}"
    )
    parser.add_argument("--raw", default=os.environ.get(RAW_VARIABLE), help=f"raw news; default: {RAW_VARIABLE}")
    parser.add_argument("--output", type=Path, default=loading.WEIGHTS, help="folder for the weights")
    arguments = parser.parse_args()
    labelled, raw = _required_file(arguments.labelled, LABELLED_VARIABLE), _required_file(arguments.raw, RAW_VARIABLE)
    set_current_ops(NumpyOps(use_blis=False))
    known = build_gold(labelled)
    with ProcessPoolExecutor(SILVER_PROCESSES, mp_context=get_context("spawn")) as pool:
        list(pool.map(teach, TEACHERS))
        list(pool.map(partial(build_silver, raw, known), range(SILVER_PROCESSES)))
    fit("student", "student", CORPUS / "train", {"paths.start": str(RUNS / TEACHERS[0] / "model-best")}, epochs=2)
    weights.store(spacy.load(RUNS / "student" / "model-best"), arguments.output)
    print(f"weights written to {arguments.output}; to measure them, run: python training/report.py")


def teach(start: str) -> None:
    """Train the teacher that starts from the network of the base model's component *start*."""
    overrides: dict[str, Any] = {"paths.start": start}
    if start == "tok2vec":  # has two features more
        network = "components.ner.model.tok2vec.embed"
        overrides[f"{network}.attrs"] = ["NORM", "PREFIX", "SUFFIX", "SHAPE", "SPACY", "IS_SPACE"]
        overrides[f"{network}.rows"] = [5000, 1000, 2500, 2500, 50, 50]
    fit("teacher", start, CORPUS / "train" / "gold", overrides, epochs=2)


def _required_file(path: str | None, variable: str) -> Path:
    if not path:
        raise SystemExit(
            f"{variable} is not set. The articles belong to their publishers and are not part of this project: "
            "give your own files; training/README.md describes their format."
        )
    if not Path(path).is_file():
        raise SystemExit(f"{variable}: there is no file {path}. training/README.md describes its format.")
    return Path(path)


def build_gold(labelled: Path) -> frozenset[str]:
    """Write the three parts of the corpus, the training part with copies. Return the ids of all articles."""
    base, reader = spacy.load(corpus.BASE_MODEL, enable=["ner"]), corpus.grammar()
    articles = list(corpus.rehearse(corpus.read(labelled), base))
    parts = {name: [a for a in articles if corpus.part(a.id) == name] for name in corpus.PARTS}
    for name in ("development", "test"):
        corpus.write(CORPUS / f"{name}.spacy", corpus.with_grammar(parts[name], reader))
    corpus.write(CORPUS / "train" / "gold" / "articles.spacy", corpus.with_grammar(parts["train"], reader))
    copies = augment.copies(parts["train"], random.Random(SEED))  # noqa: S311 - no secret
    docs = (corpus.to_doc(article, base) for article in copies)
    count = corpus.write(CORPUS / "train" / "gold" / "copies.spacy", docs)
    print({name: len(part) for name, part in parts.items()}, f"and {count:,} copies")
    return frozenset(article.id for article in articles)


def build_silver(raw: Path, known: frozenset[str], part: int) -> None:
    """Label one part of the raw news with the teachers, and write it beside the gold corpus.

    Args:
        raw: File of raw news.
        known: Ids of the labelled articles, which are skipped.
        part: Number of the part, below `SILVER_PROCESSES`.
    """
    set_current_ops(NumpyOps(use_blis=False))
    teachers = [spacy.load(RUNS / start / "model-best") for start in TEACHERS]
    reader = corpus.grammar()
    articles = islice(silver.read(raw, known, MAX_SILVER_WORDS_BY_SOURCE), part, None, SILVER_PROCESSES)
    labelled = list(silver.label(articles, teachers))
    corpus.write(CORPUS / "train" / f"silver-{part}.spacy", corpus.with_grammar(labelled, reader))
    print(f"{len(labelled):,} articles labelled by the teachers")


def fit(config: str, run: str, folder: Path, overrides: dict[str, Any], *, epochs: int) -> None:
    """Train CONFIG.cfg on the files in *folder*. The best model on the development part is kept in `runs/RUN`."""
    set_current_ops(NumpyOps(use_blis=False))
    vocab = spacy.blank("en").vocab
    tokens = sum(len(doc) for path in folder.rglob("*.spacy") for doc in corpus.load(path, vocab))
    overrides = overrides | {
        "paths.train": str(folder),
        "paths.dev": str(CORPUS / "development.spacy"),
        "training.max_epochs": epochs,
        "training.optimizer.learn_rate.total_steps": epochs * tokens // TOKENS_PER_BATCH,
    }
    nlp = init_nlp(load_config(HERE / f"{config}.cfg", overrides=overrides, interpolate=False))
    # spaCy's loop creates its models with the default operations; ours are faster (service/enrich/model/loading.py).
    component: Any
    for _, component in nlp.pipeline:
        for node in component.model.walk():
            node.ops = NumpyOps(use_blis=False)
    (RUNS / run).mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    train(nlp, RUNS / run)
    print(f"{run}: {tokens:,} tokens, {epochs} epochs, in {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
