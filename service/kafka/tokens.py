"""Access tokens for SASL OAUTHBEARER: from a file that something else renews, or from a token endpoint.

A client asks for a token whenever it opens a connection, so a token that was renewed is used without a restart.
"""

from __future__ import annotations

import asyncio
import base64
import functools
import json
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from service.settings import Settings

TIMEOUT_SECONDS = 10.0
"""For one answer of the token endpoint. A connection to a broker may take 40 s."""
REUSED_SHARE = 0.8
"""Share of its lifetime for which a token is used again, as in Kafka's own clients."""
MAX_ANSWER_BYTES = 100_000
"""A token is a header of later requests; servers accept some 8 kB."""


class TokenError(OSError):
    """Raised if there is no token. The clients treat it like a broken connection and try again."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follow no redirect, since the client's secret would be sent along."""

    def redirect_request(self, *_: object, **__: object) -> None:
        """Make the redirect an error."""


class ClientCredentials:
    """Get tokens by the client credentials grant (RFC 6749, section 4.4), and use each for most of its lifetime.

    Args:
        url: Address of the token endpoint.
        client_id: Name of this client.
        secret: Password of this client.
        scope: What the token is for, or None if the server decides.
    """

    def __init__(self, url: str, client_id: str, secret: str, scope: str | None) -> None:
        # Form-encoded before they are joined: section 2.3.1 asks for it.
        login = f"{urllib.parse.quote_plus(client_id)}:{urllib.parse.quote_plus(secret)}"
        form = {"grant_type": "client_credentials"} | ({"scope": scope} if scope else {})
        self._request = urllib.request.Request(  # noqa: S310 - the settings accept http and https only
            url,
            data=urllib.parse.urlencode(form).encode(),
            headers={
                "Accept": "application/json",
                "Authorization": f"Basic {base64.b64encode(login.encode()).decode()}",
            },
        )
        self._opener = urllib.request.build_opener(_NoRedirect)
        self._lock = threading.Lock()
        self._token = ""
        self._reused_until = 0.0

    def __call__(self) -> str:
        """Return a token. Raise `TokenError` if the endpoint gives none."""
        with self._lock:
            if time.monotonic() >= self._reused_until:
                asked = time.monotonic()
                self._token, lifetime_seconds = self._fetch()
                self._reused_until = asked + REUSED_SHARE * lifetime_seconds
            return self._token

    def _fetch(self) -> tuple[str, float]:
        where = f"the token endpoint {self._request.full_url}"
        try:
            with self._opener.open(self._request, timeout=TIMEOUT_SECONDS) as answer:
                content = json.loads(answer.read(MAX_ANSWER_BYTES))
            return str(content["access_token"]), float(content.get("expires_in", 0))
        except urllib.error.HTTPError as error:
            with error:
                raise TokenError(f"{where} answered {error.code} {error.reason}") from error
        except OSError as error:
            raise TokenError(f"{where} cannot be reached: {error}") from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise TokenError(f"{where} answered without a token") from error


@functools.cache  # one token for all clients of a process, not one for each
def source(settings: Settings) -> Callable[[], str]:
    """Return the function that gives the token for a connection."""
    path = settings.sasl_oauthbearer_token_file
    if path is None:
        assert settings.sasl_oauthbearer_token_endpoint_url is not None  # the settings refuse to have neither
        assert settings.sasl_oauthbearer_client_id is not None
        assert settings.sasl_oauthbearer_client_secret is not None
        return ClientCredentials(
            settings.sasl_oauthbearer_token_endpoint_url,
            settings.sasl_oauthbearer_client_id,
            settings.sasl_oauthbearer_client_secret.get_secret_value(),
            settings.sasl_oauthbearer_scope,
        )

    def read() -> str:
        if token := path.read_text().strip():
            return token
        raise TokenError(f"the token file {path} is empty")

    return read


def aiokafka_provider(settings: Settings) -> Any:
    """Return the token provider for clients of aiokafka, also for that of Faust."""
    from aiokafka.abc import AbstractTokenProvider  # noqa: PLC0415 - Kafka commands of the command line do not need it

    get = source(settings)

    class Provider(AbstractTokenProvider):  # type: ignore[misc] # aiokafka is not typed for us
        """Gives aiokafka a token when it asks for one."""

        async def token(self) -> str:
            """Return a token; reading or fetching it does not block the event loop."""
            return await asyncio.to_thread(get)

    return Provider()


def kafka_python_provider(settings: Settings) -> Any:
    """Return the token provider for clients of kafka-python."""
    from kafka.net.sasl.oauth import AbstractTokenProvider  # noqa: PLC0415 - as above

    get = source(settings)

    class Provider(AbstractTokenProvider):  # type: ignore[misc] # kafka-python is not typed
        """Gives kafka-python a token when it asks for one."""

        def token(self) -> str:
            """Return a token."""
            return get()

    return Provider()
