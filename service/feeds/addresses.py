"""Refuse to connect to private addresses, so that a feed cannot make the service read what only this network may.

The check is made on the address of each connection, after DNS. A name that resolves to a private address, a redirect
to one, and a name whose address changes between two questions are all caught.
"""

from __future__ import annotations

import errno
import ipaddress
import socket
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    AddressInfo = tuple[Any, Any, int, str, tuple[Any, ...]]
    """Family, type, protocol, name and address, as `socket.getaddrinfo` returns them."""

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052: the last four bytes are an IPv4 address


class PrivateAddressError(OSError):
    """Raised instead of a connection to an address that is not public."""

    def __init__(self) -> None:
        super().__init__(errno.EACCES, "the address is private")


def socket_factory(*, allow_private: bool) -> Callable[[AddressInfo], socket.socket]:
    """Return a function that makes the socket for an address, or raises `PrivateAddressError`."""

    def make(info: AddressInfo) -> socket.socket:
        family, kind, protocol, _, address = info
        if not allow_private and not is_public(address[0]):
            raise PrivateAddressError
        return socket.socket(family, kind, protocol)

    return make


def is_public(address: str) -> bool:
    """Return whether *address* is reachable from the whole internet, also if it is an IPv4 address within IPv6."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(ip.packed[-4:])
        if inner is not None:
            ip = inner
    return ip.is_global and not ip.is_multicast
