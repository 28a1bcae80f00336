"""Copying a whole store, between databases of either kind and into and out of archives.

The target is new: it has the schema and nothing that anyone put there. While rows arrive its revision is marked, so
that nothing opens it as a store; a copy that was cut off goes on after the last row of each table.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Connection, ForeignKeyConstraint, func, select, text
from sqlalchemy.schema import AddConstraint, DropConstraint

from nutgraf.adapters.store import schema
from nutgraf.adapters.store.engine import Database
from nutgraf.adapters.store.table_rows import CopiedTable, copied_tables, numbered_tables
from nutgraf.adapters.store.tables import articles, feeds, metadata, readers
from nutgraf.errors import StoreError

CHUNK_ROWS = 2_000
CHUNK_BYTES = 4_000_000

Progress = Callable[[int], None]
"""Told how many more rows are done."""


@dataclass(frozen=True, slots=True)
class TableSum:
    """What a table holds, for comparing two: its number of rows and the SHA-256 of its lines."""

    rows: int
    sha256: str


def copy_store(
    source: Database, target: Database, *, progress: Progress, starts_over: bool = False
) -> dict[str, TableSum]:
    """Copy everything, going on where an earlier copy was cut off, then compare both; what was found equal.

    `starts_over` empties what an unfinished copy left. Raises StoreError: `copy_target_used` where the target is not
    new, `copy_differs` where the two are not equal afterwards (the source was written to), and what databases raise.
    """
    if source.url == target.url:
        raise StoreError("Source and target are the same database.", code="copy_target_used")
    schema.migrate(source)
    begin_copy(target, starts_over=starts_over)
    tables = copied_tables()
    with source.snapshot() as connection:
        for table in tables:
            progress(target.read(table.count))
            last = target.read(table.last_key)
            for chunk in chunks(table.lines(connection, after=last)):
                target.load(partial(table.insert, lines=chunk))
                progress(len(chunk))
        target.load(partial(set_sequences, sequences=read_sequences(connection)))
        wanted = {table.name: sum_table(table, connection) for table in tables}
    end_copy(target, wanted)
    return wanted


def count_rows(database: Database) -> int:
    """Rows of all tables, for showing how far a copy is. Raises StoreError (`no_store`) where Nutgraf was never run."""
    with database.snapshot() as connection:
        if schema.stored_revision(connection) is None:
            raise StoreError("There is no store of Nutgraf's here: is it the right data folder?", code="no_store")
        return sum(table.count(connection) for table in copied_tables(connection))


def begin_copy(target: Database, *, revision: str = schema.HEAD_REVISION, starts_over: bool = False) -> None:
    """Make the target ready for rows of this revision: its schema, no row, marked. An unfinished copy is gone on with.

    Raises StoreError (`copy_target_used`) where anyone has used the target.
    """
    mark = schema.COPYING + revision
    stored = target.read(schema.stored_revision)
    if stored == mark and not starts_over:
        return
    if stored is None:
        schema.migrate(target, to=revision)
    elif stored not in (mark, revision) or (stored == revision and target.read(_is_used)):
        raise StoreError("The target database is in use already: copy into a new one.", code="copy_target_used")

    def prepare(connection: Connection) -> None:
        connection.execute(text("UPDATE alembic_version SET version_num = :mark"), {"mark": mark})
        if stored != mark and target.is_postgresql:
            for constraint in _references_to_own_table():
                connection.execute(DropConstraint(constraint))
        for table in reversed(copied_tables(connection)):
            table.clear(connection)

    target.load(prepare)


def end_copy(target: Database, wanted: Mapping[str, TableSum], *, revision: str = schema.HEAD_REVISION) -> None:
    """Compare what arrived with what was wanted, and let the target be used. Raises StoreError (`copy_differs`)."""
    with target.snapshot() as connection:
        found = {table.name: sum_table(table, connection) for table in copied_tables(connection)}
    differing = sorted(name for name in found.keys() | wanted.keys() if found.get(name) != wanted.get(name))
    if differing:
        raise StoreError(
            f"The copy is not equal to its source ({', '.join(differing)}): was something writing there? Stop every "
            "Nutgraf on it and copy again from the start (--restart).",
            code="copy_differs",
        )
    target.check_references()

    def finish(connection: Connection) -> None:
        if target.is_postgresql:
            for constraint in _references_to_own_table():
                connection.execute(AddConstraint(constraint))
        connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})

    target.load(finish)


def sum_table(table: CopiedTable, connection: Connection) -> TableSum:
    """Rows and digest of a table as this connection sees it."""
    return sum_lines(table.lines(connection))


def sum_lines(lines: Iterable[bytes]) -> TableSum:
    """Rows and digest of these lines."""
    digest, rows = hashlib.sha256(), 0
    for line in lines:
        digest.update(line)
        rows += 1
    return TableSum(rows, digest.hexdigest())


def chunks(lines: Iterable[bytes]) -> Iterator[list[bytes]]:
    """The lines in portions that are committed together, bounded in rows and bytes."""
    chunk: list[bytes] = []
    size = 0
    for line in lines:
        chunk.append(line)
        size += len(line)
        if len(chunk) >= CHUNK_ROWS or size >= CHUNK_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def read_sequences(connection: Connection) -> dict[str, int]:
    """The last number that each numbering table gave out: also those of rows that are gone are never given again."""
    if connection.dialect.name == "postgresql":
        last_value = text(
            "SELECT coalesce(pg_sequence_last_value(CAST(pg_get_serial_sequence(:name, 'id') AS regclass)), 0)"
        )
        return {name: connection.scalar(last_value, {"name": name}) or 0 for name in numbered_tables(connection)}
    kept = {row.name: row.seq for row in connection.execute(text("SELECT name, seq FROM sqlite_sequence"))}
    return {name: kept.get(name, 0) for name in numbered_tables(connection)}


def set_sequences(connection: Connection, sequences: Mapping[str, int]) -> None:
    """Go on numbering after both these numbers and the rows that are there."""
    is_postgresql = connection.dialect.name == "postgresql"
    for table in (metadata.tables[name] for name in numbered_tables(connection)):
        if not is_postgresql and not table.dialect_kwargs.get("sqlite_autoincrement"):
            continue  # SQLite goes on after the rows by itself
        last = max(sequences.get(table.name, 0), connection.scalar(select(func.max(table.c.id))) or 0)
        if is_postgresql:
            connection.execute(
                text("SELECT setval(CAST(pg_get_serial_sequence(:name, 'id') AS regclass), :last, :is_used)"),
                {"name": table.name, "last": max(last, 1), "is_used": last > 0},
            )
            continue
        connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), {"name": table.name})
        connection.execute(
            text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last)"), {"name": table.name, "last": last}
        )


def _is_used(connection: Connection) -> bool:
    """Whether anyone has put anything into a store that a migration leaves with one reader without a password."""
    rows = sum(connection.scalar(select(func.count()).select_from(table)) or 0 for table in (feeds, articles))
    return rows > 0 or connection.scalar(select(func.count()).where(readers.c.password_hash != "")) != 0


def _references_to_own_table() -> list[ForeignKeyConstraint]:
    """Foreign keys from a table to itself: rows come in the order of their numbers, which may be the wrong one."""
    return [
        constraint
        for table in metadata.sorted_tables
        for constraint in table.foreign_key_constraints
        if constraint.referred_table is table
    ]
