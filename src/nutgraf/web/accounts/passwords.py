"""Passwords: argon2id, a few at a time, since each takes 64 MB for a moment."""

from __future__ import annotations

import threading

from nutgraf.errors import ConfigError

MIN_PASSWORD_CHARS = 10
MAX_PASSWORD_CHARS = 200
_AT_ONCE = 2

_places = threading.BoundedSemaphore(_AT_ONCE)
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$bnV0Z3JhZm51dGdyYWYxMg$Zm9yIG5vYm9keSBhdCBhbGwsIGV2ZXIuLi4uLi4uLi4"
"""A well-formed hash that belongs to no password: checking it takes as long as checking a real one."""


def hash_password(password: str) -> str:
    """The hash to keep (argon2id with RFC 9106's second recommendation). Raises ConfigError for a poor password."""
    from argon2 import PasswordHasher  # noqa: PLC0415 - a site without a login never needs it

    if len(password) < MIN_PASSWORD_CHARS:
        raise ConfigError(f"A password needs at least {MIN_PASSWORD_CHARS} characters.", code="short_password")
    if len(password) > MAX_PASSWORD_CHARS:
        raise ConfigError(f"A password has at most {MAX_PASSWORD_CHARS} characters.", code="long_password")
    if len(set(password)) < MIN_PASSWORD_CHARS // 2:
        raise ConfigError("That password repeats a few characters; please choose another.", code="plain_password")
    with _places:
        return PasswordHasher().hash(password)


def is_password(password: str, password_hash: str) -> bool:
    """Whether `password` belongs to the hash. Takes as long for a hash that is empty: nobody's."""
    from argon2 import PasswordHasher  # noqa: PLC0415
    from argon2.exceptions import Argon2Error, InvalidHashError  # noqa: PLC0415

    with _places:
        try:
            PasswordHasher().verify(password_hash or _NOBODY, password[:MAX_PASSWORD_CHARS])
        except (Argon2Error, InvalidHashError):
            return False
    return bool(password_hash)
