"""Create `service/wire/data/language_codes.tsv`: codes of languages that BCP 47 writes in another way.

    python scripts/make_language_codes.py

Needs Babel (BSD-3-Clause), which brings the aliases of the Unicode CLDR. It is no package of the service.
"""

from __future__ import annotations

import re
from pathlib import Path

from babel.core import get_global

PATH = Path(__file__).parents[1] / "service" / "wire" / "data" / "language_codes.tsv"
HEAD = """\
# Codes of languages, and those that BCP 47 has for them: ISO 639-2 and 639-3 ("rum", "ron" for Romanian), withdrawn
# ones ("mo" for Moldovan), and languages that count as one with a greater one. Unicode CLDR, through Babel 2.19.0.
# Copyright 2004-2025 Unicode, Inc.; licence in NOTICE. Made by scripts/make_language_codes.py.
"""
CODE, SHORT_CODE = re.compile(r"[a-z]{2,3}"), re.compile(r"[a-z]{2}")


def main() -> None:
    """Write the file."""
    aliases = sorted(get_global("language_aliases").items())
    rows = [f"{code}\t{short}\n" for code, short in aliases if CODE.fullmatch(code) and SHORT_CODE.fullmatch(short)]
    PATH.write_text(HEAD + "".join(rows), encoding="utf-8")
    print(f"{len(rows)} codes")


if __name__ == "__main__":
    main()
