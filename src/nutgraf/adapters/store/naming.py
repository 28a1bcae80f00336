"""What a brief names, in its own row and in `entity_listing`, the lists of briefs by what they name."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, or_, select

from nutgraf.adapters.store.columns import storable
from nutgraf.adapters.store.counters import Tally
from nutgraf.adapters.store.engine import insert_into
from nutgraf.adapters.store.tables import briefs, entities, entity_listing
from nutgraf.domain.entity import Entity, EntityKind
from nutgraf.domain.ids import ArticleId, BriefId

_OF_BRIEF = select(briefs.c.entities).where(briefs.c.id == bindparam("brief_id"))


def entity_values(given: Iterable[Entity]) -> list[list[str]]:
    """Entities as a brief's row holds them."""
    return [[entity.kind.value, entity.slug, storable(entity.name)] for entity in given]


def entities_from(stored: Any) -> tuple[Entity, ...]:
    """Entities as a brief's row holds them; none where they were not looked for."""
    return tuple(Entity(EntityKind(kind), slug, name) for kind, slug, name in stored or ())


def without_barred(connection: Connection, given: tuple[Entity, ...]) -> tuple[Entity, ...]:
    """Those that the operator has not switched off."""
    barred = barred_keys(connection, given)
    return tuple(entity for entity in given if key_of(entity) not in barred)


def add_entities(connection: Connection, given: Iterable[Entity]) -> None:
    """Store entities that are new; one that is known keeps its name."""
    rows = [{"kind": kind, "slug": slug, "name": name} for kind, slug, name in sorted(entity_values(given))]
    if rows:
        connection.execute(insert_into(connection.dialect.name, entities).on_conflict_do_nothing(), rows)


def list_entities(
    connection: Connection, article_id: ArticleId, brief_id: BriefId, listed_at: datetime, tally: Tally
) -> None:
    """List a brief under what it names."""
    given = _of_brief(connection, brief_id)
    rows = [
        {"kind": entity.kind.value, "slug": entity.slug, "listed_at": listed_at, "article_id": article_id}
        for entity in given
    ]
    if rows:
        connection.execute(entity_listing.insert(), rows)
    _count(given, 1, tally)


def unlist_entities(
    connection: Connection, article_id: ArticleId, brief_id: BriefId, listed_at: datetime, tally: Tally
) -> None:
    """Take a brief off the lists of what it names."""
    given = _of_brief(connection, brief_id)
    for entity in given:
        connection.execute(
            delete(entity_listing).where(
                entity_listing.c.kind == entity.kind.value,
                entity_listing.c.slug == entity.slug,
                entity_listing.c.listed_at == listed_at,
                entity_listing.c.article_id == article_id,
            )
        )
    _count(given, -1, tally)


def _of_brief(connection: Connection, brief_id: BriefId) -> tuple[Entity, ...]:
    return entities_from(connection.execute(_OF_BRIEF, {"brief_id": brief_id}).scalar())


def _count(given: Iterable[Entity], count: int, tally: Tally) -> None:
    for entity in given:
        tally.list_under(entity.kind.value, [entity.slug], count)


def key_of(entity: Entity) -> tuple[str, str]:
    """Kind and slug."""
    return entity.kind.value, entity.slug


def barred_keys(connection: Connection, given: Iterable[Entity]) -> set[tuple[str, str]]:
    """Which of `given` are switched off."""
    keys = [key_of(entity) for entity in given]
    if not keys:
        return set()
    slugs = {kind: [slug for of_kind, slug in keys if of_kind == kind] for kind, _ in keys}
    named = or_(*(and_(entities.c.kind == kind, entities.c.slug.in_(found)) for kind, found in slugs.items()))
    query = select(entities.c.kind, entities.c.slug).where(entities.c.barred_at.is_not(None), named)
    return {(row.kind, row.slug) for row in connection.execute(query)}
