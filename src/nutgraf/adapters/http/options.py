"""The options of fetching, as one value that checks itself."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from nutgraf.adapters.http.addresses import AllowedEndpoint, parse_allowed_endpoint
from nutgraf.domain.document import Purpose
from nutgraf.errors import ConfigError

_USER_AGENT = re.compile(r"(?P<product>[A-Za-z_-]+)(/[\w.+-]+)?( [\x20-\x7e]*)?", re.ASCII)
MAX_HUB_ANSWER_BYTES = 64 * 1024
"""Of what a hub says to a request, which nobody reads."""
_LIMIT_FIELDS = (
    "connect_timeout_s",
    "read_timeout_s",
    "total_timeout_s",
    "turn_wait_s",
    "max_headers_bytes",
    "max_body_bytes",
    "max_image_bytes",
    "max_ratio",
    "max_connections",
    "max_medium_bodies",
    "max_large_bodies",
)


@dataclass(frozen=True, slots=True)
class FetchOptions:
    """How to fetch. Raises ConfigError when made with values that cannot be.

    `user_agent` should name a contact, as in `Nutgraf/0.1 (+https://news.example/about)`; the word before the slash
    is the name that robots.txt files know us by. `allow_private` lists what may be reached though it is not public,
    each with its port: networks, by addresses only (`127.0.0.0/8:8322`), and hosts by name (`nas.home:8080`).
    `host_gap_s` is the pause between two requests to one origin.
    Connecting covers name, TCP and TLS; `total_timeout_s` covers all redirects but not the wait for the origin's turn.
    Of bodies above 256 KiB `max_medium_bodies` are held at once, of these `max_large_bodies` above 1 MB decoded, to
    which `max_ratio` applies, too.
    """

    user_agent: str = "Nutgraf"
    allow_private: tuple[str, ...] = ()
    ca_file: str = ""
    host_gap_s: float = 1.0
    connect_timeout_s: float = 5.0
    read_timeout_s: float = 10.0
    total_timeout_s: float = 30.0
    turn_wait_s: float = 60.0
    max_headers_bytes: int = 64 * 1024
    max_body_bytes: int = 10_000_000
    max_image_bytes: int = 2 * 1024 * 1024
    max_ratio: int = 100
    max_redirects: int = 5
    max_connections: int = 256
    max_medium_bodies: int = 12
    max_large_bodies: int = 3
    allowed_endpoints: tuple[AllowedEndpoint, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if not _USER_AGENT.fullmatch(self.user_agent):
            raise ConfigError(f"“{self.user_agent}” is not a user agent, as in Nutgraf/0.1 (+https://news.example).")
        for name in _LIMIT_FIELDS:
            if getattr(self, name) <= 0:
                raise ConfigError(f"The fetching limit {name} must be above zero.")
        if self.host_gap_s < 0 or self.max_redirects < 0:
            raise ConfigError("Neither host_gap_s nor max_redirects can be below zero.")
        object.__setattr__(self, "allowed_endpoints", tuple(map(parse_allowed_endpoint, self.allow_private)))

    @property
    def product(self) -> str:
        """The name by which robots.txt files address us (RFC 9309's product token)."""
        match = _USER_AGENT.fullmatch(self.user_agent)
        assert match
        return match["product"]

    def max_bytes(self, purpose: Purpose) -> int:
        """The largest decoded body for this purpose."""
        if purpose is Purpose.HUB:
            return MAX_HUB_ANSWER_BYTES
        return self.max_image_bytes if purpose is Purpose.IMAGE else self.max_body_bytes
