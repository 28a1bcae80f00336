"""Faults that readers report in published briefs, and what the operator decided on them."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from nutgraf.domain.article import Article
from nutgraf.domain.brief import Brief, Part
from nutgraf.domain.ids import ArticleId, BriefId, ReportId

MAX_NOTE_CHARS = 1_000
"""Longest note, a reader's or the operator's."""


class FaultKind(enum.StrEnum):
    """What a reader says is wrong."""

    WRONG_FACT = "wrong_fact"
    WRONG_NUMBER = "wrong_number"
    WRONG_NAME = "wrong_name"
    MISQUOTE = "misquote"
    MISLEADING = "misleading"
    MISSING_CONTEXT = "missing_context"
    OTHER = "other"


class ReportState(enum.StrEnum):
    """Where a report stands; from open it goes to one of the others, once."""

    OPEN = "open"
    UPHELD = "upheld"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class NewReport:
    """A fault as a reader reports it: of the sentence at `position` (from 0) of a brief, None: of the whole brief."""

    article_id: ArticleId
    brief_id: BriefId
    position: int | None
    kind: FaultKind
    note: str = ""


@dataclass(frozen=True, slots=True)
class ReportRecord:
    """A stored report. `text` is the sentence's as published then, empty where the whole brief is meant."""

    id: ReportId
    article_id: ArticleId
    brief_id: BriefId
    part: Part | None
    text: str
    kind: FaultKind
    note: str
    state: ReportState
    reported_at: datetime
    headline: str
    publisher_name: str
    decided_at: datetime | None = None
    public_note: str = ""


@dataclass(frozen=True, slots=True)
class ReportCase:
    """A report with what is needed to decide on it: the brief as it stands now, and the article's text it rests on.

    `brief` is None where nothing of the article is published any more.
    """

    report: ReportRecord
    brief_id: BriefId | None
    brief: Brief | None
    article: Article | None

    @property
    def positions(self) -> tuple[int, ...]:
        """Where the reported sentence stands in the brief of now: nowhere, where it has gone since."""
        if self.brief is None or not self.report.text:
            return ()
        found = enumerate(sentence.text for _, sentence in self.brief.sentences())
        return tuple(position for position, text in found if text == self.report.text)
