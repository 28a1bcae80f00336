"""What the operator sees and decides."""

from __future__ import annotations

from datetime import date, datetime
from typing import Protocol

from nutgraf.domain.corrections import Correction, CorrectionRecord
from nutgraf.domain.desk import FeedOptions, Lag, SetAsideReason, StepQueue, StoreFacts
from nutgraf.domain.ids import (
    BriefId,
    CorrectionId,
    FeedId,
    ReaderId,
    ReportId,
)
from nutgraf.domain.ledger import Ledger
from nutgraf.domain.prompt import OwnPrompt
from nutgraf.domain.records import (
    WithheldRecord,
)
from nutgraf.domain.reports import NewReport, ReportCase, ReportRecord, ReportState


class DeskStore(Protocol):
    """What readers report, what the operator decides, what became public of it, and the sums of all that."""

    def file_report(self, report: NewReport, *, reader_id: ReaderId | None, now: datetime) -> ReportId:
        """Keep a fault that a reader reports.

        Raises NotFound where the brief was never published or has no such sentence, Conflict (`too_many_reports`)
        where too many wait already.
        """
        ...

    def list_reports(
        self, state: ReportState, *, before: ReportId | None = None, limit: int = 50
    ) -> list[ReportRecord]:
        """Reports in a state, the latest first, those with ids below `before` where it is given."""
        ...

    def report_case(self, report_id: ReportId) -> ReportCase:
        """A report with the article's brief as it stands now and the text that this rests on. Raises NotFound."""
        ...

    def dismiss_report(self, report_id: ReportId, *, note: str = "", now: datetime) -> None:
        """OPEN → DISMISSED. Raises NotFound, or Conflict where it is decided already."""
        ...

    def uphold_report(
        self, report_id: ReportId, *, note: str = "", correction: Correction | None, now: datetime
    ) -> None:
        """OPEN → UPHELD, with every open report of the same sentence, and publish the `correction` and the `note`.

        Raises NotFound; Conflict where it is decided already, and (retryable) where the article's brief is no longer
        the one that was corrected.
        """
        ...

    def list_corrections(self, *, before: CorrectionId | None = None, limit: int = 50) -> list[CorrectionRecord]:
        """Corrections and updates that changed a published brief, the latest first; of ids below `before`."""
        ...

    def list_withheld(self, *, before: tuple[BriefId, int] | None = None, limit: int = 50) -> list[WithheldRecord]:
        """Drafted sentences that no reader saw, the latest brief first; `before` is brief and number of the last."""
        ...

    def ledger(self, *, last: date, days: int) -> Ledger:
        """The counts of `days` days up to and with `last` (UTC), in all and by day, maker and publisher."""
        ...


class OperatorStore(Protocol):
    """What the operator looks at and changes beside feeds and articles themselves."""

    def set_feed_options(self, feed_id: FeedId, options: FeedOptions) -> None:
        """Name, category and shortest interval of a feed. Raises NotFound."""
        ...

    def feed_rhythm(self, feed_id: FeedId, *, since: datetime) -> dict[date, int]:
        """Articles by day (UTC) that were published or, without a date, found since then; of the newest 5,000."""
        ...

    def set_aside_reasons(self) -> list[SetAsideReason]:
        """Why the latest 10,000 articles set aside are so, the most frequent reason first."""
        ...

    def replay_all(self, *, error_code: str = "", now: datetime, limit: int = 1_000) -> int:
        """QUARANTINED → FOUND for all of a reason (or of every), the latest first, at most `limit`; how many."""
        ...

    def step_queues(self, *, now: datetime) -> list[StepQueue]:
        """What waits for each step of the pipeline, in its order; each counted up to 10,000."""
        ...

    def lag(self, *, now: datetime) -> Lag:
        """How far the pipeline is behind."""
        ...

    def expire_briefs(self, *, before: datetime, limit: int = 100) -> int:
        """PUBLISHED → EXPIRED for briefs listed and found before then, the oldest first, at most `limit`; how many.

        Those that a reader saved, or that were reported or corrected, stay. Copies expire with their originals.
        """
        ...

    def drop_old_texts(self, *, before: datetime, limit: int = 100) -> int:
        """Let go of texts that a later one replaced before then, with the briefs written from them; how many."""
        ...

    def store_facts(self) -> StoreFacts:
        """Kind, version and size of the database."""
        ...


class PromptStore(Protocol):
    """The operator's own instructions to a language model."""

    def live_prompt(self) -> OwnPrompt | None:
        """The prompt in use, None where it is the one that comes with Nutgraf."""
        ...

    def list_prompts(self) -> list[OwnPrompt]:
        """Every version, the latest saved first."""
        ...

    def save_previewed_prompt(self, version: str, text: str, *, now: datetime) -> None:
        """Keep a version and that it was previewed `now`; one that is there already keeps its text."""
        ...

    def use_prompt(self, version: str | None, *, now: datetime) -> None:
        """Let a version go live in place of the one before; None: Nutgraf's own. Raises NotFound."""
        ...
