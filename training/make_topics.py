"""Create `service/enrich/data/topics.tsv`, the topics that an article can have.

    python -m training.make_topics FILE

Input: FILE, the topics that the labels use, in the form that `training/topics.py` reads.
"""

from __future__ import annotations

import sys
from pathlib import Path

from training import topics

TARGET = Path(__file__).parents[1] / "service" / "enrich" / "data" / "topics.tsv"
HEAD = """\
# IPTC Media Topics NewsCodes, release 2025-03-31, (c) IPTC, https://iptc.org, CC BY 4.0: id, parent's id, name.
# An extract: most of the three upper levels. Changed: 20000568 is there "food and drink enthusiasm", below 20000550,
# and 20001065 is there "football". Made by training/make_topics.py.
"""


def main(path: str) -> None:
    """Write a row for each topic of the file at *path*."""
    tree = topics.read(Path(path))
    ids = {code: topics.media_topic(code) for code in tree.names}
    rows = [
        f"{ids[code]}\t{ids[tree.parents[code]] if code in tree.parents else ''}\t{name}\n"
        for code, name in tree.names.items()
    ]
    TARGET.write_text(HEAD + "".join(rows), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
