"""Who a request comes from, found out once by the gate and kept in the request's scope."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from nutgraf.domain.account import Reader, Role
from nutgraf.domain.ids import DEFAULT_READER, ReaderId

SESSION_COOKIE = "__Host-nutgraf"
"""The prefix makes browsers insist on Secure, no Domain and the path `/` (RFC 6265bis, section 4.1.3.2)."""
SESSION_DAYS = 30

_SECRET_BYTES = 16
_HEX = re.compile("[0-9a-f]*")
_SCOPE_KEY = "nutgraf.identity"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who asks. Nobody who is signed in: `reader_id` and `role` are None. `form_key` makes the tokens of their forms.

    Where the site has no login, everybody is its operator, without `reader` and without a session.
    """

    reader: Reader | None
    reader_id: ReaderId | None
    role: Role | None
    form_key: bytes
    session_token: str | None = None

    @property
    def is_operator(self) -> bool:
        """Whether they run the site."""
        return self.role is Role.OPERATOR


class FormTokens:
    """Tokens that our own forms carry. A page elsewhere can send a form here but cannot read a token."""

    def __init__(self) -> None:
        self._process_key = secrets.token_bytes(32)

    def key_of(self, session_token: str | None) -> bytes:
        """The key for a session, or for those who have none: then good until the program ends."""
        return self._process_key if session_token is None else hashlib.sha256(session_token.encode()).digest()


def form_secret(identity: Identity) -> bytes:
    """What every form shown to `identity` proves knowledge of."""
    return hmac.new(identity.form_key, b"nutgraf form", hashlib.sha256).digest()[:_SECRET_BYTES]


def form_token(identity: Identity) -> str:
    """A token for forms shown to `identity`: their secret under a mask, another each time.

    So that the size of a compressed page says nothing of the secret (BREACH).
    """
    mask = secrets.token_bytes(_SECRET_BYTES)
    return (mask + _xor(mask, form_secret(identity))).hex()


def is_form_token(identity: Identity, token: str) -> bool:
    """Whether `token` is theirs, in constant time."""
    if len(token) != 4 * _SECRET_BYTES or not _HEX.fullmatch(token):
        return False
    data = bytes.fromhex(token)
    return hmac.compare_digest(_xor(data[:_SECRET_BYTES], data[_SECRET_BYTES:]), form_secret(identity))


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


def open_identity(tokens: FormTokens) -> Identity:
    """Whoever reaches a site without a login."""
    return Identity(None, DEFAULT_READER, Role.OPERATOR, tokens.key_of(None))


def keep_identity(scope: Scope, identity: Identity) -> None:
    """Remember who a request comes from."""
    scope[_SCOPE_KEY] = identity


def identity_of(request: Request) -> Identity | None:
    """Who a request comes from; None where it was refused before anybody asked."""
    identity = request.scope.get(_SCOPE_KEY)
    return identity if isinstance(identity, Identity) else None


def reader_of(request: Request) -> ReaderId:
    """The reader whose marks a page shows and changes. Only for pages that not everybody may reach."""
    identity = identity_of(request)
    assert identity is not None
    assert identity.reader_id is not None
    return identity.reader_id


def set_session_cookie(response: Response, token: str) -> None:
    """Sign the browser in."""
    response.set_cookie(
        SESSION_COOKIE, token, max_age=SESSION_DAYS * 86_400, path="/", secure=True, httponly=True, samesite="lax"
    )


def clear_session_cookie(response: Response) -> None:
    """Sign the browser out, and have it drop what it keeps of the reader: the HTTP cache and pages kept for offline."""
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    response.delete_cookie(SESSION_COOKIE, path="/", secure=True, httponly=True, samesite="lax")
