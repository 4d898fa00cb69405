"""`newswire dead-letters`: see which articles were refused and why, and send them again."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import orjson
import typer

from service.cli.console import fail, kafka_errors, load_settings, plain, talk
from service.contract.headers import ERROR_MESSAGE, ORIGIN

if TYPE_CHECKING:
    from collections.abc import Callable

    from service.dead_letters.letters import DeadLetter

app = typer.Typer(help="See which articles were refused and why, and send them again.", no_args_is_help=True)

LETTER_NAME = re.compile(r"([0-9]{1,9})/([0-9]{1,18})", re.ASCII)

Reason = Annotated[str | None, typer.Option(help="Only letters with this reason.")]
Since = Annotated[datetime | None, typer.Option(help="Only articles refused at or after this time (UTC).")]
Until = Annotated[datetime | None, typer.Option(help="Only articles refused before this time (UTC).")]
Id = Annotated[str | None, typer.Option("--id", help="Only the article with this key.")]


@app.command("list")
def list_letters(
    reason: Reason = None,
    since: Since = None,
    until: Until = None,
    article: Id = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object per line, for programs.")] = False,
) -> None:
    """List the open dead letters, which were neither sent again nor parked, oldest first."""
    from rich.console import Console  # noqa: PLC0415 - `newswire --help` need not wait for it
    from rich.table import Table  # noqa: PLC0415 - `newswire --help` need not wait for it

    from service.dead_letters import letters as dead_letters  # noqa: PLC0415 - `newswire --help` need not wait for it

    settings = load_settings()
    with kafka_errors(settings):
        letters = dead_letters.read(settings)
    rows = [_row(letter) for letter in filter(_filter(reason, since, until, article), letters)]
    if json:
        for row in rows:
            typer.echo(orjson.dumps(row))
        return
    table = Table("letter", "refused at", "reason", "attempt", "key", "origin", "detail", box=None)
    for row in rows:
        table.add_row(*map(str, row.values()))
    Console().print(table, markup=False)
    talk().print(f"{len(rows):,} open dead letters", markup=False)


@app.command()
def show(letter: Annotated[str, typer.Argument(help="PARTITION/OFFSET, as printed by `list`.")]) -> None:
    """Print one dead letter, open or not: its headers on standard error, the article's bytes on standard output."""
    settings = load_settings()
    from service.dead_letters import letters as dead_letters  # noqa: PLC0415 - `newswire --help` need not wait for it

    position = LETTER_NAME.fullmatch(letter)
    if position is None:
        fail(f"{letter} is not PARTITION/OFFSET; `newswire dead-letters list` prints the letters", code=2)
    with kafka_errors(settings):
        dead_letter = dead_letters.fetch(settings, int(position[1]), int(position[2]))
    if dead_letter is None:
        fail(f"there is no dead letter {letter}; `newswire dead-letters list` prints them")
    for name, value in dead_letter.headers:
        talk().print(f"{name}: {plain((value or b'').decode(errors='replace'))}", markup=False, soft_wrap=True)
    typer.echo(dead_letter.value or b"", nl=False)


@app.command()
def replay(
    reason: Reason = None,
    since: Since = None,
    until: Until = None,
    article: Id = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would be sent, and send nothing.")] = False,
) -> None:
    """Send open dead letters back to the raw topic, each once. Those that failed too often go to the parked topic."""
    settings = load_settings()
    from service.dead_letters import letters as dead_letters  # noqa: PLC0415 - `newswire --help` need not wait for it
    from service.dead_letters import replaying  # noqa: PLC0415 - `newswire --help` need not wait for it

    is_chosen = _filter(reason, since, until, article)
    if dry_run:
        with kafka_errors(settings):
            letters = dead_letters.read(settings)
        for letter in filter(is_chosen, letters):
            parked = letter.attempt >= settings.replay_attempts
            talk().print(f"{letter.name} {letter.reason}: would be {'parked' if parked else 'sent'}", markup=False)
        return
    processed = left_open = 0
    with kafka_errors(settings):
        for letter, result in replaying.replay(settings, is_chosen):
            processed += 1
            left_open += result.startswith("left")
            talk().print(f"{letter.name} {letter.reason}: {result}", markup=False, soft_wrap=True)
    talk().print(f"{processed:,} dead letters processed", markup=False)
    if left_open:
        fail(f"{left_open:,} of them could not be sent and stay open; see above")


def _filter(
    reason: str | None, since: datetime | None, until: datetime | None, article: str | None
) -> Callable[[DeadLetter], bool]:
    """Return a function that tests whether a letter matches the options."""

    def matches(letter: DeadLetter) -> bool:
        return (
            (reason is None or letter.reason == reason)
            and (since is None or letter.failed_at >= since.replace(tzinfo=UTC))
            and (until is None or letter.failed_at < until.replace(tzinfo=UTC))
            and (article is None or letter.key == article.encode())
        )

    return matches


def _row(letter: DeadLetter) -> dict[str, str | int]:
    return {
        "letter": letter.name,
        "failed_at": letter.failed_at.isoformat(timespec="seconds"),
        "reason": letter.reason,
        "attempt": letter.attempt,
        "key": plain((letter.key or b"").decode(errors="replace")),
        "origin": letter.header(ORIGIN),
        "message": plain(letter.header(ERROR_MESSAGE)),
    }
