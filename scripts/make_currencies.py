"""Create `service/enrich/data/currencies.tsv`: the currencies of the world, where each is used and how English says it.

    python scripts/make_currencies.py

Needs Babel (BSD-3-Clause), which brings the names and signs of the Unicode CLDR. It is no package of the service.
"""

from __future__ import annotations

from pathlib import Path

from babel.core import Locale, get_global
from babel.localedata import locale_identifiers
from babel.numbers import get_currency_name, get_currency_symbol, get_territory_currencies

PATH = Path(__file__).parents[1] / "service" / "enrich" / "data" / "currencies.tsv"
HEAD = """\
# Currencies in use: ISO 4217 code, countries (ISO 3166-1), names in the singular and the plural, and the signs that
# English has for it, with the country where the sign alone means it. Unicode CLDR, through Babel 2.19.0.
# Copyright 2004-2025 Unicode, Inc.; licence in NOTICE. Made by scripts/make_currencies.py.
"""


def main() -> None:
    """Write the file."""
    countries: dict[str, list[str]] = {}
    for country in sorted(get_global("territory_currencies")):
        if len(country) == len("US"):
            for code in get_territory_currencies(country):
                countries.setdefault(code, []).append(country)
    rows = []
    for code, users in sorted(countries.items()):
        names = sorted({get_currency_name(code, count=count, locale="en").lower() for count in (1, 2)})
        rows.append("\t".join((code, ",".join(users), ",".join(names), ",".join(_signs(code, users)))) + "\n")
    PATH.write_text(HEAD + "".join(rows), encoding="utf-8")
    print(f"{len(rows)} currencies")


def _signs(code: str, countries: list[str]) -> list[str]:
    """Return the sign of English anywhere, and those of the English of each country, as "Rs PK"."""
    everywhere = get_currency_symbol(code, "en")
    signs = [] if everywhere == code else [everywhere]
    local = {(get_currency_symbol(code, Locale.parse(f"en_{country}")), country) for country in countries
             if f"en_{country}" in locale_identifiers()}  # fmt: skip
    return signs + [f"{sign} {country}" for sign, country in sorted(local) if sign not in {code, everywhere}]


if __name__ == "__main__":
    main()
