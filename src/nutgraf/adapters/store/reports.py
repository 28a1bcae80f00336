"""Reports of faults and what is decided on them (the DeskStore port)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, select, update

from nutgraf.adapters.store.articles import drop_document, move_article, state_of
from nutgraf.adapters.store.briefs import BRIEF_MAKER, add_brief, record_correction, supersede
from nutgraf.adapters.store.counters import REPORTS, Tally, counts_by_key
from nutgraf.adapters.store.engine import LATEST, Repository, reading, writing
from nutgraf.adapters.store.ledger import ledger_key
from nutgraf.adapters.store.listing import put_up, withdraw
from nutgraf.adapters.store.pages import CURRENT, load_brief
from nutgraf.adapters.store.revisions import revision_record
from nutgraf.adapters.store.tables import articles, brief_sentences, briefs, publishers, reports, revisions
from nutgraf.domain.brief import Part
from nutgraf.domain.corrections import Correction, CorrectionKind
from nutgraf.domain.ids import DEFAULT_READER, ArticleId, BriefId, ReaderId, ReportId
from nutgraf.domain.records import ArticleState
from nutgraf.domain.reports import MAX_NOTE_CHARS, FaultKind, NewReport, ReportCase, ReportRecord, ReportState
from nutgraf.errors import Conflict, NotFound

MAX_OPEN_REPORTS = 1_000
"""More are refused: a desk that has so many to decide on is not helped by another."""
MAX_REPORT_LIST = 200

_REPORTS: Select[Any] = (
    select(reports, briefs.c.headline, publishers.c.name.label("publisher_name"))
    .join(briefs, briefs.c.id == reports.c.brief_id)
    .join(articles, articles.c.id == reports.c.article_id)
    .join(publishers, publishers.c.id == articles.c.publisher_id)
)
_MAKER: Select[Any] = (
    select(*BRIEF_MAKER, articles.c.publisher_id)
    .join(articles, articles.c.id == briefs.c.article_id)
    .where(
        briefs.c.id == bindparam("brief_id"),
        briefs.c.article_id == bindparam("article_id"),
        briefs.c.published_at.is_not(None),
    )
)
_REVISION = (
    select(revisions).join(briefs, briefs.c.revision_id == revisions.c.id).where(briefs.c.id == bindparam("brief_id"))
)


class SqlReports(Repository):
    """Reports in the table `reports`; upholding one changes the brief in the same transaction."""

    @writing
    def file_report(
        self, connection: Connection, report: NewReport, *, reader_id: ReaderId | None, now: datetime
    ) -> ReportId:
        """Keep a fault that a reader reports; its note is cut at MAX_NOTE_CHARS.

        Raises NotFound where the brief was never published or has no such sentence, Conflict (`too_many_reports`)
        where MAX_OPEN_REPORTS wait already.
        """
        maker = _maker(connection, report.article_id, report.brief_id)
        if counts_by_key(connection, REPORTS).get(ReportState.OPEN.value, 0) >= MAX_OPEN_REPORTS:
            raise Conflict("So many reports wait to be read that no more are taken now.", code="too_many_reports")
        sentence = None
        if report.position is not None:
            at = brief_sentences.c.brief_id == report.brief_id, brief_sentences.c.position == report.position
            sentence = connection.execute(select(brief_sentences.c.part, brief_sentences.c.text).where(*at)).first()
            if sentence is None:
                raise NotFound(f"Brief {report.brief_id} has no sentence {report.position}.")
        values = {
            "article_id": report.article_id,
            "brief_id": report.brief_id,
            "reader_id": reader_id,
            "position": report.position,
            "part": None if sentence is None else sentence.part,
            "text": "" if sentence is None else sentence.text,
            "kind": report.kind.value,
            "note": report.note[:MAX_NOTE_CHARS],
            "state": ReportState.OPEN.value,
            "reported_at": now,
            "public_note": "",
        }
        report_id = connection.execute(reports.insert().values(values).returning(reports.c.id)).scalar_one()
        tally = Tally()
        tally.list_under(REPORTS, [ReportState.OPEN.value], 1)
        tally.note(ledger_key(maker, now), reports=1)
        tally.apply(connection)
        return ReportId(report_id)

    @reading
    def list_reports(
        self, connection: Connection, state: ReportState, *, before: ReportId | None = None, limit: int = 50
    ) -> list[ReportRecord]:
        """Reports in a state, the latest first, those with ids below `before` where it is given."""
        below = LATEST if before is None else before
        query = _REPORTS.where(reports.c.state == state.value, reports.c.id < below).order_by(reports.c.id.desc())
        return [_record(row) for row in connection.execute(query.limit(max(0, min(limit, MAX_REPORT_LIST))))]

    @reading
    def report_case(self, connection: Connection, report_id: ReportId) -> ReportCase:
        """A report with the article's brief as it stands now and the text that this rests on. Raises NotFound."""
        row = connection.execute(_REPORTS.where(reports.c.id == report_id)).first()
        if row is None:
            raise NotFound(f"There is no report {report_id}.")
        values = {"article_id": row.article_id, "reader_id": DEFAULT_READER}
        current = connection.execute(CURRENT, values).first()
        if current is None:
            return ReportCase(_record(row), None, None, None)
        revision = revision_record(connection.execute(_REVISION, {"brief_id": current.brief_id}).one())
        brief = load_brief(connection, current, revision.article.text_hash)
        return ReportCase(_record(row), BriefId(current.brief_id), brief, revision.article)

    @writing
    def dismiss_report(self, connection: Connection, report_id: ReportId, *, note: str = "", now: datetime) -> None:
        """OPEN → DISMISSED. Raises NotFound, or Conflict where it is decided already."""
        _open_report(connection, report_id)
        tally = Tally()
        _decide(connection, [report_id], ReportState.DISMISSED, note, tally, now=now)
        tally.apply(connection)

    @writing
    def uphold_report(
        self,
        connection: Connection,
        report_id: ReportId,
        *,
        note: str = "",
        correction: Correction | None,
        now: datetime,
    ) -> None:
        """OPEN → UPHELD, with every open report of the same sentence, and publish the `correction` and the `note`.

        The corrected brief is the next version, on the same text; one that is None takes the article off the lists and
        sets it aside. Raises NotFound; Conflict where the report is decided already, and (retryable) where the
        article's brief is no longer the one that was corrected, or a new one is just being published.
        """
        report = _open_report(connection, report_id)
        article_id = ArticleId(report.article_id)
        tally = Tally()
        brief_id = None
        if correction is not None:
            brief_id = _publish_correction(connection, article_id, correction, tally, now=now)
        if correction is not None or note:
            changes = () if correction is None else correction.changes
            record_correction(connection, article_id, brief_id, CorrectionKind.CORRECTION, note, changes, now=now)
        alike = [report_id]
        if report.text:
            same = reports.c.article_id == article_id, reports.c.text == report.text
            is_open = reports.c.state == ReportState.OPEN.value
            alike = [ReportId(id_) for id_ in connection.execute(select(reports.c.id).where(*same, is_open)).scalars()]
        _decide(connection, alike, ReportState.UPHELD, note, tally, now=now)
        tally.note(ledger_key(_maker(connection, article_id, report.brief_id), now), upheld=len(alike))
        tally.apply(connection)


def _maker(connection: Connection, article_id: int, brief_id: int) -> Row[Any]:
    """Who wrote a published brief, for whom. Raises NotFound."""
    row = connection.execute(_MAKER, {"brief_id": brief_id, "article_id": article_id}).first()
    if row is None:
        raise NotFound(f"No brief {brief_id} of article {article_id} was published.")
    return row


def _open_report(connection: Connection, report_id: ReportId) -> Row[Any]:
    """An open report, locked. Raises NotFound, or Conflict where it is decided already."""
    report = connection.execute(select(reports).where(reports.c.id == report_id).with_for_update()).first()
    if report is None:
        raise NotFound(f"There is no report {report_id}.")
    if report.state != ReportState.OPEN.value:
        raise Conflict(f"Report {report_id} is decided already: it was {report.state}.", code="already_decided")
    return report


def _decide(
    connection: Connection, ids: Sequence[ReportId], state: ReportState, note: str, tally: Tally, *, now: datetime
) -> None:
    values = {"state": state.value, "decided_at": now, "public_note": note[:MAX_NOTE_CHARS]}
    connection.execute(update(reports).where(reports.c.id.in_(ids)).values(values))
    tally.list_under(REPORTS, [ReportState.OPEN.value], -len(ids))


def _publish_correction(
    connection: Connection, article_id: ArticleId, correction: Correction, tally: Tally, *, now: datetime
) -> int | None:
    """Put the corrected brief in the place of the published one; its id, None where it is withdrawn whole."""
    state = state_of(connection, article_id)
    current = connection.execute(
        select(articles.c.current_brief_id, briefs.c.revision_id, revisions.c.text_hash)
        .join(briefs, briefs.c.id == articles.c.current_brief_id)
        .join(revisions, revisions.c.id == briefs.c.revision_id)
        .where(articles.c.id == article_id)
    ).first()
    if current is None or current.current_brief_id != correction.brief_id or state is ArticleState.WRITTEN:
        raise Conflict("The brief has changed meanwhile; look at it again.", code="brief_changed", retryable=True)
    if correction.brief is not None and correction.brief.article_hash != current.text_hash:
        raise Conflict("The corrected brief is of another text than the published one.")
    listed_at = withdraw(connection, article_id, tally)
    assert listed_at is not None  # it has a current brief
    supersede(connection, article_id, now=now)
    if correction.brief is None:
        _set_aside(connection, article_id, state, tally, now=now)
        return None
    brief_id = add_brief(
        connection,
        article_id,
        current.revision_id,
        correction.brief,
        saved_at=now,
        origin="desk",
        published_at=now,
    )
    put_up(connection, article_id, BriefId(brief_id), listed_at, tally)
    return brief_id


def _set_aside(
    connection: Connection, article_id: ArticleId, state: ArticleState, tally: Tally, *, now: datetime
) -> None:
    """Any state → QUARANTINED: nothing of the brief was left to publish; a replay starts again."""
    aside: dict[str, Any] = {
        "due_at": None,
        "quarantined_at": now,
        "quarantined_step": ArticleState.PUBLISHED.value,
        "error_code": "withdrawn",
        "error_message": "Its brief was withdrawn whole after a reader’s report.",
    }
    if state is not ArticleState.QUARANTINED:
        drop_document(connection, article_id)
        move_article(connection, article_id, state, ArticleState.QUARANTINED, tally, **aside)


def _record(row: Row[Any]) -> ReportRecord:
    return ReportRecord(
        id=ReportId(row.id),
        article_id=ArticleId(row.article_id),
        brief_id=BriefId(row.brief_id),
        part=None if row.part is None else Part(row.part),
        text=row.text,
        kind=FaultKind(row.kind),
        note=row.note,
        state=ReportState(row.state),
        reported_at=row.reported_at,
        headline=row.headline,
        publisher_name=row.publisher_name,
        decided_at=row.decided_at,
        public_note=row.public_note,
    )
