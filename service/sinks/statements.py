"""Render the statements of a sink from its template, `templates/NAME`."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined


def render(template: str, **values: object) -> str:
    """Return the text of *template* with *values* in it."""
    return _environment().get_template(template).render(values)


def literal(text: str) -> str:
    """Return *text* as a string literal of SQL."""
    quoted = text.replace("'", "''")
    return f"'{quoted}'"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("service.sinks"),
        autoescape=False,  # noqa: S701 - SQL is not HTML, and the values are the names of the contract
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["literal"] = literal
    return environment
