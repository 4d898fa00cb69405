"""Amounts of money have their whole value and their currency."""

from __future__ import annotations

import pytest

from service.enrich.counts import money


def amounts(text: str, *countries: str) -> list[tuple[str, int, str | None]]:
    """Return the words, the value and the currency of each amount of *text*."""
    found = money.find(text, countries)
    return [(text[amount.start : amount.end], amount.value, amount.currency) for amount in found]


@pytest.mark.parametrize(
    ("words", "value", "currency"),
    [
        ("$18.5 million", 18_500_000, "USD"),
        ("US$5.4m", 5_400_000, "USD"),
        ("US $ 5 million", 5_000_000, "USD"),
        ("HK $20 million", 20_000_000, "HKD"),
        ("€2bn", 2_000_000_000, "EUR"),
        ("SR 10 billion", 10_000_000_000, "SAR"),
        ("KSh 3 million", 3_000_000, "KES"),
        ("Tk 200 crore", 2_000_000_000, "BDT"),
        ("₹5 lakh", 500_000, "INR"),
        ("2.3 crore rupees", 23_000_000, "INR"),
        ("1.2 lakh crore rupees", 1_200_000_000_000, "INR"),
        ("61 million Hong Kong dollars", 61_000_000, "HKD"),
        ("two million Kenyan shillings", 2_000_000, "KES"),
        ("800 euros", 800, "EUR"),
        ("ZAR 1,7 million", 1_700_000, "ZAR"),
        ("GH₵ 180,000.00", 180_000, "GHS"),
        ("20-billion-dollar", 20_000_000_000, "USD"),
    ],
)
def test_an_amount_has_its_value_and_its_currency(words: str, value: int, currency: str) -> None:
    """Signs, codes and names of currencies are read, with the scales and the decimal signs of their press."""
    assert amounts(f"The council paid {words} for it.") == [(words, value, currency)]


@pytest.mark.parametrize(
    ("words", "country", "currency"),
    [
        ("$5 million", "AU", "AUD"),
        ("$5 million", "CA", "CAD"),
        ("$5 million", "EC", "USD"),
        ("$5 million", "HK", "USD"),
        ("Rs 500", "PK", "PKR"),
        ("Rs 500", "IN", "INR"),
        ("300 pounds", "EG", None),
        ("3,000 pounds", "EG", "EGP"),
        ("3,000 pounds", "FR", "GBP"),
        ("800 dinars", "KW", "KWD"),
        ("800 dinars", "FR", None),
        ("Sh1.5 billion", "TZ", "TZS"),
        ("R2m", "ZA", "ZAR"),
        ("N500,000", "NG", "NGN"),
    ],
)
def test_the_country_of_the_article_tells_which_currency_is_meant(
    words: str, country: str, currency: str | None
) -> None:
    """Dollars, rupees and the like are those of the country; elsewhere they are the usual ones, or open."""
    assert [found for _, _, found in amounts(f"They paid {words}.", country)] == (
        [] if words == "300 pounds" else [currency]
    )


@pytest.mark.parametrize(
    "text",
    [
        "The R2 road and the N95 mask are not for sale.",
        "She won 3 won games.",
        "They carried 10,000 pounds of rice.",
        "A billion-dollar idea.",
        "It costs $5.40.",
        "It weighs 30 kg.",
    ],
)
def test_other_numbers_are_no_money(text: str) -> None:
    """A letter before a number, a weight, a phrase without a number, and parts of a unit give no amount."""
    assert amounts(text, "ZA") == []


def test_a_range_has_both_bounds() -> None:
    """The scale of the upper bound is that of the lower one, too."""
    (amount,) = money.find("It costs $20-30 million.", ())

    assert (amount.value, amount.upper, amount.currency) == (20_000_000, 30_000_000, "USD")
