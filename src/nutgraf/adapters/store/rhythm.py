"""How many briefs a topic's or a publisher's list has of each day: one range of one index a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import Connection, Select, func, literal, select, union_all

from nutgraf.adapters.store.tables import articles, publishers, topic_listing

MAX_COUNTED = 5_000
"""A day with more briefs than this counts as so many: a page does not wait for the rest."""
MAX_DAYS = 60


def load_rhythm(
    connection: Connection, days: Sequence[date], *, topic: str = "", publisher: str = ""
) -> dict[date, int]:
    """Briefs by day (UTC) in the list of `topic` or of `publisher`; days without one are left out."""
    days = days[:MAX_DAYS]
    every = _listed_of_topic(topic) if topic else _listed_of_publisher(publisher)
    listed_at = every.selected_columns[0]
    counts = []
    for number, day in enumerate(days):
        start = datetime.combine(day, time(), UTC)
        of_day = every.where(listed_at >= start, listed_at < start + timedelta(days=1)).limit(MAX_COUNTED).subquery()
        counts.append(select(literal(number), func.count()).select_from(of_day))
    if not counts:
        return {}
    return {days[number]: found for number, found in connection.execute(union_all(*counts)) if found}


def _listed_of_topic(slug: str) -> Select[tuple[datetime]]:
    return select(topic_listing.c.listed_at).where(topic_listing.c.slug == slug)


def _listed_of_publisher(slug: str) -> Select[tuple[datetime]]:
    chosen = select(publishers.c.id).where(publishers.c.slug == slug).scalar_subquery()
    return select(articles.c.listed_at).where(articles.c.publisher_id == chosen, articles.c.listed_at.is_not(None))
