"""Who may use the page and the server: the names they answer to, and a token.

Probes and metrics are for machines that come directly, so they are not guarded.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import ipaddress
from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    from aiohttp.typedefs import Handler, Middleware

    from service.settings import Settings

UNGUARDED = {"/livez", "/readyz", "/metrics"}
CHALLENGES = 'Basic realm="newswire", charset="UTF-8"'
"""A browser asks for name and password then, and sends them with every request, also for events."""


def guard(settings: Settings) -> Middleware:
    """Return the middleware that lets in only requests for an allowed host, with the token if there is one."""
    hosts = {host.lower() for host in settings.allowed_hosts}
    token = settings.access_token.get_secret_value() if settings.access_token else None

    @web.middleware
    async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer *request* if it may come in."""
        if request.path in UNGUARDED:
            return await handler(request)
        if not _is_allowed(request.url.host or "", hosts):
            raise web.HTTPForbidden(text="this host name is not in NEWSWIRE_ALLOWED_HOSTS\n")
        if token is not None and not hmac.compare_digest(_given(request).encode(), token.encode()):
            raise web.HTTPUnauthorized(text="the token is missing or wrong\n", headers={"WWW-Authenticate": CHALLENGES})
        return await handler(request)

    return guarded


def _is_allowed(host: str, allowed: set[str]) -> bool:
    """Return whether requests for *host* are answered.

    A name of an attacker may resolve to an address of this machine, and scripts from there could then read the page
    (DNS rebinding). An address as host is no such name.
    """
    if "*" in allowed or host.lower().rstrip(".") in allowed:
        return True
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _given(request: web.Request) -> str:
    """Return the token of *request*: that after `Bearer`, or the password after `Basic`, with any name."""
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(value, validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return ""
