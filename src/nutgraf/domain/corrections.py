"""Changes of published briefs: by the operator, who upheld a fault, or because the publisher changed the article."""

from __future__ import annotations

import difflib
import enum
import itertools
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from nutgraf.domain.brief import Brief, Part
from nutgraf.domain.ids import ArticleId, BriefId, CorrectionId
from nutgraf.domain.records import Publisher


class CorrectionKind(enum.StrEnum):
    """Why a published brief changed."""

    UPDATE = "update"  # the publisher changed the article
    CORRECTION = "correction"  # a reported fault was upheld


@dataclass(frozen=True, slots=True)
class SentenceChange:
    """A sentence of a brief before and after: `before` is empty for a new one, `after` for one that was withdrawn.

    `is_broken` says that the publisher's new text no longer carries `before`.
    """

    part: Part
    before: str
    after: str
    is_broken: bool = False


@dataclass(frozen=True, slots=True)
class Correction:
    """What upholding a fault makes of brief `brief_id`: its next version, or None where it is withdrawn whole."""

    brief_id: BriefId
    brief: Brief | None
    changes: tuple[SentenceChange, ...]


@dataclass(frozen=True, slots=True)
class BriefHistory:
    """What a new version of an article's brief has to heed: the sentences published now, and those withdrawn before.

    `language` is that of the published ones.
    """

    published: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()
    language: str = ""


@dataclass(frozen=True, slots=True)
class CorrectionRecord:
    """A published change. `note` is the operator's, in public; `is_listed` says that the article has a brief still."""

    id: CorrectionId
    article_id: ArticleId
    kind: CorrectionKind
    published_at: datetime
    note: str
    changes: tuple[SentenceChange, ...]
    headline: str
    publisher: Publisher
    language: str
    is_listed: bool


Words = Sequence[tuple[Part, str]]
"""The sentences of a brief with their parts, in the order of the page."""


def compare_briefs(before: Words, after: Words, broken: Collection[str] = ()) -> tuple[SentenceChange, ...]:
    """The sentences in which two versions of a brief differ, part by part; `broken` are texts of `before`."""
    changes: list[SentenceChange] = []
    for part in Part:
        old = [text for of_part, text in before if of_part is part]
        new = [text for of_part, text in after if of_part is part]
        for tag, old_start, old_end, new_start, new_end in difflib.SequenceMatcher(None, old, new, False).get_opcodes():
            if tag == "equal":
                continue
            pairs = itertools.zip_longest(old[old_start:old_end], new[new_start:new_end], fillvalue="")
            changes += [SentenceChange(part, one, other, one in broken) for one, other in pairs]
    return tuple(changes)
