"""What a file or stream is split into: pieces, each with one article, and problems."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from service.contract.reject_reasons import RejectReason

MAX_ARTICLE_BYTES = 10_000_000
"""Kept in memory of one article: twenty times what a worker accepts by default."""


@dataclass(frozen=True, slots=True)
class Piece:
    """The bytes of one article, in a format that `service.wire` reads without headers."""

    position: str
    """Where it stands, for messages: the file, the entry of an archive, and the line or the number of the item."""
    value: bytes
    """The value of a message. What the article needs of its feed (title, address, language) is inside."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A part of the input from which no article could be cut."""

    position: str
    """As in `Piece`."""
    reason: RejectReason
    detail: str
    """What is wrong and what to do about it, without text of the article."""


Part: TypeAlias = Piece | Problem
