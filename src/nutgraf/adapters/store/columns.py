"""Column types that give the same values back from SQLite and PostgreSQL."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Dialect, Integer, Text, TypeDecorator
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.types import TypeEngine

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

MAX_KEY_BYTES = 1_000
"""Longest key stored as it is: a PostgreSQL B-tree entry may have about 2,700 bytes, of up to two columns."""

Id = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows by itself only in an INTEGER column


def to_microseconds(time: datetime) -> int:
    """Microseconds from 1970 to an aware `time`, exactly."""
    return (time - EPOCH) // MICROSECOND


def from_microseconds(count: int) -> datetime:
    """The UTC time `count` microseconds after 1970. Raises OverflowError outside the years 1 to 9999."""
    return EPOCH + count * MICROSECOND


class UtcTime(TypeDecorator[datetime]):
    """Aware UTC times: `timestamptz` on PostgreSQL, integer microseconds since 1970 on SQLite; both sort by time."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The type that the database itself sees."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(TIMESTAMP(timezone=True))
        return dialect.type_descriptor(BigInteger())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """A time on its way in. Raises ValueError for one without a time zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored time needs a time zone")
        return value if dialect.name == "postgresql" else to_microseconds(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """A time on its way out, in UTC."""
        if value is None:
            return None
        return value.astimezone(UTC) if dialect.name == "postgresql" else from_microseconds(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:
        """The same without two calls between: a list of two hundred briefs has four hundred times."""
        return _in_utc_or_null if dialect.name == "postgresql" else _from_microseconds_or_null


class PlainText(TypeDecorator[str]):
    """Text as publishers send it: NUL and lone surrogates, which no database takes, become U+FFFD.

    One character for one, so that offsets into the text keep their meaning.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """A text on its way in."""
        return None if value is None else storable(value)

    def bind_processor(self, dialect: Dialect) -> Callable[[str | None], str | None]:
        """The same without two calls between: a poll of twenty entries stores two hundred texts."""
        return _storable_or_null


class Key(PlainText):
    """Text that is looked up and may be longer than an index allows: then its head and its SHA-256 stand for it."""

    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """A key on its way in, also when it is compared with."""
        return None if value is None else bounded_key(value)

    def bind_processor(self, dialect: Dialect) -> Callable[[str | None], str | None]:
        """The same without two calls between."""
        return _bounded_key_or_null


def _in_utc_or_null(time: datetime | None) -> datetime | None:
    return None if time is None else time.astimezone(UTC)


def _from_microseconds_or_null(count: int | None) -> datetime | None:
    return None if count is None else EPOCH + count * MICROSECOND


def _storable_or_null(text: str | None) -> str | None:
    return None if text is None else storable(text)


def _bounded_key_or_null(key: str | None) -> str | None:
    return None if key is None else bounded_key(key)


def storable(text: str) -> str:
    """The text without the characters that cannot be stored, at the same length."""
    if text.isascii():
        return text.replace("\x00", "\ufffd") if "\x00" in text else text
    try:
        text.encode()
    except UnicodeEncodeError:
        text = "".join("\ufffd" if "\ud800" <= character <= "\udfff" else character for character in text)
    return text.replace("\x00", "\ufffd")


def bounded_key(key: str) -> str:
    """The key as it is stored: itself up to MAX_KEY_BYTES, else its head with a digest of all of it."""
    key = storable(key)
    if len(key) * 4 <= MAX_KEY_BYTES:
        return key
    encoded = key.encode()
    if len(encoded) <= MAX_KEY_BYTES:
        return key
    head = encoded[: MAX_KEY_BYTES - 65].decode(errors="ignore")
    return f"{head}#{hashlib.sha256(encoded).hexdigest()}"
