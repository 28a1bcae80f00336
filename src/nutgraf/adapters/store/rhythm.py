"""How many briefs a topic's or a publisher's list has of each day: one range of one index a day."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import CompoundSelect, Connection, Select, bindparam, func, literal, select, union_all

from nutgraf.adapters.store.tables import articles, publishers, topic_listing

MAX_COUNTED = 5_000
"""A day with more briefs than this counts as so many: a page does not wait for the rest."""
MAX_DAYS = 60


def load_rhythm(
    connection: Connection, days: Sequence[date], *, topic: str = "", publisher: str = ""
) -> dict[date, int]:
    """Briefs by day (UTC) in the list of `topic` or of `publisher`; days without one are left out."""
    days = days[:MAX_DAYS]
    if not days:
        return {}
    values: dict[str, object] = {"slug": topic or publisher}
    for number, day in enumerate(days):
        start = datetime.combine(day, time(), UTC)
        values |= {f"start_{number}": start, f"end_{number}": start + timedelta(days=1)}
    found = connection.execute(_counts_of(bool(topic), len(days)), values)
    return {days[number]: count for number, count in found if count}


@functools.cache
def _counts_of(is_topic: bool, day_count: int) -> CompoundSelect[int, int]:
    """The statement for so many days, built once: building it takes longer than running it."""
    every = _listed_of_topic() if is_topic else _listed_of_publisher()
    listed_at = every.selected_columns[0]
    counts = []
    for number in range(day_count):
        start = bindparam(f"start_{number}", type_=listed_at.type)
        end = bindparam(f"end_{number}", type_=listed_at.type)
        of_day = every.where(listed_at >= start, listed_at < end).limit(MAX_COUNTED).subquery()
        counts.append(select(literal(number), func.count()).select_from(of_day))
    return union_all(*counts)


def _listed_of_topic() -> Select[datetime]:
    return select(topic_listing.c.listed_at).where(topic_listing.c.slug == bindparam("slug"))


def _listed_of_publisher() -> Select[datetime]:
    chosen = select(publishers.c.id).where(publishers.c.slug == bindparam("slug")).scalar_subquery()
    return select(articles.c.listed_at).where(articles.c.publisher_id == chosen, articles.c.listed_at.is_not(None))
