"""What a web page puts around and between the sentences of an article: forms, buttons, links, captions.

It is found first, and the stages read the article without it. So a sentence goes on behind a caption that was spliced
into it, and no name, event or quotation comes from a form. What they find is then moved to its place in the article.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from service.contract.annotations import Span
from service.enrich.boilerplate import finding
from service.enrich.boilerplate.cutting import Cut

if TYPE_CHECKING:
    from service.contract.raw_article import RawArticle


class ArticleText:
    """An article as the stages read it: `article`, without its boilerplate."""

    def __init__(self, article: RawArticle) -> None:
        """Find the boilerplate in the body of *article*; its headline has none."""
        body = len(article.text) - len(article.body)
        self._stretches = [(body + start, body + end) for start, end in finding.find(article.body)]
        self._cut = Cut(article.text, self._stretches)
        self.article = article.model_copy(update={"body": self._cut.rest[body:]}) if self._stretches else article

    def restore(self, lists: dict[str, Any]) -> dict[str, Any]:
        """Return *lists* with all offsets in the article's own text, and the list of its boilerplate."""
        if not self._stretches:
            return lists
        spans = [Span(start=start, end=end) for start, end in self._stretches]
        return {name: self._cut.restore(found) for name, found in lists.items()} | {"boilerplate": spans}
