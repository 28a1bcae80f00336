"""What a reader marks: briefs to keep, to hide or to read again; words, topics, publishers, names to mute or follow."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from nutgraf.domain.entity import EntityKind
from nutgraf.domain.ids import MuteId


class Mark(enum.StrEnum):
    """A mark that a reader puts on a brief."""

    SAVED = "saved"
    HIDDEN = "hidden"
    UNREAD = "unread"  # read once, and to be shown as new again


class MuteKind(enum.StrEnum):
    """What a mute looks at."""

    WORD = "word"  # a word or phrase of headline or dek
    TOPIC = "topic"  # a topic's slug; its narrower ones are included
    PUBLISHER = "publisher"  # a publisher's slug
    PERSON = "person"  # the slug of somebody whom a brief names
    PLACE = "place"
    ORGANISATION = "organisation"


class MuteEffect(enum.StrEnum):
    """What happens to a muted brief in lists."""

    HIDE = "hide"
    FOLD = "fold"  # one line that says why, and can be opened


@dataclass(frozen=True, slots=True)
class Mute:
    """Something that a reader would rather not see."""

    id: MuteId
    kind: MuteKind
    value: str
    effect: MuteEffect


class FollowKind(enum.StrEnum):
    """What can be followed."""

    TOPIC = "topic"
    PUBLISHER = "publisher"
    PERSON = "person"
    PLACE = "place"
    ORGANISATION = "organisation"


@dataclass(frozen=True, slots=True)
class Follow:
    """A topic, publisher or named entity, by slug, whose briefs a reader wants to see apart."""

    kind: FollowKind
    slug: str

    @property
    def entity_kind(self) -> EntityKind | None:
        """The kind of entity that is followed; None of a topic or publisher."""
        return next((kind for kind in EntityKind if kind.value == self.kind.value), None)


@dataclass(frozen=True, slots=True)
class Visit:
    """When a reader was last here: `before` is the end of the visit before this one, None at the first."""

    before: datetime | None
