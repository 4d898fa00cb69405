"""Measure the teachers as they are after their last pass.

python -m training.teacher --labelled FOLDER [--part test]
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from training import stored
from training.inventory import Inventory
from training.options import LABELLED, RUNS
from training.teacher import measuring
from training.teacher.answers import Teacher
from training.teacher.fitting import state_file
from training.teacher.tasks import TASKS


def main() -> None:
    """Print its figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--labelled", type=Path, default=os.environ.get(LABELLED), required=LABELLED not in os.environ)
    parser.add_argument("--runs", type=Path, default=RUNS)
    parser.add_argument("--part", choices=["development", "test"], default="development")
    options = parser.parse_args()
    inventory = Inventory(options.labelled)
    for name, task in TASKS.items():
        _, _, weights, _, _ = stored.read(state_file(options.runs, name))
        measuring.measure(inventory, Teacher(task.load(task.layers), weights, name), options.part)


if __name__ == "__main__":
    main()
