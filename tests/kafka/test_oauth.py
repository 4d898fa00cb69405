"""OAUTHBEARER on a real Kafka: worker and commands get their tokens, and go on when one has expired."""

from __future__ import annotations

import base64
import json
import os
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import pytest
from kafka import KafkaAdminClient
from typer.testing import CliRunner

from service.cli import app
from service.kafka import connection, tokens
from service.local_kafka import Broker
from service.settings import Settings
from tests.kafka.harness import PATIENCE, Worker, await_

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
SESSION_SECONDS = 10.0  # long enough to join the group on a busy machine


def token(user: str, lifetime_seconds: float = 3600.0) -> str:
    """Return an unsecured JSON Web Token, which Kafka's default listener for OAUTHBEARER accepts."""
    now = time.time()
    parts = ({"alg": "none"}, {"sub": user, "iat": now - 1, "exp": now + lifetime_seconds})
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts) + "."


class Endpoint(ThreadingHTTPServer):
    """A token endpoint for the client `ali` with the secret `open sesame`. It notes the forms that it gets."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.forms: list[dict[str, list[str]]] = []
        self.url = f"http://127.0.0.1:{self.server_port}/token"
        self.answer: bytes | None = None
        """What it answers instead of a token, if set."""


class _Answers(BaseHTTPRequestHandler):
    server: Endpoint

    def do_POST(self) -> None:
        """Answer with a token for the right client, and with 401 for others."""
        form = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.forms.append(parse_qs(form))
        known = self.headers["Authorization"] == "Basic " + base64.b64encode(b"ali:open+sesame").decode()
        moved = self.path == "/moved"
        self.send_response(302 if moved else 200 if known else 401)
        if moved:
            self.send_header("Location", self.server.url)
        answer = json.dumps({"access_token": token("ali"), "token_type": "Bearer", "expires_in": SESSION_SECONDS})
        content = self.server.answer or answer.encode()
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST  # noqa: N815 - the name is http.server's

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """Run a token endpoint."""
    with Endpoint() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run a Kafka that wants a token from everyone, and a new one every few seconds."""
    overrides = {
        "listener.security.protocol.map": "PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT",
        "inter.broker.listener.name": "PLAINTEXT",
        "sasl.enabled.mechanisms": "OAUTHBEARER",
        "sasl.mechanism.inter.broker.protocol": "OAUTHBEARER",
        "listener.name.plaintext.oauthbearer.sasl.jaas.config": (
            "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required "
            'unsecuredLoginStringClaim_sub="broker";'
        ),
        "connections.max.reauth.ms": str(round(SESSION_SECONDS * 1000)),
    }
    with Broker(tmp_path_factory.mktemp("kafka"), overrides=overrides) as broker:
        yield broker.bootstrap_servers


def environment(guarded: str, **more: str) -> dict[str, str]:
    """Return the variables of a client."""
    common = {
        "KAFKA_BOOTSTRAP_SERVERS": guarded,
        "KAFKA_SECURITY_PROTOCOL": "SASL_PLAINTEXT",
        "KAFKA_SASL_MECHANISM": "OAUTHBEARER",
        "NEWSWIRE_WORKER_PROCESSES": "1",
        "NEWSWIRE_LOG_FORMAT": "json",
        "PYTHONPATH": str(ROOT),
    }
    return common | more


def with_credentials(guarded: str, endpoint: Endpoint) -> dict[str, str]:
    """Return the variables of a client that asks *endpoint*."""
    return environment(
        guarded,
        KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL=endpoint.url,
        KAFKA_SASL_OAUTHBEARER_CLIENT_ID="ali",
        KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET="open sesame",
        KAFKA_SASL_OAUTHBEARER_SCOPE="kafka",
    )


@pytest.mark.parametrize("delivery", ["at_least_once", "exactly_once"])
def test_a_worker_goes_on_after_its_token_has_expired(
    guarded: str, endpoint: Endpoint, delivery: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Commands and worker authenticate by client credentials; when the brokers end the session, by a new token."""
    variables = with_credentials(guarded, endpoint) | {"NEWSWIRE_DELIVERY": delivery}
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert CliRunner().invoke(app, ["topics", "create"]).exit_code == 0
    worker = Worker(os.environ | variables, [sys.executable, "-m", "service", "worker"], tmp_path)
    try:
        worker.await_ready()
        for number in (1, 2):
            article = tmp_path / f"{number}.json"
            article.write_text(json.dumps({"id": f"a{number}", "body": "Teachers marched in Cluj."}))
            assert CliRunner().invoke(app, ["produce", str(article)]).exit_code == 0
            done = float(number)
            await_(
                lambda done=done: worker.metric("newswire_articles_total") == done,  # type: ignore[misc]
                "the article to be done",
                PATIENCE,
                [worker],
            )
            asked = len(endpoint.forms)
            await_(lambda asked=asked: len(endpoint.forms) > asked, "a new token", PATIENCE, [worker])  # type: ignore[misc]
        code = worker.terminate()
    finally:
        worker.kill()

    assert code == 0
    assert endpoint.forms[-1] == {"grant_type": ["client_credentials"], "scope": ["kafka"]}


def test_a_renewed_token_file(guarded: str, tmp_path: Path) -> None:
    """A token that was renewed in its file is used for the next connection, without a restart."""
    file = tmp_path / "token"
    file.write_text(token("ali", lifetime_seconds=-1.0))
    settings = Settings(
        bootstrap_servers=guarded,
        security_protocol="SASL_PLAINTEXT",
        sasl_mechanism="OAUTHBEARER",
        sasl_oauthbearer_token_file=file,
    )
    options = connection.kafka_python_options(settings)

    with pytest.raises(Exception, match=r"(?i)authentic|bootstrap|broker"):
        KafkaAdminClient(**options, bootstrap_timeout_ms=2_000)
    file.write_text(f"{token('ali')}\n")
    admin = KafkaAdminClient(**options)
    admin.list_topics()
    admin.close()


def test_a_token_is_used_again(endpoint: Endpoint) -> None:
    """The endpoint is asked once for several connections."""
    get = tokens.ClientCredentials(endpoint.url, "ali", "open sesame", None)

    assert get() == get()
    assert endpoint.forms == [{"grant_type": ["client_credentials"]}]


def test_a_wrong_secret_is_named(endpoint: Endpoint) -> None:
    """The error says what the endpoint answered, and not the secret."""
    with pytest.raises(OSError, match=r"/token answered 401") as caught:
        tokens.ClientCredentials(endpoint.url, "ali", "wrong", None)()

    assert "wrong" not in str(caught.value)


@pytest.mark.parametrize("answer", [b"<html>", b"[]", b"{}", b'{"access_token": "a", "expires_in": "soon"}'])
def test_an_answer_without_a_token(endpoint: Endpoint, answer: bytes) -> None:
    """An answer that holds no token is an error of the connection, so it is tried again."""
    endpoint.answer = answer
    with pytest.raises(OSError, match="without a token"):
        tokens.ClientCredentials(endpoint.url, "ali", "open sesame", None)()


def test_a_redirect_is_not_followed(endpoint: Endpoint) -> None:
    """The secret goes to the configured address only."""
    with pytest.raises(OSError, match="answered 302"):
        tokens.ClientCredentials(endpoint.url.replace("/token", "/moved"), "ali", "open sesame", None)()

    assert len(endpoint.forms) == 1
