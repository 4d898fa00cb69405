"""A model whose loading takes until the test says so."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.kafka.processors import Light

if TYPE_CHECKING:
    from service.settings import Settings


class Waiting(Light):
    """`Light`, once the file that the variable TEST_START_FILE names exists."""

    def __init__(self, settings: Settings) -> None:
        while not Path(os.environ["TEST_START_FILE"]).exists():
            time.sleep(0.01)
        super().__init__(settings)
