"""How readers like pages to be (the AppearanceStore port)."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, select

from nutgraf.adapters.store.engine import Repository, insert_into, reading, writing
from nutgraf.adapters.store.tables import appearances
from nutgraf.domain.appearance import Appearance, ListView, Measure, TextSize, Theme
from nutgraf.domain.ids import ReaderId

_APPEARANCE = select(appearances).where(appearances.c.reader_id == bindparam("reader_id"))


class SqlAppearances(Repository):
    """One row for each reader who chose something."""

    @reading
    def appearance(self, connection: Connection, reader_id: ReaderId) -> Appearance:
        """What a reader chose; the default where they chose nothing."""
        row = connection.execute(_APPEARANCE, {"reader_id": reader_id}).first()
        if row is None:
            return Appearance()
        return Appearance(
            TextSize(row.text_size), Measure(row.measure), Theme(row.theme), ListView(row.list_view), row.has_keys
        )

    @writing
    def set_appearance(self, connection: Connection, reader_id: ReaderId, appearance: Appearance) -> None:
        """Keep what a reader chose, in place of what they chose before."""
        chosen = {
            "text_size": appearance.text_size.value,
            "measure": appearance.measure.value,
            "theme": appearance.theme.value,
            "list_view": appearance.list_view.value,
            "has_keys": appearance.has_keys,
        }
        insert = insert_into(connection.dialect.name, appearances).values(reader_id=reader_id, **chosen)
        connection.execute(insert.on_conflict_do_update(index_elements=["reader_id"], set_=chosen))
