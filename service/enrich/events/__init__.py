"""What happened, by whom, to whom, where, and whether it really did: one event a trigger, each from one sentence."""

from service.enrich.events.extract import find

__all__ = ["find"]
