"""Counters of what a page may ask without counting every row, kept by each transaction that changes a count."""

from __future__ import annotations

import functools
from collections import Counter, defaultdict
from collections.abc import Iterable

from sqlalchemy import Connection, Insert, bindparam, select

from nutgraf.adapters.store.engine import insert_into
from nutgraf.adapters.store.ledger import LedgerKey, add_to_ledger
from nutgraf.adapters.store.tables import counters
from nutgraf.domain.records import ArticleState

STATE = "state"
TOPIC = "topic"
PUBLISHER = "publisher"
TOTAL = "total"
BRIEFS = "briefs"
REPORTS = "reports"


class Tally:
    """The changes of counts within one transaction, applied at its end.

    At the end and in one order: counter rows are what transactions on PostgreSQL have in common, so they are locked
    as late and as briefly as can be, and never crosswise.
    """

    def __init__(self) -> None:
        self._changes: Counter[tuple[str, str]] = Counter()
        self._ledger: dict[LedgerKey, Counter[str]] = defaultdict(Counter)

    def move(self, before: ArticleState | None, after: ArticleState, count: int = 1) -> None:
        """Articles went from one state (None: they are new) to another."""
        if before is not None:
            self._changes[STATE, before.value] -= count
        self._changes[STATE, after.value] += count

    def list_under(self, kind: str, keys: Iterable[str], count: int) -> None:
        """Published briefs came under (or with a negative count left) each of `keys`."""
        for key in keys:
            self._changes[kind, key] += count

    def note(self, key: LedgerKey, **counts: int) -> None:
        """Count something in the ledger; the names are those of LedgerCounts."""
        self._ledger[key].update(counts)

    def apply(self, connection: Connection) -> None:
        """Add the changes to the stored counts; the last statements of a transaction."""
        add_to_ledger(connection, self._ledger)
        rows = [
            {"kind": kind, "key": key, "number": change}
            for (kind, key), change in sorted(self._changes.items())
            if change
        ]
        if not rows:
            return
        connection.execute(_add(connection.dialect.name), rows)


@functools.cache
def _add(dialect_name: str) -> Insert:
    """The statement that adds to counters, built once for each kind of database."""
    insert = insert_into(dialect_name, counters)
    sums = {"number": counters.c.number + insert.excluded.number}
    return insert.on_conflict_do_update(index_elements=["kind", "key"], set_=sums)


_COUNTS = select(counters.c.key, counters.c.number).where(counters.c.kind == bindparam("kind"), counters.c.number != 0)


def counts_by_key(connection: Connection, kind: str) -> dict[str, int]:
    """The counts of one kind that are not zero."""
    return {row.key: row.number for row in connection.execute(_COUNTS, {"kind": kind})}
