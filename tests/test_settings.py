"""Settings from the environment and from files, and what they refuse."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError

from service.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

OAUTH = {"KAFKA_SECURITY_PROTOCOL": "SASL_SSL", "KAFKA_SASL_MECHANISM": "oauthbearer"}
ENDPOINT = "KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL"


def test_secrets_from_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret is read from a mounted file that has the name of the setting; a variable wins over a file."""
    (tmp_path / "KAFKA_SASL_PASSWORD").write_text("open sesame\n")
    (tmp_path / "newswire_group").write_text("from-file")
    monkeypatch.setenv("NEWSWIRE_SECRETS_DIR", str(tmp_path))
    monkeypatch.setenv("NEWSWIRE_GROUP", "from-variable")

    settings = Settings()

    assert settings.sasl_password is not None
    assert settings.sasl_password.get_secret_value() == "open sesame"
    assert settings.group == "from-variable"


def test_a_missing_secrets_directory_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong directory is an error, since the worker would start without its password."""
    monkeypatch.setenv("NEWSWIRE_SECRETS_DIR", str(tmp_path / "missing"))

    with pytest.raises(ValidationError, match="secrets_dir"):
        Settings()


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({}, "set one of these: KAFKA_SASL_OAUTHBEARER_TOKEN_FILE"),
        ({ENDPOINT: "https://login.example/token"}, "the client id or the client secret is missing"),
        ({ENDPOINT: "file:///etc/passwd"}, "begins with https://"),
        (
            {ENDPOINT: "https://login.example/token", "KAFKA_SASL_OAUTHBEARER_TOKEN_FILE": "/run/token"},
            "set one of these",
        ),
    ],
)
def test_incomplete_settings_of_oauthbearer(
    variables: dict[str, str], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What OAUTHBEARER lacks is said at start, not by a broker."""
    for name, value in (OAUTH | variables).items():
        monkeypatch.setenv(name, value)

    with pytest.raises(ValidationError, match=re.escape(message)):
        Settings()


def test_a_token_file_is_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a token file OAUTHBEARER needs neither user nor password."""
    for name, value in OAUTH.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("KAFKA_SASL_OAUTHBEARER_TOKEN_FILE", str(tmp_path / "token"))

    assert Settings().sasl_mechanism == "OAUTHBEARER"


@pytest.mark.parametrize("name", ["worker 1", "..", "wörker", "x" * 250])
def test_a_name_that_kafka_refuses(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker with a name that no broker accepts does not start."""
    monkeypatch.setenv("NEWSWIRE_GROUP_INSTANCE_ID", name)

    with pytest.raises(ValidationError, match="is not a name of at most 249 letters"):
        Settings()


def test_the_name_of_a_pod(monkeypatch: pytest.MonkeyPatch) -> None:
    """The name of a pod is accepted as that of a worker in its group."""
    monkeypatch.setenv("NEWSWIRE_GROUP_INSTANCE_ID", "newswire-enricher-0")

    assert Settings().group_instance_id == "newswire-enricher-0"
