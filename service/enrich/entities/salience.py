"""How much an article is about a thing: its share of all mentions, those in headline and lead counting more."""

from __future__ import annotations

HEADLINE = 3.0
LEAD = 2.0
BODY = 1.0
"""Headline and first paragraph name what the news is; after Dunietz and Gillick (EACL 2014), where a thing is first
mentioned and how often tell most of what readers call salient."""

LEAD_CODE_POINTS = 400  # a first paragraph longer than this is no lead but the whole story


class Position:
    """Where headline and lead of a text end."""

    def __init__(self, text: str, headline: int) -> None:
        self.headline = headline
        start = headline + (len(text[headline:]) - len(text[headline:].lstrip()))
        end = text.find("\n\n", start)
        self.lead = min(end if end >= 0 else len(text), start + LEAD_CODE_POINTS)

    def weight(self, offset: int) -> float:
        """Return what a mention at *offset* counts."""
        return HEADLINE if offset < self.headline else LEAD if offset < self.lead else BODY
