"""Everything that a reader owns: to give it to them, and to delete it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, and_, func, select, update

from nutgraf.adapters.store.engine import Repository, reading, writing
from nutgraf.adapters.store.spending import forget_payer
from nutgraf.adapters.store.tables import articles, metadata, readers
from nutgraf.domain.account import Role
from nutgraf.domain.ids import DEFAULT_READER, ReaderId
from nutgraf.errors import Conflict, NotFound

_SECRET = ("token_hash", "password_hash", "name_key", "reader_id")


class SqlReaderData(Repository):
    """What belongs to one reader, found by the foreign keys of the tables."""

    @reading
    def reader_data(self, connection: Connection, reader_id: ReaderId) -> dict[str, list[dict[str, Any]]]:
        """Every row of every table that is this reader's, by table; without hashes. Raises NotFound.

        Times are ISO 8601 in UTC; rows about an article carry its address and title.
        """
        own = connection.execute(select(readers).where(readers.c.id == reader_id)).mappings().first()
        if own is None:
            raise NotFound(f"There is no reader {reader_id}.")
        data = {"readers": [_as_value(dict(own))]}
        for table in _owned_tables():
            query = select(table).where(table.c.reader_id == reader_id).order_by(*table.primary_key)
            if "article_id" in table.c:
                query = query.add_columns(articles.c.url, articles.c.title).join(
                    articles, articles.c.id == table.c.article_id
                )
            data[table.name] = [_as_value(dict(row)) for row in connection.execute(query).mappings()]
        return data

    @writing
    def delete_reader(self, connection: Connection, reader_id: ReaderId) -> None:
        """Delete a reader and all they own; faults they reported stay, without them. Raises NotFound.

        The first reader stays as whoever reads where nobody signs in, with nothing left of the person.
        Raises Conflict for the only operator.
        """
        if connection.execute(select(readers.c.id).where(readers.c.id == reader_id)).first() is None:
            raise NotFound(f"There is no reader {reader_id}.")
        others = and_(readers.c.role == Role.OPERATOR.value, readers.c.disabled_at.is_(None), readers.c.id != reader_id)
        if connection.execute(select(func.count()).select_from(readers).where(others)).scalar_one() == 0:
            raise Conflict("This is the only operator: nobody could run the site any more.")
        for table in _owned_tables():
            of_reader = table.c.reader_id == reader_id
            if any(key.ondelete == "SET NULL" for key in table.c.reader_id.foreign_keys):
                connection.execute(update(table).where(of_reader).values(reader_id=None))
            else:
                connection.execute(table.delete().where(of_reader))
        forget_payer(connection, reader_id)
        if reader_id == DEFAULT_READER:
            values = {"name": "Reader", "name_key": None, "password_hash": "", "disabled_at": None}
            connection.execute(update(readers).where(readers.c.id == reader_id).values(values))
        else:
            connection.execute(readers.delete().where(readers.c.id == reader_id))


def _owned_tables() -> Iterator[Table]:
    """Tables that refer to readers."""
    for table in metadata.sorted_tables:
        if any(key.column.table is readers for key in table.foreign_keys):
            yield table


def _as_value(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in row.items()
        if name not in _SECRET
    }
