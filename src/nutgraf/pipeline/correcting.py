"""Deciding on reported faults: the desk that upholds or dismisses them, and publishes what that corrects."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from nutgraf.domain.brief import Brief, Part
from nutgraf.domain.corrections import Correction, compare_briefs
from nutgraf.domain.ids import ReportId
from nutgraf.domain.reports import MAX_NOTE_CHARS, ReportCase
from nutgraf.errors import ConfigError
from nutgraf.pipeline.work import CORRECT
from nutgraf.ports import Clock, StageRunner, Store

CORRECT_TIMEOUT_S = 20.0


class Desk:
    """Upholds and dismisses reports; holds no state between two calls."""

    def __init__(self, *, store: Store, stages: StageRunner, clock: Clock) -> None:
        self._store = store
        self._stages = stages
        self._clock = clock

    async def uphold(
        self,
        report_id: ReportId,
        *,
        note: str = "",
        positions: Sequence[int] | None = None,
        replaces: bool = True,
    ) -> Correction | None:
        """Uphold a report, withdraw the sentences at `positions` of the brief as it stands, and publish `note`.

        Without `positions` it is the reported sentence, where it stands there still. With `replaces` the article's
        nearest sentence takes a withdrawn one's place where it fits. Returns what became of the brief, None where it
        stays as it is. Raises NotFound, Conflict, and ConfigError where nothing would be said or changed.
        """
        note = clean_note(note)
        case = await asyncio.to_thread(self._store.report_case, report_id)
        chosen = case.positions if positions is None else tuple(sorted(set(positions)))
        correction = await self._correct(case, chosen, replaces) if chosen else None
        if correction is None and not note and not case.report.text:
            raise ConfigError(
                "The report is of the whole brief: name the sentences to withdraw, or say in a note what is wrong.",
                code="nothing_to_correct",
            )
        await asyncio.to_thread(
            self._store.uphold_report, report_id, note=note, correction=correction, now=self._clock.now()
        )
        return correction

    async def dismiss(self, report_id: ReportId, *, note: str = "") -> None:
        """Dismiss a report; `note` is kept with it. Raises NotFound, Conflict."""
        now = self._clock.now()
        await asyncio.to_thread(self._store.dismiss_report, report_id, note=clean_note(note), now=now)

    async def _correct(self, case: ReportCase, positions: tuple[int, ...], replaces: bool) -> Correction:
        if case.brief is None or case.brief_id is None or case.article is None:
            raise ConfigError("Nothing of this article is published any more.", code="nothing_to_correct")
        if positions[-1] >= case.brief.sentence_count or positions[0] < 0:
            raise ConfigError("The brief has no such sentence.", code="no_such_sentence")
        history = await asyncio.to_thread(self._store.brief_history, case.report.article_id)
        task = case.brief, case.article, positions, replaces, history.withdrawn
        corrected: Brief | None = await self._stages.run(CORRECT, *task, timeout_s=CORRECT_TIMEOUT_S)
        return Correction(case.brief_id, corrected, compare_briefs(_words(case.brief), _words(corrected)))


def _words(brief: Brief | None) -> list[tuple[Part, str]]:
    return [] if brief is None else [(part, sentence.text) for part, sentence in brief.sentences()]


def clean_note(note: str) -> str:
    """A note with its white space folded. Raises ConfigError where it is longer than MAX_NOTE_CHARS."""
    folded = " ".join(note.split())
    if len(folded) > MAX_NOTE_CHARS:
        raise ConfigError(f"A note may have {MAX_NOTE_CHARS:,} characters at most.", code="note_too_long")
    return folded
