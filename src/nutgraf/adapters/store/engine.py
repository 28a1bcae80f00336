"""Connections and transactions: one `Database` per store, one transaction per call, one tree of errors.

SQLite: WAL, so that readers never wait; one writer at a time, in this process by a lock and between processes by
BEGIN IMMEDIATE. PostgreSQL: reads see one snapshot (REPEATABLE READ); a write that lost a race runs again.
"""

from __future__ import annotations

import functools
import json
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from sqlalchemy import Connection, Engine, Table, create_engine, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, SQLAlchemyError

from nutgraf.errors import ConfigError, Conflict, NotFound, StoreError

P = ParamSpec("P")
T = TypeVar("T")

BUSY_TIMEOUT_S = 15
POOL_SIZE = 8
POOL_TIMEOUT_S = 30
STATEMENTS_KEPT = 500
"""Prepared statements of an SQLite connection: a list of another length in one of them is another statement."""
CONNECT_TIMEOUT_S = 10
WRITE_ATTEMPTS = 5
SQLITE_OLDEST = (3, 35, 0)  # the first with RETURNING

LATEST = 2**63 - 1
"""Above every id: a list without a cursor is the range below it."""

_LOCK = text("SELECT pg_advisory_xact_lock(key) FROM (SELECT unnest(CAST(:keys AS bigint[])) AS key ORDER BY 1) AS k")

KEPT_TOPICS = "nutgraf_kept_topics"
"""The option of connections for reading that holds what `cards.load_topics` keeps."""

_WRITES = "nutgraf_writes"
_MIGRATES = "nutgraf_migrates"

# https://www.sqlite.org/rescode.html
_SQLITE_CODES: dict[int, tuple[str, str, bool]] = {
    5: ("database_busy", "Another process holds the database for too long.", True),
    6: ("database_busy", "Another process holds the database for too long.", True),
    8: ("database_read_only", "The database cannot be written: check the permissions of its file and folder.", False),
    10: ("database_io", "The disk failed while the database was in use.", True),
    11: ("database_damaged", "The database file is damaged.", False),
    13: ("disk_full", "The disk is full.", True),
    14: ("database_cannot_open", "The database file cannot be opened.", False),
    26: ("not_a_database", "The file is not a database.", False),
}
# https://www.postgresql.org/docs/current/errcodes-appendix.html: serialization failure, deadlock, unique violation
_LOST_RACES = frozenset({"40001", "40P01", "23505"})
_NUMBER_TOO_LARGE = "22003"


class Database:
    """A database and how to work in it. Safe to use from several threads."""

    def __init__(self, url: str) -> None:
        """Does not connect yet, but makes the folder and the file of an SQLite database. Raises ConfigError."""
        self.url = _parse_url(url)
        self.is_postgresql = self.url.get_backend_name() == "postgresql"
        self._engine = self._postgresql_engine() if self.is_postgresql else self._sqlite_engine()
        self._writers: Engine = self._engine.execution_options(**{_WRITES: True})
        self._readers: Engine = self._engine.execution_options(**{KEPT_TOPICS: {}})
        if self.is_postgresql:
            self._readers = self._readers.execution_options(isolation_level="REPEATABLE READ")
        self._write_lock = threading.Lock()
        self._of_thread = _OfThread()

    def read(self, work: Callable[[Connection], T]) -> T:
        """What `work` returns; it sees the database as of one moment. Raises StoreError."""
        moment = self._of_thread.moment
        if moment is not None:
            with _own_errors():
                return moment.read(work)
        with _own_errors(), self._readers.begin() as connection:
            return work(connection)

    @contextmanager
    def one_moment(self) -> Iterator[None]:
        """Until the block ends, all that this thread reads is as of its first read, or of the first after a write or
        an error of its own. It saves a transaction for each read: on PostgreSQL, four trips to the server.
        """
        if self._of_thread.moment is not None:
            yield
            return
        moment = self._of_thread.moment = _Moment(self._readers)
        try:
            yield
        finally:
            self._of_thread.moment = None
            with _own_errors():
                moment.end()

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A connection that sees the database as of one moment for as long as it is open. Raises StoreError."""
        with _own_errors(), self._readers.begin() as connection:
            yield connection

    def write(self, work: Callable[[Connection], T]) -> T:
        """What `work` returns, committed whole or not at all; `work` may run again after a lost race.

        Raises Conflict where the schema forbids the change, StoreError for all else.
        """
        return self._commit(self._writers, work)

    def migrate(self, work: Callable[[Connection], T]) -> T:
        """Like `write`, with SQLite's foreign keys off: it changes a table by dropping and remaking it, which would
        empty the tables that refer to it. Raises StoreError where a reference leads nowhere afterwards.
        """

        def checked(connection: Connection) -> T:
            result = work(connection)
            if not self.is_postgresql and _find_broken_reference(connection):
                raise StoreError("A migration would have left a reference that leads nowhere.", code="migration")
            return result

        try:
            return self._commit(self._engine.execution_options(**{_WRITES: True, _MIGRATES: True}), checked)
        finally:
            self._engine.dispose()  # of connections only those opened from now on keep to foreign keys

    def load(self, work: Callable[[Connection], T]) -> T:
        """Like `write`, with SQLite's foreign keys off: rows arrive table by table; `check_references` ends it."""
        return self._commit(self._engine.execution_options(**{_WRITES: True, _MIGRATES: True}), work)

    def check_references(self) -> None:
        """Raises StoreError where a reference leads nowhere, which `load` on SQLite does not notice."""
        if not self.is_postgresql and self.read(_find_broken_reference):
            raise StoreError("A reference in the database leads nowhere.", code="broken_reference")

    def _commit(self, engine: Engine, work: Callable[[Connection], T]) -> T:
        if self._of_thread.moment is not None:
            self._of_thread.moment.end()  # what is read next sees what is written now
        if not self.is_postgresql:
            if not self._write_lock.acquire(timeout=BUSY_TIMEOUT_S * 4):
                raise StoreError("The database is too busy.", code="database_busy", retryable=True)
            try:
                return _commit_once(engine, work)
            finally:
                self._write_lock.release()
        for _ in range(WRITE_ATTEMPTS - 1):
            try:
                return _commit_once(engine, work)
            except _LostRace:
                continue
        return _commit_once(engine, work)

    @contextmanager
    def locked(self, keys: Sequence[int]) -> Iterator[None]:
        """Hold these locks against other users of a PostgreSQL database; on SQLite, which one process uses, nothing.

        It takes a connection of its own until the end. Locks are taken in order, so that nobody waits crosswise.
        """
        if not self.is_postgresql:
            yield
            return
        with _own_errors(), self._engine.begin() as connection:
            connection.execute(_LOCK, {"keys": sorted(set(keys))})
            yield

    def close(self) -> None:
        """Close every connection that is not in use. Idempotent."""
        self._engine.dispose()

    def _postgresql_engine(self) -> Engine:
        try:
            engine = create_engine(
                self.url,
                pool_size=POOL_SIZE,
                pool_use_lifo=True,  # the one used last has its pages and statements at hand
                max_overflow=POOL_SIZE,
                pool_timeout=POOL_TIMEOUT_S,
                pool_pre_ping=True,
                connect_args={"connect_timeout": CONNECT_TIMEOUT_S},
                json_serializer=_compact_json,
            )
        except ImportError as error:
            raise ConfigError("PostgreSQL needs psycopg: install nutgraf[postgres].", code="no_psycopg") from error

        @event.listens_for(engine, "connect")
        def prepare(connection: Any, _: Any) -> None:
            connection.autocommit = True
            connection.execute("SET TIME ZONE 'UTC'")
            connection.autocommit = False

        return engine

    def _sqlite_engine(self) -> Engine:
        if sqlite3.sqlite_version_info < SQLITE_OLDEST:
            raise ConfigError(f"Nutgraf needs SQLite 3.35 or later; this Python has {sqlite3.sqlite_version}.")
        _make_private_file(self.url)
        engine = create_engine(
            self.url,
            pool_size=POOL_SIZE,
            pool_use_lifo=True,
            max_overflow=POOL_SIZE * 4,
            pool_timeout=POOL_TIMEOUT_S,
            connect_args={
                "timeout": BUSY_TIMEOUT_S,
                "check_same_thread": False,
                "cached_statements": STATEMENTS_KEPT,
            },
            json_serializer=_compact_json,
        )

        @event.listens_for(engine, "connect")
        def prepare(connection: Any, _: Any) -> None:
            connection.isolation_level = None  # we begin transactions ourselves, below
            for pragma in (
                "journal_mode=WAL",
                "synchronous=NORMAL",
                "foreign_keys=ON",
                "temp_store=MEMORY",
                "cache_size=-16000",
            ):
                connection.execute(f"PRAGMA {pragma}")

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            options = connection.get_execution_options()
            if options.get(_MIGRATES):
                connection.exec_driver_sql("PRAGMA foreign_keys=OFF")  # has no effect within a transaction
            connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get(_WRITES) else "BEGIN")

        return engine


class _Moment:
    """A transaction for reading, begun at the first read."""

    def __init__(self, readers: Engine) -> None:
        self._readers = readers
        self._connection: Connection | None = None

    def read(self, work: Callable[[Connection], T]) -> T:
        """What `work` returns. After an error the next read begins anew: PostgreSQL's transaction is lost by it."""
        if self._connection is None:
            connection = self._readers.connect()
            try:
                connection.begin()
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        try:
            return work(self._connection)
        except BaseException:
            self.end()
            raise

    def end(self) -> None:
        """Give the connection back; the next read begins another moment."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


class _OfThread(threading.local):
    """What belongs to one thread."""

    moment: _Moment | None = None


class Repository:
    """The base of everything that keeps one kind of thing in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database


R = TypeVar("R", bound=Repository)


def reading(method: Callable[Concatenate[R, Connection, P], T]) -> Callable[Concatenate[R, P], T]:
    """Give a method a connection that sees one moment of the database; the caller does not pass it."""

    @functools.wraps(method)
    def call(self: R, *args: P.args, **kwargs: P.kwargs) -> T:
        return self._database.read(lambda connection: method(self, connection, *args, **kwargs))

    return cast(Callable[Concatenate[R, P], T], call)


def writing(method: Callable[Concatenate[R, Connection, P], T]) -> Callable[Concatenate[R, P], T]:
    """Give a method a connection in a transaction that ends with it; the caller does not pass it."""

    @functools.wraps(method)
    def call(self: R, *args: P.args, **kwargs: P.kwargs) -> T:
        return self._database.write(lambda connection: method(self, connection, *args, **kwargs))

    return cast(Callable[Concatenate[R, P], T], call)


def insert_into(dialect_name: str, table: Table) -> sqlite.Insert:
    """An INSERT with ON CONFLICT, which both databases write alike but SQLAlchemy keeps apart."""
    if dialect_name == "postgresql":
        return cast(sqlite.Insert, postgresql.insert(table))
    return sqlite.insert(table)


def _find_broken_reference(connection: Connection) -> bool:
    return connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None


def _commit_once(engine: Engine, work: Callable[[Connection], T]) -> T:
    with _own_errors(), engine.begin() as connection:
        return work(connection)


class _LostRace(Conflict):
    """Another transaction was first; the same work may succeed when it runs again."""


@contextmanager
def _own_errors() -> Iterator[None]:
    """Turn what SQLAlchemy and the drivers raise into our own errors, by their codes."""
    try:
        yield
    except OverflowError as error:  # SQLite, of an id of more than 64 bits: from an address someone typed
        raise NotFound("There is no such thing.") from error
    except SQLAlchemyError as error:
        raise _own_error(error) from error


def _own_error(error: SQLAlchemyError) -> StoreError:
    original = error.orig if isinstance(error, DBAPIError) else None
    sqlstate = getattr(original, "sqlstate", None)
    if sqlstate in _LOST_RACES:
        return _LostRace("Someone else changed the same thing at the same moment.", retryable=True)
    if sqlstate == _NUMBER_TOO_LARGE:
        return NotFound("There is no such thing.")
    if isinstance(error, IntegrityError):
        return Conflict(f"The change would break a rule of the database: {original}")
    sqlite_code = getattr(original, "sqlite_errorcode", None)
    if sqlite_code is not None and (sqlite_code & 0xFF) in _SQLITE_CODES:
        code, message, retryable = _SQLITE_CODES[sqlite_code & 0xFF]
        return StoreError(message, code=code, retryable=retryable)
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return StoreError("The connection to the database was lost.", code="database_gone", retryable=True)
    return StoreError(f"The database refused: {original or error}", code="database")


def _parse_url(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise ConfigError("The database address must begin with sqlite:/// or postgresql://.") from error
    name = parsed.get_backend_name()
    if name in ("postgresql", "postgres"):
        return parsed.set(drivername="postgresql+psycopg")
    if name != "sqlite":
        raise ConfigError(f"Nutgraf stores in SQLite or PostgreSQL, not in {name!r}.")
    if not parsed.database or parsed.database == ":memory:" or parsed.query:
        raise ConfigError("An SQLite database must be a file: sqlite:////folder/file.db.")
    return parsed


def _compact_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"))


def _make_private_file(url: URL) -> None:
    """Make a missing database file (0600) and its missing folders (0700); what is there keeps its mode."""
    path = Path(str(url.database))
    try:
        for folder in reversed([parent for parent in path.parents if not parent.exists()]):
            folder.mkdir(mode=0o700, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise ConfigError(f"The database file {path} cannot be made: {error.strerror}.") from error
