"""The records of the views' tests, for the live page."""

from tests.views.conftest import hostile, record

__all__ = ["hostile", "record"]
