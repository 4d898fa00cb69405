"""Write the last results into benchmarks/README.md: `python -m benchmarks.readme`.

A block starts with `<!-- measured: NAME -->` and ends with `<!-- end -->`. Without results a block stays as it is.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from benchmarks import capacity, scale_tables, tables
from benchmarks.run import RESULTS

if TYPE_CHECKING:
    from collections.abc import Callable

README = Path(__file__).parent / "README.md"
BLOCK = re.compile(r"(<!-- measured: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
RENDERERS: dict[str, tuple[str, Callable[[], str]]] = {
    "run": ("results.json", lambda: tables.markdown(orjson.loads((RESULTS / "results.json").read_bytes()))),
    "scale": ("scale.json", lambda: scale_tables.markdown(orjson.loads((RESULTS / "scale.json").read_bytes()))),
    "paper": ("results.json", capacity.load),
}


def with_results(text: str) -> str:
    """Return *text* with every block replaced for which there are results."""

    def block(match: re.Match[str]) -> str:
        file, render = RENDERERS[match[2]]
        return f"{match[1]}\n{render().strip()}\n\n{match[3]}" if (RESULTS / file).exists() else match[0]

    return BLOCK.sub(block, text)


if __name__ == "__main__":
    README.write_text(with_results(README.read_text()))
