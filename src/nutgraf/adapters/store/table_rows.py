"""The rows of every table as lines of JSON and back: what backups hold and what two databases are compared by.

A line is an array of a row's values in the order of the columns' names. Times are microseconds since 1970 UTC, bytes
are base64; the same row gives the same line on SQLite and PostgreSQL. Rows come in the order of their primary key,
texts by their bytes, so that the last key says how far a copy has come.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Protocol

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    LargeBinary,
    MetaData,
    Table,
    collate,
    func,
    insert,
    inspect,
    select,
    text,
    tuple_,
)

from nutgraf.adapters.store import search_index
from nutgraf.adapters.store.columns import UtcTime, from_microseconds, to_microseconds
from nutgraf.adapters.store.tables import metadata

_FETCHED_AT_ONCE = 1_000
_Convert = Callable[[Any], Any]
Row = Sequence[Any]


class CopiedTable(Protocol):
    """A table whose rows can be read in the order of their keys and inserted again."""

    name: str
    columns: tuple[str, ...]

    def count(self, connection: Connection) -> int:
        """Number of rows."""
        ...

    def last_key(self, connection: Connection) -> Row | None:
        """The primary key of the last row, None where there is no row."""
        ...

    def lines(self, connection: Connection, *, after: Row | None = None) -> Iterator[bytes]:
        """The rows whose key comes after `after`, each as a line with its end."""
        ...

    def insert(self, connection: Connection, lines: Sequence[bytes]) -> None:
        """Insert the rows of these lines. Raises ValueError for a line that is no row of the table."""
        ...

    def clear(self, connection: Connection) -> None:
        """Delete every row."""
        ...


class PlainTable:
    """A table that SQLAlchemy knows."""

    def __init__(self, table: Table) -> None:
        self.name = table.name
        self.columns: tuple[str, ...] = tuple(sorted(column.name for column in table.columns))
        self._table = table
        self._selected = [table.c[name] for name in self.columns]
        conversions = list(_conversions(self._selected))
        self._encoders = [(index, encode) for index, encode, _ in conversions]
        self._decoders = [(index, decode) for index, _, decode in conversions]

    def count(self, connection: Connection) -> int:
        """Number of rows."""
        return connection.scalar(select(func.count()).select_from(self._table)) or 0

    def last_key(self, connection: Connection) -> Row | None:
        """The primary key of the last row, None where there is no row."""
        order = [column.desc() for column in self._key(connection)]
        return connection.execute(select(*self._table.primary_key).order_by(*order).limit(1)).first()

    def lines(self, connection: Connection, *, after: Row | None = None) -> Iterator[bytes]:
        """The rows whose key comes after `after`, each as a line with its end."""
        key = self._key(connection)
        query = select(*self._selected).order_by(*key)
        if after is not None:
            types = [column.type for column in self._table.primary_key.columns]
            query = query.where(tuple_(*key) > tuple_(*after, types=types))
        for row in connection.execution_options(yield_per=_FETCHED_AT_ONCE).execute(query):
            values = list(row)
            for index, encode in self._encoders:
                if values[index] is not None:
                    values[index] = encode(values[index])
            yield _line(values)

    def insert(self, connection: Connection, lines: Sequence[bytes]) -> None:
        """Insert the rows of these lines. Raises ValueError for a line that is no row of the table."""
        rows = []
        for line in lines:
            values = json.loads(line)
            if not isinstance(values, list) or len(values) != len(self.columns):
                raise ValueError(f"not a row of {self.name}")
            for index, decode in self._decoders:
                if values[index] is not None:
                    values[index] = decode(values[index])
            rows.append(dict(zip(self.columns, values, strict=True)))
        connection.execute(insert(self._table), rows)

    def clear(self, connection: Connection) -> None:
        """Delete every row."""
        connection.execute(self._table.delete())

    def _key(self, connection: Connection) -> list[ColumnElement[Any]]:
        is_postgresql = connection.dialect.name == "postgresql"
        return [
            collate(column, "C") if is_postgresql and column.type.python_type is str else column
            for column in self._table.primary_key.columns
        ]


class SearchTable:
    """The index of words, which is another kind of table on each database."""

    name = "brief_search"
    columns: tuple[str, ...] = ("rowid", "headline", "body", "labels")

    def count(self, connection: Connection) -> int:
        """Number of rows."""
        return connection.scalar(text("SELECT count(*) FROM brief_search")) or 0

    def last_key(self, connection: Connection) -> Row | None:
        """The number of the last row, None where there is no row."""
        last = connection.scalar(text("SELECT max(rowid) FROM brief_search"))
        return None if last is None else (last,)

    def lines(self, connection: Connection, *, after: Row | None = None) -> Iterator[bytes]:
        """The rows whose number is above `after`, each as a line with its end."""
        for row in search_index.rows_after(connection, after[0] if after else -1):
            yield _line(list(row))

    def insert(self, connection: Connection, lines: Sequence[bytes]) -> None:
        """Insert the rows of these lines. Raises ValueError for a line that is no row of the index."""
        for line in lines:
            number, headline, body, labels = json.loads(line)
            search_index.insert_row(connection, number, headline.split(" "), body.split(" "), labels.split(" "))

    def clear(self, connection: Connection) -> None:
        """Delete every row."""
        connection.execute(text("DELETE FROM brief_search"))


def copied_tables(connection: Connection | None = None) -> list[CopiedTable]:
    """Every table, those that others refer to before them: of this version's schema, or of an older one as it is found
    at `connection`.
    """
    known = metadata if connection is None else _found_metadata(connection)
    return [*map(PlainTable, known.sorted_tables), SearchTable()]


def numbered_tables(connection: Connection) -> list[str]:
    """The tables that are there whose rows the database numbers itself."""
    found = set(inspect(connection).get_table_names())
    return [
        table.name for table in metadata.sorted_tables if table.autoincrement_column is not None and table.name in found
    ]


def _found_metadata(connection: Connection) -> MetaData:
    """The tables that are there, with our own types wherever this version still knows the column."""
    found = MetaData()
    names = [name for name in inspect(connection).get_table_names() if name in metadata.tables]
    found.reflect(connection, only=names)
    for table in found.tables.values():
        known = metadata.tables[table.name].columns
        for column in table.columns:
            if column.name in known:
                column.type = known[column.name].type
    return found


def _line(values: list[Any]) -> bytes:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _conversions(columns: Iterable[Column[Any]]) -> Iterator[tuple[int, _Convert, _Convert]]:
    """Of columns whose values JSON does not know: index, to JSON, from JSON."""
    for index, column in enumerate(columns):
        if isinstance(column.type, UtcTime):
            yield index, to_microseconds, from_microseconds
        elif isinstance(column.type, LargeBinary):
            yield index, _to_base64, base64.b64decode


def _to_base64(value: bytes) -> str:
    return base64.b64encode(value).decode()
