"""Which addresses may be fetched from: only public ones, and the private ones an operator allows by network and port.

The tables are the IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890 and its updates) with multicast
and reserved space added. `ipaddress.is_global` is not used: it lets pass the deprecated 6to4 relay, AS112 and AMT
anycast networks, and the forms of IPv6 that carry an IPv4 address inside.
"""

from __future__ import annotations

import functools
import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from yarl import URL

from nutgraf.errors import Blocked, ConfigError, FetchError

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

SPECIAL_IPV4 = tuple(
    (ipaddress.IPv4Network(network), name)
    for network, name in (
        ("0.0.0.0/8", "a this-network address"),
        ("10.0.0.0/8", "a private address"),
        ("100.64.0.0/10", "a carrier's shared address"),
        ("127.0.0.0/8", "a loopback address"),
        ("169.254.0.0/16", "a link-local address"),
        ("172.16.0.0/12", "a private address"),
        ("192.0.0.0/24", "an address kept for protocols"),
        ("192.0.2.0/24", "an address for documentation"),
        ("192.31.196.0/24", "an AS112 anycast address"),
        ("192.52.193.0/24", "an AMT anycast address"),
        ("192.88.99.0/24", "a 6to4 relay address"),
        ("192.168.0.0/16", "a private address"),
        ("192.175.48.0/24", "an AS112 anycast address"),
        ("198.18.0.0/15", "an address for benchmarks"),
        ("198.51.100.0/24", "an address for documentation"),
        ("203.0.113.0/24", "an address for documentation"),
        ("224.0.0.0/4", "a multicast address"),
        ("240.0.0.0/4", "a reserved address"),
    )
)
PUBLIC_IPV6 = ipaddress.IPv6Network("2000::/3")
SPECIAL_IPV6 = tuple(
    (ipaddress.IPv6Network(network), name)
    for network, name in (
        ("2001::/23", "an address kept for protocols (Teredo, ORCHID, benchmarks)"),
        ("2001:db8::/32", "an address for documentation"),
        ("2620:4f:8000::/48", "an AS112 anycast address"),
        ("3fff::/20", "an address for documentation"),
    )
)
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
OWN_NETWORKS = tuple(
    ipaddress.ip_network(network)
    for network in ("10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1", "fc00::/7")
)
"""Where a name that the operator allowed may lead."""

STANDARD_PORTS = frozenset({80, 443, 8080, 8443})
MAX_URL_CHARS = 8_192
_HOST_NAME = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?", re.ASCII)
_NUMERIC_LABEL = re.compile(r"\d+|0x[0-9a-f]*", re.ASCII)
_KEPT_IN_PATH = "%!$&'()*+,/:;=@[]~"
_KEPT_IN_QUERY = _KEPT_IN_PATH + "?"
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class AllowedEndpoint:
    """What an operator allows on one port: a private network, by addresses only, or else one host by its name.

    Anybody can let a name of theirs lead into a private network, so that allowing the network must not allow names.
    """

    port: int
    network: IPNetwork | None = None
    name: str = ""

    def allows(self, address: IPAddress, port: int, *, name: str) -> bool:
        """Whether a URL with this `name` (empty: with the address itself) may lead to the address and port."""
        if port != self.port:
            return False
        if self.network is None:
            return name == self.name and any(address in network for network in OWN_NETWORKS)
        is_written_out = not name or (name == "localhost" and address.is_loopback)  # RFC 6761: nobody else's name
        return is_written_out and address in self.network


def parse_allowed_endpoint(text: str) -> AllowedEndpoint:
    """Read `127.0.0.0/8:8322`, `[::1]/128:8322` or `nas.home:8080`: network or name, and port. Raises ConfigError."""
    network_text, _, port_text = text.strip().rpartition(":")
    network_text = network_text.replace("[", "").replace("]", "")
    name = network_text.lower()
    try:
        port = int(port_text)
        network = None if _is_host_name(name) else ipaddress.ip_network(network_text, strict=False)
    except ValueError as exc:
        raise ConfigError(
            f"“{text}” is neither a network nor a name with a port, as in 192.168.1.0/24:8080 or nas.home:8080."
        ) from exc
    if not 1 <= port <= 65_535:
        raise ConfigError(f"The port in “{text}” is not between 1 and 65535.")
    return AllowedEndpoint(port, network, name="" if network else name)


@functools.lru_cache(1_024)
def parse_ip_address(text: str) -> IPAddress:
    """The address that `text` is, kept: each way to a server asks for it several times. Raises ValueError."""
    return ipaddress.ip_address(text)


def embedded_address(address: IPAddress) -> IPAddress:
    """The IPv4 address that a mapped, NAT64 (RFC 6052) or 6to4 (RFC 3056) address stands for, else the same address.

    IPv4-compatible, Teredo and local-use NAT64 addresses stay as they are: none of them is public space.
    """
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour or address


def special_purpose(address: IPAddress) -> str:
    """What `address` is if it is not an ordinary public one ("a loopback address"), else an empty string."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.scope_id is not None or address not in PUBLIC_IPV6:
            return "a loopback address" if address.is_loopback else "not a public IPv6 address"
        return next((name for network, name in SPECIAL_IPV6 if address in network), "")
    return next((name for network, name in SPECIAL_IPV4 if address in network), "")


class AddressPolicy:
    """Decides on addresses, written or connected to; knows nothing of sockets."""

    def __init__(self, allowed: Iterable[AllowedEndpoint] = ()) -> None:
        self._allowed = tuple(allowed)
        self._ports = STANDARD_PORTS | {endpoint.port for endpoint in self._allowed}

    def check_url(self, text: str) -> URL:
        """The address as it will be requested, without fragment.

        Refuses other schemes, user names, odd ports and hosts that no browser would take for a name. Raises Blocked
        where we refuse and FetchError (code `bad_url`) where it is no web address at all.
        """
        url = self._parse(text.strip())
        shown = str(url)
        if url.scheme not in ("http", "https"):
            raise Blocked("Only http and https addresses are fetched.", url=shown, code="blocked_url")
        if url.raw_user is not None or url.raw_password is not None:
            raise Blocked("An address with a user name or password in it is refused.", url=shown, code="blocked_url")
        host, port = url.raw_host, url.port
        if not host or port is None:
            raise FetchError("The address names no host.", url=shown, code="bad_url", retryable=False)
        if port not in self._ports:
            raise Blocked(f"Port {port} is not one that websites use.", url=shown, code="blocked_url")
        self._check_host(host, port, shown)
        return url

    def check_address(self, address_text: str, port: int, *, name: str = "", url: str = "") -> None:
        """Raise Blocked unless a connection to this very address and port may be made.

        `name` is the host name that led to the address, empty where the URL holds the address itself.
        """
        try:
            address = embedded_address(parse_ip_address(address_text))
        except ValueError as exc:
            raise Blocked(f"{address_text} is not an IP address.", url=url, code="blocked_address") from exc
        if self._is_allowed(address, port, name):
            return
        kind = special_purpose(address)
        if kind:
            message = f"{address_text} is {kind}; only public addresses are fetched from."
            if self._is_allowed(address, port, ""):
                message = f"{name} leads to {address_text}, {kind}, which is allowed by its address only."
            raise Blocked(message, url=url, code="blocked_address")
        if port not in STANDARD_PORTS:
            message = f"Port {port} is allowed for a private network only, and {address_text} is not in it."
            raise Blocked(message, url=url, code="blocked_address")

    def is_private(self, host: str, port: int) -> bool:
        """Whether the host, an address or a name, is one that the operator allowed, that is: their own."""
        try:
            return self._is_allowed(embedded_address(parse_ip_address(host)), port, "")
        except ValueError:
            return any(endpoint.name == host and endpoint.port == port for endpoint in self._allowed)

    def _is_allowed(self, address: IPAddress, port: int, name: str) -> bool:
        return any(endpoint.allows(address, port, name=name) for endpoint in self._allowed)

    def _parse(self, text: str) -> URL:
        shown = text[:200]
        if len(text) > MAX_URL_CHARS:
            raise FetchError(
                f"The address is longer than {MAX_URL_CHARS:,} characters.", url=shown, code="bad_url", retryable=False
            )
        try:
            if _CONTROL.search(text):
                raise ValueError("control character")
            return _with_path_as_written(URL(text), text)
        except (ValueError, IndexError) as exc:  # UnicodeError, which IDNA raises, is one; yarl's own for `[::1]@`
            raise FetchError("This is not a web address.", url=shown, code="bad_url", retryable=False) from exc

    def _check_host(self, host: str, port: int, shown: str) -> None:
        try:
            parse_ip_address(host)
        except ValueError:
            if not _is_host_name(host):
                raise Blocked(f"“{host[:80]}” is not a host name.", url=shown, code="blocked_url") from None
        else:
            self.check_address(host, port, url=shown)


def _is_host_name(text: str) -> bool:
    """Whether no resolver takes `text` for an address: some read 0x7f.1 and 2130706433 as such, in ways that differ."""
    last_label = text.rstrip(".").rpartition(".")[2]
    return len(text) <= 254 and bool(_HOST_NAME.fullmatch(text)) and not _NUMERIC_LABEL.fullmatch(last_label)


def _with_path_as_written(url: URL, text: str) -> URL:
    """`url` with the path and query of `text`, quoted only where they must be.

    URL decodes an escaped comma, slash or question mark, after which a signed address is no longer valid.
    """
    if not url.raw_host:
        return url
    parts = urlsplit(text)
    path = url.raw_path if "/." in parts.path else quote(parts.path, safe=_KEPT_IN_PATH) or "/"
    query = quote(parts.query, safe=_KEPT_IN_QUERY)
    return URL.build(scheme=url.scheme, authority=url.raw_authority, path=path, query_string=query, encoded=True)
