"""The ledger: sums by day, writer and publisher, changed in the transactions that do what they count.

What happens is added to three rows: that of its day over all publishers, that of its day and publisher, and that of its
month and publisher. A year is then read from 365 of the first, and for each publisher from 11 months and the days at
both ends.
"""

from __future__ import annotations

import functools
from calendar import monthrange
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Insert, Row, Select, bindparam, func, select

from nutgraf.adapters.store.engine import Repository, insert_into, reading
from nutgraf.adapters.store.tables import ledger, publishers
from nutgraf.domain.ledger import MEASURES, Ledger, LedgerCounts, Maker

MAX_NAME_CHARS = 160
"""Longer names of writers, models and prompts are cut: all three are in one key."""
MAX_DAYS = 3_660
MAX_PUBLISHERS = 100

ALL_PUBLISHERS = 0

_SUMS = tuple(func.sum(ledger.c[name]).label(name) for name in MEASURES)
_IN_PERIODS = ledger.c.period.in_(bindparam("periods", expanding=True))
_OF_ALL = select(ledger).where(_IN_PERIODS, ledger.c.publisher_id == ALL_PUBLISHERS).order_by(ledger.c.period)
_OF_ONE = _IN_PERIODS, ledger.c.publisher_id != ALL_PUBLISHERS
_SENTENCES = func.sum(ledger.c.supported + ledger.c.weak)
_FIRST_PUBLISHERS = (
    select(ledger.c.publisher_id, *_SUMS)
    .where(*_OF_ONE)
    .group_by(ledger.c.publisher_id)
    .order_by(_SENTENCES.desc(), ledger.c.publisher_id)
    .limit(MAX_PUBLISHERS)
    .subquery()
)
_BY_PUBLISHER: Select[Any] = (
    select(_FIRST_PUBLISHERS, publishers.c.slug, publishers.c.name)
    .join(publishers, publishers.c.id == _FIRST_PUBLISHERS.c.publisher_id)
    .order_by((_FIRST_PUBLISHERS.c.supported + _FIRST_PUBLISHERS.c.weak).desc(), _FIRST_PUBLISHERS.c.publisher_id)
)
_PUBLISHER_COUNT = select(func.count(ledger.c.publisher_id.distinct())).where(*_OF_ONE)


_KEY = ("period", "publisher_id", "writer", "model", "prompt_version")
_NOTHING = LedgerCounts()


@dataclass(frozen=True, slots=True, order=True)
class LedgerKey:
    """What something is counted under."""

    day: str
    writer: str
    model: str
    prompt_version: str
    publisher_id: int


def ledger_key(row: Row[Any], at: datetime) -> LedgerKey:
    """The row for what happens `at` to a brief in `row`, which has the maker's columns and `publisher_id`."""
    day = at.astimezone(UTC).date().isoformat()
    return with_maker(LedgerKey(day, "", "", "", row.publisher_id), row)


def with_maker(key: LedgerKey, row: Row[*tuple[Any, ...]]) -> LedgerKey:
    """The same day and publisher under the maker in `row`."""
    return replace(
        key,
        writer=row.writer[:MAX_NAME_CHARS],
        model=row.model[:MAX_NAME_CHARS],
        prompt_version=row.prompt_version[:MAX_NAME_CHARS],
    )


def maker_of(row: Row[Any]) -> Maker | None:
    """Who wrote the withheld sentence in `row`, None where it was the writer of its brief."""
    return Maker(row.writer, row.model, row.prompt_version) if row.writer else None


def add_to_ledger(connection: Connection, changes: dict[LedgerKey, Counter[str]]) -> None:
    """Add counts to their rows, in one order."""
    rows: dict[tuple[str, int, str, str, str], Counter[str]] = defaultdict(Counter)
    for key, counts in changes.items():
        maker = key.writer, key.model, key.prompt_version
        for period, publisher_id in (
            (key.day, ALL_PUBLISHERS),
            (key.day, key.publisher_id),
            (_month(key.day), key.publisher_id),
        ):
            rows[period, publisher_id, *maker].update(counts)
    added = [
        dict(zip(_KEY, key, strict=True)) | {name: rows[key][name] for name in MEASURES}
        for key in sorted(rows)
        if any(rows[key].values())
    ]
    if added:
        connection.execute(_add(connection.dialect.name), added)


@functools.cache
def _add(dialect_name: str) -> Insert:
    insert = insert_into(dialect_name, ledger)
    sums = {name: ledger.c[name] + insert.excluded[name] for name in MEASURES}
    return insert.on_conflict_do_update(index_elements=list(ledger.primary_key.columns), set_=sums)


class SqlLedger(Repository):
    """Reading the ledger."""

    @reading
    def ledger(self, connection: Connection, *, last: date, days: int) -> Ledger:
        """The counts of `days` days (at most MAX_DAYS) up to and with `last`; at most MAX_PUBLISHERS publishers."""
        first = last - timedelta(days=max(1, min(days, MAX_DAYS)) - 1)
        days_within = [(first + timedelta(days=number)).isoformat() for number in range((last - first).days + 1)]
        by_day: dict[str, LedgerCounts] = {}
        by_maker: dict[Maker, LedgerCounts] = {}
        for row in connection.execute(_OF_ALL, {"periods": days_within}):
            maker = Maker(row.writer, row.model, row.prompt_version)
            by_day[row.period] = by_day.get(row.period, _NOTHING) + _counts(row)
            by_maker[maker] = by_maker.get(maker, _NOTHING) + _counts(row)
        periods = {"periods": _periods(days_within)}
        return Ledger(
            first=first,
            last=last,
            total=sum(by_day.values(), _NOTHING),
            by_day=tuple((date.fromisoformat(day), counts) for day, counts in by_day.items()),
            by_maker=tuple(sorted(by_maker.items(), key=_most_sentences_first)),
            by_publisher=tuple(
                (row.slug, row.name, _counts(row)) for row in connection.execute(_BY_PUBLISHER, periods)
            ),
            publisher_count=connection.execute(_PUBLISHER_COUNT, periods).scalar_one(),
        )


def _month(day: str) -> str:
    return day[:7]


def _periods(days: Sequence[str]) -> list[str]:
    """The days, each whole month among them as one period."""
    in_month = Counter(map(_month, days))
    whole = {month for month, count in in_month.items() if count == monthrange(int(month[:4]), int(month[5:]))[1]}
    return [*sorted(whole), *(day for day in days if _month(day) not in whole)]


def _most_sentences_first(item: tuple[Maker, LedgerCounts]) -> tuple[int, str, str, str]:
    maker, counts = item
    return -counts.sentences, maker.writer, maker.model, maker.prompt_version


def _counts(row: Row[Any]) -> LedgerCounts:
    return LedgerCounts(*(int(getattr(row, name)) for name in MEASURES))
