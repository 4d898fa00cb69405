"""What the commands share: settings or their errors, messages on standard error, exit codes, printed records."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from service.settings import Settings


def talk() -> Console:
    """Return the console for messages: standard error, so that standard output holds only data."""
    from rich.console import Console  # noqa: PLC0415 - `newswire --help` need not wait for it

    return Console(stderr=True, highlight=False)


def fail(message: str, code: int = 1) -> NoReturn:
    """Print *message* on standard error and exit with *code*."""
    talk().print(f"newswire: {message}", style="red", markup=False, soft_wrap=True)
    raise SystemExit(code)


def load_settings(**options: object) -> Settings:
    """Return the settings of the environment, overridden by those *options* that are not None. Exit 2 on any error."""
    from pydantic import ValidationError  # noqa: PLC0415 - `newswire --help` need not wait for it

    from service.settings import Settings  # noqa: PLC0415 - `newswire --help` need not wait for it

    try:
        return Settings(**{name: value for name, value in options.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        lines = [f"  {'.'.join(map(str, row['loc'])) or 'settings'}: {row['msg']}" for row in error.errors()]
        fail("these settings are wrong:\n" + "\n".join(lines), code=2)


@contextlib.contextmanager
def kafka_errors(settings: Settings) -> Iterator[None]:
    """Report any error of a Kafka client in one line and exit 1."""
    from kafka.errors import KafkaError  # noqa: PLC0415 - `newswire --help` need not wait for it

    try:
        yield
    except KafkaError as error:
        fail(f"Kafka at {settings.bootstrap_servers} failed ({error}); `newswire check` shows what is wrong")


def plain(text: str) -> str:
    """Return *text* on one line, without characters that a terminal would interpret."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def page_address(settings: Settings) -> str:
    """Return the address of the live page for a browser on this machine."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.page_host, settings.page_host)  # noqa: S104 - not bound
    return f"http://{host}:{settings.page_port}/"


def progress_shown() -> bool:
    """Return whether a progress bar would be seen."""
    return talk().is_terminal


def print_record(value: bytes, *, pretty: bool) -> None:
    """Write one record to standard output: its bytes as one line, or, if *pretty*, its text with annotations marked."""
    if not pretty:
        sys.stdout.buffer.write(value + b"\n")
        sys.stdout.buffer.flush()
        return
    from rich.console import Console  # noqa: PLC0415 - for people only

    from service.contract.enriched_article import EnrichedArticle  # noqa: PLC0415 - for people only
    from service.views.terminal import marked  # noqa: PLC0415 - for people only

    console = Console(highlight=False, soft_wrap=True)
    record = EnrichedArticle.model_validate_json(value)
    console.print(marked(record, colours=console.is_terminal and not console.no_color))
