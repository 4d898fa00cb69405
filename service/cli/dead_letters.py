"""`newswire dead-letters`: see what was refused and why, and send it again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import orjson
import typer

from service.cli.terminal import fail, kafka_errors, load_settings, plain, talk

if TYPE_CHECKING:
    from service.settings import Settings
    from service.stream.dead_letters import DeadLetter

app = typer.Typer(help="See what was refused and why, and send it again.", no_args_is_help=True)

Reason = Annotated[str | None, typer.Option(help="Only those refused for this reason.")]
Since = Annotated[datetime | None, typer.Option(help="Only those refused at or after this time (UTC).")]
Until = Annotated[datetime | None, typer.Option(help="Only those refused before this time (UTC).")]
Id = Annotated[str | None, typer.Option("--id", help="Only the article with this key.")]


@app.command("list")
def list_letters(
    reason: Reason = None,
    since: Since = None,
    until: Until = None,
    article: Id = None,
    json: Annotated[bool, typer.Option("--json", help="A JSON object a line, for programs.")] = False,
) -> None:
    """List the open dead letters, oldest first: those neither sent again nor parked."""
    from rich.console import Console  # noqa: PLC0415 - `newswire --help` need not wait for it
    from rich.table import Table  # noqa: PLC0415 - `newswire --help` need not wait for it

    rows = [_row(letter) for letter in _chosen(load_settings(), reason, since, until, article)]
    if json:
        for row in rows:
            typer.echo(orjson.dumps(row))
        return
    table = Table("letter", "refused at", "reason", "attempt", "key", "origin", "what was wrong", box=None)
    for row in rows:
        table.add_row(*map(str, row.values()))
    Console().print(table, markup=False)
    talk().print(f"{len(rows):,} open dead letters", markup=False)


@app.command()
def show(letter: Annotated[str, typer.Argument(help="PARTITION/OFFSET, as `list` names it.")]) -> None:
    """Print one dead letter: what is known of it on standard error, the article's own bytes on standard output."""
    for found in _chosen(load_settings()):
        if found.name == letter:
            for name, value in found.headers:
                talk().print(f"{name}: {plain((value or b'').decode(errors='replace'))}", markup=False, soft_wrap=True)
            typer.echo(found.value or b"", nl=False)
            return
    fail(f"there is no open dead letter {letter}; `newswire dead-letters list` names them")


@app.command()
def replay(
    reason: Reason = None,
    since: Since = None,
    until: Until = None,
    article: Id = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be sent, and send nothing.")] = False,
) -> None:
    """Send open dead letters back to the raw topic, each once; those that failed too often go to the parked topic."""
    settings = load_settings()
    from service.stream import dead_letters  # noqa: PLC0415 - `newswire --help` need not wait for it

    letters = _chosen(settings, reason, since, until, article)
    if dry_run:
        for letter in letters:
            parked = letter.attempt >= settings.replay_attempts
            talk().print(f"{letter.name} {letter.reason}: would be {'parked' if parked else 'sent'}", markup=False)
        return
    count = 0
    with kafka_errors(settings):
        for letter, became in dead_letters.replay(settings, letters):
            count += 1
            talk().print(f"{letter.name} {letter.reason}: {became}", markup=False, soft_wrap=True)
    talk().print(f"{count:,} dead letters looked after", markup=False)


def _chosen(
    settings: Settings,
    reason: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    article: str | None = None,
) -> list[DeadLetter]:
    from service.stream import dead_letters  # noqa: PLC0415 - `newswire --help` need not wait for it

    with kafka_errors(settings):
        return [
            letter
            for letter in dead_letters.read(settings)
            if (reason is None or letter.reason == reason)
            and (since is None or letter.failed_at >= since.replace(tzinfo=UTC))
            and (until is None or letter.failed_at < until.replace(tzinfo=UTC))
            and (article is None or letter.key == article.encode())
        ]


def _row(letter: DeadLetter) -> dict[str, str | int]:
    return {
        "letter": letter.name,
        "failed_at": letter.failed_at.isoformat(timespec="seconds"),
        "reason": letter.reason,
        "attempt": letter.attempt,
        "key": plain((letter.key or b"").decode(errors="replace")),
        "origin": letter.header("newswire.origin"),
        "message": letter.header("__streams.errors.message"),
    }
