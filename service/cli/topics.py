"""`newswire topics`: create the topics."""

from __future__ import annotations

import typer

from service.cli.console import kafka_errors, load_settings, talk

app = typer.Typer(help="Create the topics, and see which exist.", no_args_is_help=True)


@app.command()
def create() -> None:
    """Create the missing topics, as `schemas/topics` declares them. Existing ones are not changed."""
    settings = load_settings()
    from service.kafka import admin  # noqa: PLC0415 - `newswire --help` need not wait for it

    with kafka_errors(settings):
        for name, is_created in admin.create_topics(settings).items():
            talk().print(f"{name}: {'created' if is_created else 'exists'}", markup=False)
