"""Readers, what they may do, and how they come in."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from nutgraf.domain.ids import ReaderId, TokenId


class Role(enum.StrEnum):
    """What a reader may do: read, search and keep marks of their own; an operator also runs the site."""

    READER = "reader"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who reads. `name` is also what they sign in with; times are UTC."""

    id: ReaderId
    name: str
    role: Role
    created_at: datetime
    has_password: bool = False
    disabled_at: datetime | None = None


def name_key(name: str) -> str:
    """A name as it is compared: without regard to case and surrounding white space."""
    return " ".join(name.casefold().split())


class TicketKind(enum.StrEnum):
    """What a one-time link is for."""

    SET_UP = "set_up"  # the first operator chooses name and password
    INVITE = "invite"  # a new reader comes in
    RESET = "reset"  # a reader chooses a new password


@dataclass(frozen=True, slots=True)
class Ticket:
    """A one-time link: for `reader`, or for a new one with `role` where that is None."""

    kind: TicketKind
    role: Role
    expires_at: datetime
    reader: Reader | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """A reader who is signed in, until `expires_at`."""

    reader: Reader
    expires_at: datetime


class TokenScope(enum.StrEnum):
    """What a program may read with a token, always as the reader who made it and never to change anything."""

    FEEDS = "feeds"  # outgoing feeds; the token stands in their address, where others may come to see it
    API = "api"  # the JSON API and the feeds, by the Authorization header


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A token that a reader gave to a program. The secret itself is kept nowhere."""

    id: TokenId
    name: str
    scope: TokenScope
    created_at: datetime
