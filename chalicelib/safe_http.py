"""Calling a server outside, as carefully as an address that came from outside deserves.

The name is resolved here, every answer must be a public address, and the connection goes to that address and nowhere else, over https
with the name's certificate. No proxy, no cookie, no redirect that the caller did not look at; what comes is read up to a size and a time.
"""

from __future__ import annotations

import ipaddress
import socket
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.errors import TooLarge, Unavailable

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse, HTTPConnectionPool

_CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True)
class Place:
    """Where to connect: `address` is an IP address that `host` stands for. `trusted`: a server of the local run, over http."""

    host: str
    address: str
    port: int
    path: str
    trusted: bool = False


def resolve(host: str) -> list[str]:
    """All its addresses. Raises Unavailable."""
    try:
        return [str(found[4][0]) for found in socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError) as error:
        raise Unavailable(f"the server's name is not known: {type(error).__name__}") from error


def is_public(address: str) -> bool:
    """Also of what an IPv6 address wraps (mapped, 6to4, NAT64)."""
    parsed = ipaddress.ip_address(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        inner = parsed.ipv4_mapped or parsed.sixtofour
        if inner is None and parsed in ipaddress.ip_network("64:ff9b::/96"):
            inner = ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return parsed.is_global and not parsed.is_multicast


def pool(place: Place, seconds: float) -> HTTPConnectionPool:
    """Connects to the address, and proves that it is the host; `seconds` for each wait."""
    from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, Timeout

    timeout = Timeout(connect=min(2, seconds), read=seconds)
    if place.trusted:
        return HTTPConnectionPool(place.address, place.port, timeout=timeout)
    return HTTPSConnectionPool(place.address, place.port, timeout=timeout, server_hostname=place.host, assert_hostname=place.host)


def content(answer: BaseHTTPResponse, largest: int, deadline: float) -> bytes:
    """What a server sends, not unpacked. Raises TooLarge (bytes), Unavailable (after the deadline, monotonic seconds)."""
    got = bytearray()
    while chunk := answer.read1(_CHUNK, decode_content=False):  # what is there, so that a server that drips is noticed
        got += chunk
        if len(got) > largest:
            raise TooLarge(f"what the server sent is larger than {largest // 1024} KB")
        if time.monotonic() > deadline:
            raise Unavailable("the server is too slow")
    return bytes(got)
