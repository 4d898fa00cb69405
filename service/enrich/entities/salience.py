"""How much an article is about a thing: its share of all mentions, with those in headline and lead weighted higher.

After Dunietz and Gillick (EACL 2014): where a thing is first mentioned and how often predict most of what readers
call salient. Headline and first paragraph say what the news is.
"""

from __future__ import annotations

HEADLINE_WEIGHT = 3.0
LEAD_WEIGHT = 2.0
BODY_WEIGHT = 1.0

MAX_LEAD_CODE_POINTS = 400
"""The lead is the first paragraph of the body, cut at this length: a longer one is the whole story.

Country focus (`places.focus`) and tags weigh a lead of their own, which paragraphs do not bound.
"""


class TextZones:
    """Where the headline and the lead of a text end, in code points."""

    def __init__(self, text: str, headline: int) -> None:
        self.headline_end = headline
        start = headline + (len(text[headline:]) - len(text[headline:].lstrip()))
        paragraph_end = text.find("\n\n", start)
        self.lead_end = min(paragraph_end if paragraph_end >= 0 else len(text), start + MAX_LEAD_CODE_POINTS)

    def weight(self, offset: int) -> float:
        """Return the weight of a mention that begins at *offset*."""
        return HEADLINE_WEIGHT if offset < self.headline_end else LEAD_WEIGHT if offset < self.lead_end else BODY_WEIGHT
