"""The currency that a sign or a name means in an article: "$", "Tk", "rupees", "Hong Kong dollars"."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, NamedTuple

from service.enrich import data_files
from service.enrich.data_files import DATA, CommaSeparatedList, CommaSeparatedSet, DataRow

if TYPE_CHECKING:
    from collections.abc import Sequence


LOCAL_SIGN = re.compile(r"(?P<sign>.+) (?P<country>[A-Z]{2})")
"""A sign with the country where it means the currency, as `currencies.tsv` writes it."""


class CurrencyWords(DataRow):
    """How the press writes currencies. `currency_words.yaml` documents the keys."""

    signs: dict[str, CommaSeparatedList]
    names: dict[str, str]
    usual: dict[str, str]
    common_words: CommaSeparatedSet


class Currencies(NamedTuple):
    """All currencies by what is written for them."""

    signs: dict[str, list[str]]
    """Codes by sign, the usual one first."""
    names: dict[str, list[str]]
    """Codes by name in lower case, with its country ("kenyan shillings") and without."""
    countries: dict[str, frozenset[str]]
    """Countries by code."""
    local: dict[tuple[str, str], str]
    """Codes by sign and the country where the sign means another currency than elsewhere: "$" in Australia."""


@functools.cache
def words() -> CurrencyWords:
    """Return the words of the press."""
    return data_files.read_document(DATA / "currency_words.yaml", CurrencyWords)


@functools.cache
def currencies() -> Currencies:
    """Return all currencies."""
    found = Currencies({sign: list(codes) for sign, codes in words().signs.items()}, {}, {}, {})
    for row in (DATA / "currencies.tsv").read_text(encoding="utf-8").splitlines():
        if row.startswith("#"):
            continue
        code, countries, names, signs = row.split("\t")
        found.countries[code] = frozenset(countries.split(","))
        found.signs.setdefault(code, []).append(code)
        for name in names.split(","):
            for part in dict.fromkeys((name, name.rpartition(" ")[2])):
                found.names.setdefault(part, []).append(code)
        for sign in filter(None, signs.split(",")):
            local = LOCAL_SIGN.fullmatch(sign)
            codes = found.signs.setdefault(local["sign"] if local else sign, [])
            codes.insert(len(codes) if local else 0, code)  # what it means anywhere comes first
            if local:
                found.local[local["sign"], local["country"]] = code
    for name, code in words().names.items():
        found.names[name] = [code]
    return found


def of_sign(sign: str, countries: Sequence[str]) -> str | None:
    """Return the currency of *sign* in an article about *countries*; None if it is no sign there."""
    codes = currencies().signs[sign]
    for country in countries:
        if local := currencies().local.get((sign, country)):
            return local
        for code in codes:
            if country in currencies().countries.get(code, ()):
                return code
    return None if is_letter(sign) else codes[0]


def is_letter(sign: str) -> bool:
    """Return whether *sign* is a single letter, which mostly means something else: "R", "N", "K"."""
    return len(sign) == 1 and sign.isascii() and sign.isalpha()


def of_name(name: str, countries: Sequence[str]) -> str | None:
    """Return the currency of *name* in an article about *countries*; None if that is open: "dinars"."""
    codes = currencies().names[name]
    if len(codes) > 1:
        for country in countries:
            for code in codes:
                if country in currencies().countries.get(code, ()):
                    return code
        return words().usual.get(name)
    return codes[0]
