"""The TLS context of the connections to the brokers, which reads renewed certificates."""

from __future__ import annotations

import ssl
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from service.settings import Settings


class RenewingContext(ssl.SSLContext):
    """A context for clients that reads its files again before a connection if they have changed.

    Certificates are renewed every few months or weeks, and a worker runs for longer. A removed CA is trusted until the
    restart, since a context cannot forget one.
    """

    def __init__(self, _protocol: int) -> None:
        self._files: tuple[Path | None, Path | None, Path | None] = (None, None, None)
        self._seen: tuple[int, ...] = ()
        self._lock = threading.Lock()

    def watch(self, cafile: Path | None, certfile: Path | None, keyfile: Path | None) -> None:
        """Load these files now, and again when one of them changes."""
        self._files = (cafile, certfile, keyfile)
        self._load()

    def wrap_bio(self, *args: Any, **kwargs: Any) -> ssl.SSLObject:
        """Begin a connection of asyncio, so of aiokafka."""
        self._reload()
        return super().wrap_bio(*args, **kwargs)

    def wrap_socket(self, *args: Any, **kwargs: Any) -> ssl.SSLSocket:
        """Begin a connection of kafka-python."""
        self._reload()
        return super().wrap_socket(*args, **kwargs)

    def _reload(self) -> None:
        with self._lock:
            if self._seen != self._changes():
                self._load()

    def _load(self) -> None:
        cafile, certfile, keyfile = self._files
        seen = self._changes()
        if cafile:
            self.load_verify_locations(cafile)
        if certfile:
            self.load_cert_chain(certfile, keyfile)
        self._seen = seen

    def _changes(self) -> tuple[int, ...]:
        return tuple(path.stat().st_mtime_ns for path in self._files if path)


def context(settings: Settings) -> ssl.SSLContext | None:
    """Return the TLS context if the protocol asks for one. Without it a password would be sent in clear text."""
    if not settings.security_protocol.endswith("SSL"):
        return None
    made = RenewingContext(ssl.PROTOCOL_TLS_CLIENT)  # with host names checked and certificates required
    if settings.ssl_cafile is None:
        made.load_default_certs()
    made.watch(settings.ssl_cafile, settings.ssl_certfile, settings.ssl_keyfile)
    return made
