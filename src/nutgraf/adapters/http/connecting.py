"""Connections that the address policy has seen: every name's addresses when resolved, and each one when used."""

from __future__ import annotations

import asyncio
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from nutgraf.adapters.http.addresses import AddressPolicy, parse_ip_address
from nutgraf.errors import Blocked, ConfigError

DNS_THREADS = 32
DNS_CACHE_S = 60
MAX_ADDRESSES_TRIED = 8
RECEIVE_BUFFER_BYTES = 64 * 1024
"""Of a socket, which the system doubles: more would wait in our memory, 300 KB for each server that only sends."""
MAX_PRIVATE_NAMES = 1_000

requested_host: ContextVar[str] = ContextVar("requested_host", default="(unknown)")
"""Host of the URL under way, for the socket factory, which is told addresses only; unset, no private one is allowed."""


class AddressRefused(OSError):
    """The socket factory's refusal, in a form that the connector carries to the caller."""

    def __init__(self, blocked: Blocked) -> None:
        super().__init__(blocked.message)
        self.blocked = blocked


class PolicyResolver(AbstractResolver):
    """Resolves in threads of its own, so that a slow name server holds up nobody else's work."""

    def __init__(self, policy: AddressPolicy) -> None:
        self._policy = policy
        self._threads = ThreadPoolExecutor(DNS_THREADS, thread_name_prefix="nutgraf-dns")
        self._private_names: set[tuple[str, int]] = set()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Every address of `host`. Raises Blocked if one of them is refused, OSError where there is none."""
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._threads, self._look_up, host, port, family)
        for result in found:
            self._policy.check_address(result["host"], port, name=_plain(host))
        if found and all(self._policy.is_private(result["host"], port) for result in found):
            if len(self._private_names) >= MAX_PRIVATE_NAMES:
                self._private_names.clear()
            self._private_names.add((host, port))
        return found[:MAX_ADDRESSES_TRIED]

    def is_private(self, host: str, port: int) -> bool:
        """Whether `host` is, or was last resolved to, an address that the operator allowed."""
        return (host, port) in self._private_names or self._policy.is_private(host, port)

    async def close(self) -> None:
        """Let go of the threads; a look-up under way ends by itself."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _look_up(self, host: str, port: int, family: int) -> list[ResolveResult]:
        try:
            answers = socket.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM)
        except UnicodeError as exc:
            raise OSError(f"not a host name: {exc}") from exc
        return [
            ResolveResult(
                hostname=host, host=_with_scope(address), port=port, family=found_family, proto=proto, flags=0
            )
            for found_family, _, proto, _, address in answers
        ]


def _plain(host: str) -> str:
    """A host as names are compared: lower case, without the root's dot."""
    return host.lower().rstrip(".")


def _name_used(address: str) -> str:
    """The name that led to `address`, empty where the URL under way holds that address itself."""
    host = _plain(requested_host.get())
    try:
        same = parse_ip_address(host.partition("%")[0]) == parse_ip_address(address.partition("%")[0])
    except ValueError:
        same = False
    return "" if same else host


def _with_scope(address: tuple[Any, ...]) -> str:
    """The address with its IPv6 zone, which getaddrinfo gives as a fourth number."""
    has_zone = len(address) == 4 and address[3] and "%" not in address[0]
    return f"{address[0]}%{address[3]}" if has_zone else str(address[0])


def make_connector(
    policy: AddressPolicy, resolver: PolicyResolver, tls_context: ssl.SSLContext
) -> aiohttp.TCPConnector:
    """A connector that opens a new connection per request and asks the policy about the address it really uses."""

    def policed_socket(address_info: Any) -> socket.socket:
        family, kind, proto, _, target = address_info
        address = _with_scope(target)
        try:
            policy.check_address(address, target[1], name=_name_used(address))
        except Blocked as exc:
            raise AddressRefused(exc) from exc
        made = socket.socket(family=family, type=kind, proto=proto)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
        return made

    return aiohttp.TCPConnector(
        resolver=resolver,
        ttl_dns_cache=DNS_CACHE_S,
        socket_factory=policed_socket,
        ssl=tls_context,
        force_close=True,  # thousands of feeds: idle TLS connections would cost hundreds of megabytes
        limit=0,  # the fetcher's own semaphore, whose waits do not count as connecting
    )


def make_tls_context(ca_file: str) -> ssl.SSLContext:
    """The system's trusted authorities, and those of `ca_file` where given. Raises ConfigError."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(("http/1.1",))
    if ca_file:
        try:
            context.load_verify_locations(cafile=ca_file)
        except (OSError, ssl.SSLError) as exc:
            raise ConfigError(f"The file of certificate authorities {ca_file} cannot be read.") from exc
    return context
