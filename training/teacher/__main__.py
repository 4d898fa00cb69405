"""Measure the teacher as it is after its last pass.

python -m training.teacher --labelled FOLDER [--part test]
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from training import stored
from training.inventory import Inventory
from training.options import LABELLED, RUNS
from training.teacher import encoder, measuring
from training.teacher.answers import Teacher
from training.teacher.fitting import LAYERS, STATE


def main() -> None:
    """Print its figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--labelled", type=Path, default=os.environ.get(LABELLED), required=LABELLED not in os.environ)
    parser.add_argument("--runs", type=Path, default=RUNS)
    parser.add_argument("--part", choices=["development", "test"], default="development")
    options = parser.parse_args()
    _, _, weights, _, _ = stored.read(options.runs / STATE)
    measuring.measure(Inventory(options.labelled), Teacher(encoder.load(LAYERS), weights), options.part)


if __name__ == "__main__":
    main()
