"""The options of `train.py`: where the articles are, where results go, and how large the student is."""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from service.enrich.model import reader

if TYPE_CHECKING:
    from collections.abc import Sequence

LABELLED, RAW_NEWS = "NEWSWIRE_LABELLED", "NEWSWIRE_RAW_NEWS"
WIDTH, PASSES = 160, 5
RUNS = Path(__file__).parent / "runs"


@dataclass(frozen=True, slots=True)
class Options:
    """Paths of what is read and written, and what the student is like."""

    labelled: Path
    raw: Path
    runs: Path
    """Folder of the results of each step."""
    output: Path
    """File of the weights."""
    width: int
    """Length of the student's vectors."""
    passes: int
    """Passes of the student over its samples."""


def read(arguments: Sequence[str] | None = None, description: str | None = None) -> Options:
    """Return the options of the command line and of the environment.

    Raises:
        SystemExit: There are no articles. The message says what to provide.
    """
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--labelled", type=Path, default=os.environ.get(LABELLED), help=f"default: {LABELLED}")
    parser.add_argument("--raw", type=Path, default=os.environ.get(RAW_NEWS), help=f"default: {RAW_NEWS}")
    parser.add_argument("--runs", type=Path, default=RUNS)
    parser.add_argument("--output", type=Path, default=reader.WEIGHTS)
    parser.add_argument("--width", type=int, default=WIDTH)
    parser.add_argument("--passes", type=int, default=PASSES)
    options = parser.parse_args(arguments)
    for name, path in ((LABELLED, options.labelled), (RAW_NEWS, options.raw)):
        if path is None or not path.exists():
            problem = f"{name} is not set" if path is None else f"{name}: there is no {path}"
            raise SystemExit(
                f"{problem}. The articles belong to their publishers and are not part of this project: "
                "give your own; training/README.md describes their format."
            )
    return Options(**vars(options))
