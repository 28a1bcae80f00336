"""People, places and organisations that briefs name (the EntityStore port)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select, update

from nutgraf.adapters.store.counters import Tally
from nutgraf.adapters.store.engine import Repository, reading, writing
from nutgraf.adapters.store.naming import add_entities, barred_keys, entities_from, entity_values, key_of, list_entities
from nutgraf.adapters.store.revisions import revision_record
from nutgraf.adapters.store.tables import (
    articles,
    brief_sentences,
    briefs,
    counters,
    entities,
    follows,
    mutes,
    revisions,
)
from nutgraf.domain.entity import Entity, EntityKind, EntityRecord
from nutgraf.domain.ids import ArticleId, BriefId
from nutgraf.domain.records import UnnamedBrief
from nutgraf.errors import NotFound

MAX_BARRED_SHOWN = 200
MAX_PORTION = 100
RECENT_BRIEFS = 400

_latest = (
    select(articles.c.current_brief_id.label("brief_id"))
    .where(articles.c.listed_at.is_not(None))
    .order_by(articles.c.listed_at.desc(), articles.c.id.desc())
    .limit(bindparam("limit"))
    .subquery()
)
_RECENT = select(briefs.c.entities).join(_latest, _latest.c.brief_id == briefs.c.id)
_UNNAMED = (
    select(briefs.c.id.label("brief_id"), briefs.c.headline, revisions)
    .join(revisions, revisions.c.id == briefs.c.revision_id)
    .where(briefs.c.id > 0)  # a range of the index of those
    .where(briefs.c.entities.is_(None), briefs.c.published_at.is_not(None), briefs.c.superseded_at.is_(None))
    .order_by(briefs.c.id.desc())
    .limit(bindparam("limit"))
)
_WORDS = (
    select(brief_sentences.c.brief_id, brief_sentences.c.text)
    .where(brief_sentences.c.brief_id.in_(bindparam("brief_ids", expanding=True)))
    .order_by(brief_sentences.c.brief_id, brief_sentences.c.position)
)


class SqlEntities(Repository):
    """Named entities in `entities`, the briefs of each in `entity_listing`."""

    @reading
    def get_entity(self, connection: Connection, kind: EntityKind, slug: str) -> EntityRecord:
        """Raises NotFound for what no brief ever named."""
        query = (
            select(entities.c.name, entities.c.barred_at, counters.c.number)
            .outerjoin(counters, (counters.c.kind == entities.c.kind) & (counters.c.key == entities.c.slug))
            .where(entities.c.kind == kind.value, entities.c.slug == slug)
        )
        row = connection.execute(query).first()
        if row is None:
            raise NotFound("No brief names anything of this name.")
        return EntityRecord(Entity(kind, slug, row.name), row.number or 0, row.barred_at is not None)

    @reading
    def entities_in_the_news(self, connection: Connection, *, limit: int = 100) -> list[EntityRecord]:
        """What the latest RECENT_BRIEFS briefs name, the most often named first, with how many of those name it."""
        counted: Counter[Entity] = Counter()
        for given in connection.execute(_RECENT, {"limit": RECENT_BRIEFS}).scalars():
            counted.update(entities_from(given))
        barred = barred_keys(connection, counted)
        found = [EntityRecord(entity, count) for entity, count in counted.items() if key_of(entity) not in barred]
        found.sort(key=lambda record: (-record.brief_count, record.entity.name))
        return found[: max(0, limit)]

    @reading
    def barred_entities(self, connection: Connection) -> list[EntityRecord]:
        """What the operator has switched off, the latest first, at most MAX_BARRED_SHOWN."""
        query = (
            select(entities)
            .where(entities.c.barred_at.is_not(None))
            .order_by(entities.c.barred_at.desc(), entities.c.slug)
            .limit(MAX_BARRED_SHOWN)
        )
        rows = connection.execute(query)
        return [EntityRecord(Entity(EntityKind(row.kind), row.slug, row.name), 0, is_barred=True) for row in rows]

    @writing
    def bar_entity(self, connection: Connection, kind: EntityKind, slug: str, *, barred_at: datetime | None) -> None:
        """Switch an entity off for everybody, which ends its follows and mutes, or (None) on again. Raises NotFound."""
        of_entity = (entities.c.kind == kind.value, entities.c.slug == slug)
        if connection.execute(update(entities).where(*of_entity).values(barred_at=barred_at)).rowcount == 0:
            raise NotFound("No brief names anything of this name.")
        if barred_at is not None:
            connection.execute(delete(follows).where(follows.c.kind == kind.value, follows.c.slug == slug))
            connection.execute(delete(mutes).where(mutes.c.kind == kind.value, mutes.c.value == slug))

    @reading
    def unnamed_briefs(self, connection: Connection, *, limit: int = 20) -> list[UnnamedBrief]:
        """Published briefs whose entities were not looked for, the latest first."""
        rows = connection.execute(_UNNAMED, {"limit": max(0, min(limit, MAX_PORTION))}).all()
        texts: dict[int, list[str]] = {row.brief_id: [row.headline] for row in rows}
        for brief_id, words in connection.execute(_WORDS, {"brief_ids": list(texts)}) if rows else ():
            texts[brief_id].append(words)
        return [
            UnnamedBrief(BriefId(row.brief_id), revision_record(row).article, tuple(texts[row.brief_id]))
            for row in rows
        ]

    @writing
    def save_entities(self, connection: Connection, found: Sequence[tuple[BriefId, Sequence[Entity]]]) -> None:
        """Store what briefs name that were published before it was looked for; briefs that have it stay as they are."""
        tally = Tally()
        for brief_id, given in found:
            is_unnamed = briefs.c.id == brief_id, briefs.c.entities.is_(None)
            stored = update(briefs).where(*is_unnamed).values(entities=entity_values(given))
            if connection.execute(stored).rowcount == 0:
                continue
            add_entities(connection, given)
            current = select(articles.c.id, articles.c.listed_at).where(
                articles.c.id == select(briefs.c.article_id).where(briefs.c.id == brief_id).scalar_subquery(),
                articles.c.current_brief_id == brief_id,
                articles.c.listed_at.is_not(None),
            )
            listed = connection.execute(current).first()
            if listed is not None:
                list_entities(connection, ArticleId(listed.id), brief_id, listed.listed_at, tally)
        tally.apply(connection)
