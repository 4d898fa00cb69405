"""Create `service/enrich/data/entities/given_names.tsv`: given names that nearly only women or nearly only men have.

    python scripts/make_given_names.py name_data.json

The file is in the package nomquamgender 0.1.4 (Van Buskirk, Clauset and Larremore; MIT), which joins public lists of
names from many countries: for each name, how many lists have it, how many bearers, and the share of women.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

TARGET = Path(__file__).parents[1] / "service/enrich/data/entities/given_names.tsv"
MIN_LISTS = 5
MIN_BEARERS = 10
MAX_SHARE_OF_OTHERS = 0.1
"""Andrea, Jean and Nicola are left out: they are women's names in one country and men's in another."""
HEADER = """\
# Given names in lower case and ASCII, and whether nearly only women (f) or men (m) have them.
# Source: nomquamgender 0.1.4 (Van Buskirk, Clauset and Larremore; MIT). Made by scripts/make_given_names.py.
"""


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", type=Path)
    names = json.loads(parser.parse_args().names.read_text(encoding="utf-8"))
    rows = []
    for name, (lists, bearers, women, *_) in sorted(names.items()):
        is_name = name.isascii() and name.replace("-", "").isalpha()
        is_known = lists >= MIN_LISTS and bearers >= MIN_BEARERS
        if is_name and is_known and min(women, 1 - women) <= MAX_SHARE_OF_OTHERS:
            rows.append(f"{name}\t{'f' if women > 1 - women else 'm'}\n")
    TARGET.write_text(HEADER + "".join(rows), encoding="utf-8")


if __name__ == "__main__":
    main()
