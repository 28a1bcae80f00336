"""Many rows in one statement: what polls store by the hundred goes to the driver without a stop at every row.

SQLAlchemy makes a dictionary, a parameter set and three calls a value of each row of an executemany, 10 µs a row, where
SQLite itself takes 3 to store it. Here it only writes the statement, once, and names the values' conversions.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Connection, Dialect, Table, Text, any_, bindparam, func, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import psycopg

from nutgraf.adapters.store.engine import insert_into

_Convert = Callable[[Any], Any]


class BulkInsert:
    """An INSERT of some columns of a table, for any number of rows that are given column by column."""

    def __init__(self, table: Table, *columns: str, ignores_conflicts: bool = False) -> None:
        self._table = table
        self._columns = columns
        self._ignores_conflicts = ignores_conflicts

    def execute(self, connection: Connection, *values: Iterable[Any]) -> None:
        """Insert the rows whose values these are: one iterable for each column, endless where it is a constant."""
        text, places = _compiled(self, connection.dialect.name)
        given = (values[place] if convert is None else map(convert, values[place]) for place, convert in places)
        if rows := list(zip(*given, strict=False)):
            connection.exec_driver_sql(text, rows)

    def compile(self, dialect_name: str) -> tuple[str, list[tuple[int, _Convert | None]]]:
        """The statement, and what stands at each of its placeholders: the column's place here, and its conversion."""
        is_postgresql = dialect_name == "postgresql"
        kind_of_dialect: Callable[..., Dialect] = psycopg.dialect if is_postgresql else sqlite.dialect
        dialect = kind_of_dialect(paramstyle="format" if is_postgresql else "qmark")
        insert = insert_into(dialect_name, self._table)
        if self._ignores_conflicts:
            insert = insert.on_conflict_do_nothing()
        compiled = insert.inline().compile(dialect=dialect, column_keys=list(self._columns))
        places: list[tuple[int, _Convert | None]] = []
        for name in compiled.positiontup or ():
            kind = self._table.c[name].type.dialect_impl(dialect)
            places.append((self._columns.index(name), kind.bind_processor(dialect)))
        return str(compiled), places


@cache
def _compiled(insert: BulkInsert, dialect_name: str) -> tuple[str, list[tuple[int, _Convert | None]]]:
    return insert.compile(dialect_name)


def is_one_of(dialect_name: str, column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """Whether `column` is one of the keys that are bound to `name` by `key_list`: one parameter for all of them.

    A list of parameters would be another statement for each length, which the driver had to prepare again.
    """
    if dialect_name == "postgresql":
        return column == any_(bindparam(name, type_=ARRAY(Text)))
    keys = func.json_each(bindparam(name, type_=Text)).table_valued("value")
    return column.in_(select(keys.c.value))


def key_list(dialect_name: str, keys: Sequence[str]) -> Any:
    """The keys, each as it is stored (`bounded_key`), in the form that `is_one_of` takes."""
    return list(keys) if dialect_name == "postgresql" else json.dumps(keys)
