"""`newswire page` and the settings of the page in version 0.1."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from service.cli.console import page_address
from service.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence


def newswire(*arguments: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run the command line."""
    command: Sequence[str] = [sys.executable, "-m", "service", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("value", ["true", "false"])
def test_the_old_setting_is_refused_with_a_hint(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """A deployment of 0.1 that sets NEWSWIRE_PAGE learns what took its place."""
    monkeypatch.setenv("NEWSWIRE_PAGE", value)

    with pytest.raises(ValueError, match=r"NEWSWIRE_PAGE is obsolete.*`newswire page`.*NEWSWIRE_PAGE_PORT"):
        Settings()


def test_the_hint_reaches_the_user() -> None:
    """The hint is printed by every command, with the exit code of wrong settings."""
    done = newswire("lag", environment={"NEWSWIRE_PAGE": "true"})

    assert done.returncode == 2
    assert "NEWSWIRE_PAGE is obsolete" in done.stderr


@pytest.mark.parametrize(
    ("host", "address"),
    [("127.0.0.1", "http://127.0.0.1:6067/"), ("0.0.0.0", "http://127.0.0.1:6067/"), ("::", "http://[::1]:6067/")],  # noqa: S104 - nothing is bound
)
def test_the_address_can_be_opened(host: str, address: str) -> None:
    """The address that `newswire up` prints is one that a browser on this machine can open."""
    assert page_address(Settings(page_host=host)) == address
