"""A person, place or organisation that a brief names."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class EntityKind(enum.StrEnum):
    """What a named entity is; the value stands in addresses."""

    PERSON = "person"
    PLACE = "place"
    ORGANISATION = "organisation"


@dataclass(frozen=True, slots=True)
class Entity:
    """A named entity. `slug` is made of its name alone: two people of one name share it."""

    kind: EntityKind
    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class EntityRecord:
    """A stored entity with the number of its briefs; `is_barred`: the operator has switched it off everywhere."""

    entity: Entity
    brief_count: int
    is_barred: bool = False
