"""Readers, their sessions and one-time links (the AccountStore port).

Tokens are 256 random bits; the database holds their SHA-256 only, so that who reads a backup can use none. No salt and
no slow hash: 256 random bits cannot be guessed.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, func, select, update

from nutgraf.adapters.store.columns import storable
from nutgraf.adapters.store.engine import Repository, reading, writing
from nutgraf.adapters.store.tables import access_tokens, readers, sessions, tickets
from nutgraf.domain.account import (
    AccessToken,
    Reader,
    Role,
    Session,
    Ticket,
    TicketKind,
    TokenScope,
    name_key,
)
from nutgraf.domain.ids import ReaderId, TokenId
from nutgraf.errors import Conflict, NotFound

TOKEN_BYTES = 32
MAX_SESSIONS = 50
"""Open sessions of one reader; the oldest ends where another would be opened."""
MAX_TOKENS = 20
"""Tokens of one reader."""

_READER = (
    readers.c.id.label("reader_id"),
    readers.c.name,
    readers.c.role.label("reader_role"),
    readers.c.created_at.label("reader_created_at"),
    readers.c.disabled_at,
    readers.c.password_hash,
)


class SqlAccounts(Repository):
    """Who may come in."""

    @reading
    def list_readers(self, connection: Connection) -> list[Reader]:
        """Every reader, in the order they came."""
        return [_reader(row) for row in connection.execute(select(*_READER).order_by(readers.c.id))]

    @reading
    def get_reader(self, connection: Connection, reader_id: ReaderId) -> Reader:
        """Raises NotFound."""
        row = connection.execute(select(*_READER).where(readers.c.id == reader_id)).first()
        if row is None:
            raise NotFound(f"There is no reader {reader_id}.")
        return _reader(row)

    @reading
    def find_reader(self, connection: Connection, name: str) -> tuple[Reader, str] | None:
        """The reader who signs in with `name` and their password's hash (empty where there is none)."""
        row = connection.execute(select(*_READER).where(readers.c.name_key == name_key(name))).first()
        return (_reader(row), row.password_hash) if row else None

    @writing
    def issue_ticket(
        self,
        connection: Connection,
        kind: TicketKind,
        *,
        role: Role = Role.READER,
        reader_id: ReaderId | None = None,
        now: datetime,
        expires_at: datetime,
    ) -> str:
        """The token of a new one-time link. Earlier links for the same reader end. Raises NotFound for the reader."""
        connection.execute(tickets.delete().where(tickets.c.expires_at <= now))
        if reader_id is not None:
            _must_exist(connection, reader_id)
            connection.execute(tickets.delete().where(tickets.c.reader_id == reader_id))
        token = secrets.token_urlsafe(TOKEN_BYTES)
        values = {"kind": kind.value, "role": role.value, "reader_id": reader_id, "expires_at": expires_at}
        connection.execute(tickets.insert(), values | {"token_hash": _hash(token)})
        return token

    @reading
    def get_ticket(self, connection: Connection, token: str, *, now: datetime) -> Ticket:
        """What a link is for. Raises NotFound where it was used, has expired or never was."""
        return _ticket(connection, token, now)

    @writing
    def redeem_ticket(
        self, connection: Connection, token: str, *, name: str, password_hash: str, now: datetime
    ) -> Reader:
        """Use a link up: its reader (a new one by an invitation) has this name and password, no open session, no token.

        Raises NotFound as `get_ticket`, Conflict where somebody else has the name.
        """
        ticket = _ticket(connection, token, now)
        if connection.execute(tickets.delete().where(tickets.c.token_hash == _hash(token))).rowcount == 0:
            raise NotFound("This link was used already or has expired.")
        key = name_key(name)
        owner = connection.execute(select(readers.c.id).where(readers.c.name_key == key)).scalar()
        if owner is not None and (ticket.reader is None or owner != ticket.reader.id):
            raise Conflict("Somebody else has this name; please choose another.")
        values: dict[str, Any] = {"name": name, "name_key": key, "password_hash": password_hash}
        if ticket.reader is None:
            values |= {"role": ticket.role.value, "created_at": now}
            reader_id = connection.execute(readers.insert().returning(readers.c.id), values).scalar_one()
        else:
            reader_id = ticket.reader.id
            connection.execute(update(readers).where(readers.c.id == reader_id).values(values))
            connection.execute(sessions.delete().where(sessions.c.reader_id == reader_id))
            connection.execute(access_tokens.delete().where(access_tokens.c.reader_id == reader_id))
        return _reader(connection.execute(select(*_READER).where(readers.c.id == reader_id)).one())

    @writing
    def change_password(self, connection: Connection, reader_id: ReaderId, password_hash: str) -> None:
        """Set a password and end the reader's sessions. Raises NotFound."""
        _must_exist(connection, reader_id)
        connection.execute(update(readers).where(readers.c.id == reader_id).values(password_hash=password_hash))
        connection.execute(sessions.delete().where(sessions.c.reader_id == reader_id))

    @writing
    def set_disabled(self, connection: Connection, reader_id: ReaderId, disabled_at: datetime | None) -> None:
        """Keep a reader out, ending their sessions and links, or let them in again.

        Raises NotFound, or Conflict for the last operator who could let anybody in again.
        """
        _must_exist(connection, reader_id)
        if disabled_at is not None:
            others = and_(
                readers.c.role == Role.OPERATOR.value, readers.c.disabled_at.is_(None), readers.c.id != reader_id
            )
            if connection.execute(select(func.count()).select_from(readers).where(others)).scalar_one() == 0:
                raise Conflict("This is the only operator: nobody could let them in again.")
            connection.execute(sessions.delete().where(sessions.c.reader_id == reader_id))
            connection.execute(tickets.delete().where(tickets.c.reader_id == reader_id))
        connection.execute(update(readers).where(readers.c.id == reader_id).values(disabled_at=disabled_at))

    @writing
    def open_session(self, connection: Connection, reader_id: ReaderId, *, now: datetime, expires_at: datetime) -> str:
        """The token of a new session. Raises NotFound."""
        _must_exist(connection, reader_id)
        connection.execute(sessions.delete().where(sessions.c.expires_at <= now))
        kept = (
            select(sessions.c.token_hash)
            .where(sessions.c.reader_id == reader_id)
            .order_by(sessions.c.opened_at.desc())
            .limit(MAX_SESSIONS - 1)
        )
        of_reader = sessions.c.reader_id == reader_id
        connection.execute(sessions.delete().where(of_reader, sessions.c.token_hash.not_in(kept)))
        token = secrets.token_urlsafe(TOKEN_BYTES)
        values = {"token_hash": _hash(token), "reader_id": reader_id, "opened_at": now, "expires_at": expires_at}
        connection.execute(sessions.insert(), values)
        return token

    @reading
    def find_session(self, connection: Connection, token: str, *, now: datetime) -> Session | None:
        """Who is signed in with this token; None where it has expired, was ended, or its reader is kept out."""
        query = (
            select(*_READER, sessions.c.expires_at)
            .join(readers, readers.c.id == sessions.c.reader_id)
            .where(sessions.c.token_hash == _hash(token), sessions.c.expires_at > now, readers.c.disabled_at.is_(None))
        )
        row = connection.execute(query).first()
        return Session(_reader(row), row.expires_at) if row else None

    @writing
    def close_session(self, connection: Connection, token: str) -> None:
        """End a session. Idempotent."""
        connection.execute(sessions.delete().where(sessions.c.token_hash == _hash(token)))

    @writing
    def close_sessions(self, connection: Connection, reader_id: ReaderId) -> None:
        """End every session of a reader. Idempotent."""
        connection.execute(sessions.delete().where(sessions.c.reader_id == reader_id))

    @writing
    def issue_token(
        self, connection: Connection, reader_id: ReaderId, scope: TokenScope, name: str, *, now: datetime
    ) -> str:
        """A new token with which a program reads as this reader. Raises NotFound, Conflict beyond MAX_TOKENS."""
        _must_exist(connection, reader_id)
        of_reader = access_tokens.c.reader_id == reader_id
        count = connection.execute(select(func.count()).select_from(access_tokens).where(of_reader)).scalar_one()
        if count >= MAX_TOKENS:
            raise Conflict(f"There are {MAX_TOKENS} tokens already; revoke one first.")
        token = secrets.token_urlsafe(TOKEN_BYTES)
        values = {"reader_id": reader_id, "scope": scope.value, "name": storable(name), "created_at": now}
        connection.execute(access_tokens.insert(), values | {"token_hash": _hash(token)})
        return token

    @reading
    def list_tokens(self, connection: Connection, reader_id: ReaderId) -> list[AccessToken]:
        """A reader's tokens, latest first."""
        query = select(access_tokens).where(access_tokens.c.reader_id == reader_id).order_by(access_tokens.c.id.desc())
        return [
            AccessToken(TokenId(row.id), row.name, TokenScope(row.scope), row.created_at)
            for row in connection.execute(query)
        ]

    @writing
    def revoke_token(self, connection: Connection, reader_id: ReaderId, token_id: TokenId) -> None:
        """End one of the reader's tokens. Raises NotFound."""
        of_reader = access_tokens.c.reader_id == reader_id
        gone = connection.execute(access_tokens.delete().where(of_reader, access_tokens.c.id == token_id))
        if gone.rowcount == 0:
            raise NotFound("There is no such token.")

    @reading
    def find_token(self, connection: Connection, token: str) -> tuple[Reader, TokenScope] | None:
        """Whose token this is and what for; None where it was revoked, never was, or its reader is kept out."""
        query = (
            select(*_READER, access_tokens.c.scope)
            .join(readers, readers.c.id == access_tokens.c.reader_id)
            .where(access_tokens.c.token_hash == _hash(token), readers.c.disabled_at.is_(None))
        )
        row = connection.execute(query).first()
        return (_reader(row), TokenScope(row.scope)) if row else None


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _must_exist(connection: Connection, reader_id: ReaderId) -> None:
    if connection.execute(select(readers.c.id).where(readers.c.id == reader_id)).first() is None:
        raise NotFound(f"There is no reader {reader_id}.")


def _ticket(connection: Connection, token: str, now: datetime) -> Ticket:
    query = (
        select(tickets.c.kind, tickets.c.role, tickets.c.expires_at, *_READER)
        .outerjoin(readers, readers.c.id == tickets.c.reader_id)
        .where(tickets.c.token_hash == _hash(token), tickets.c.expires_at > now)
    )
    row = connection.execute(query).first()
    if row is None or row.disabled_at is not None:
        raise NotFound("This link was used already or has expired.")
    reader = None if row.name is None else _reader(row)
    return Ticket(TicketKind(row.kind), Role(row.role), row.expires_at, reader)


def _reader(row: Row[*tuple[Any, ...]]) -> Reader:
    return Reader(
        id=ReaderId(row.reader_id),
        name=row.name,
        role=Role(row.reader_role),
        created_at=row.reader_created_at,
        has_password=bool(row.password_hash),
        disabled_at=row.disabled_at,
    )
