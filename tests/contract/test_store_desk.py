"""Reports, corrections, what was withheld, and the ledger: the DeskStore port, on each database."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest

from nutgraf.adapters.store import SqlStore, reports
from nutgraf.domain.brief import Brief, Part
from nutgraf.domain.corrections import BriefHistory, Correction, CorrectionKind, SentenceChange
from nutgraf.domain.ids import DEFAULT_READER, ArticleId, BriefId, ReportId
from nutgraf.domain.ledger import LedgerCounts, Maker
from nutgraf.domain.records import ArticleState, BriefPage, BriefQuery
from nutgraf.domain.reports import MAX_NOTE_CHARS, FaultKind, NewReport, ReportState
from nutgraf.errors import Conflict, NotFound
from store_values import (
    FIRST_TEXT,
    HOUR,
    NOON,
    SECOND_TEXT,
    extract,
    make_article,
    make_brief,
    make_entry,
    publish,
    publish_new,
)
from store_values import record as record_poll

TODAY = NOON.date()
DEK = "Sunday ferries to Skerric return."


def page_of(store: SqlStore, article_id: ArticleId) -> BriefPage:
    return store.brief_page(article_id, reader_id=DEFAULT_READER)


def report(
    store: SqlStore, article_id: ArticleId, position: int | None = 0, note: str = "It is Saturdays."
) -> ReportId:
    new = NewReport(article_id, page_of(store, article_id).card.brief_id, position, FaultKind.WRONG_FACT, note)
    return store.file_report(new, reader_id=DEFAULT_READER, now=NOON)


def without_dek(store: SqlStore, article_id: ArticleId) -> Correction:
    page = page_of(store, article_id)
    brief = dataclasses.replace(page.brief, dek=None)
    return Correction(page.card.brief_id, brief, (SentenceChange(Part.DEK, DEK, ""),))


def total(store: SqlStore, days: int = 7) -> LedgerCounts:
    return store.ledger(last=TODAY, days=days).total


def change(store: SqlStore, article_id: ArticleId, name: str, brief: Brief | None = None, *broken: str) -> None:
    """Let the publisher change the article, and publish a brief of the new text."""
    feed = store.add_feed("https://press.example/feed", now=NOON)
    for content_hash in ("first", "second"):
        entry = dataclasses.replace(make_entry(name, content_hash=content_hash), article_id=article_id)
        record_poll(store, feed.id, entry)
    article = make_article(SECOND_TEXT)

    assert extract(store, article_id, article) is ArticleState.EXTRACTED
    revision_id = store.current_revision(article_id).id
    assert store.save_brief(article_id, revision_id, brief or make_brief(article), broken=broken, now=NOON + HOUR)
    assert store.publish(article_id, now=NOON + HOUR)


# Reports


def test_a_report_waits_with_the_sentence_as_it_was_published(store: SqlStore) -> None:
    article_id = publish_new(store, "a")
    report_id = report(store, article_id)
    (found,) = store.list_reports(ReportState.OPEN)
    assert (found.id, found.part, found.text, found.note) == (report_id, Part.DEK, DEK, "It is Saturdays.")
    assert (found.kind, found.state, found.reported_at) == (FaultKind.WRONG_FACT, ReportState.OPEN, NOON)
    assert (found.headline, found.publisher_name) == ("Title of a", "The Harbour Post")
    case = store.report_case(report_id)
    assert case.report == found
    assert case.positions == (0,)
    assert case.brief == page_of(store, article_id).brief
    assert case.article == page_of(store, article_id).revision.article
    assert store.counts().open_reports == 1


def test_a_report_of_the_whole_brief_names_no_sentence(store: SqlStore) -> None:
    case = store.report_case(report(store, publish_new(store, "a"), position=None))
    assert (case.report.text, case.report.part, case.positions) == ("", None, ())


def test_reports_are_paged_latest_first(store: SqlStore) -> None:
    article_id = publish_new(store, "a")
    ids = [report(store, article_id, position) for position in range(4)]
    first = store.list_reports(ReportState.OPEN, limit=3)
    rest = store.list_reports(ReportState.OPEN, before=first[-1].id, limit=3)
    assert [found.id for found in (*first, *rest)] == ids[::-1]
    assert store.list_reports(ReportState.UPHELD) == []


def test_a_report_of_what_was_never_published_is_refused(store: SqlStore) -> None:
    article_id = publish_new(store, "a")
    brief_id = page_of(store, article_id).card.brief_id
    for new in (
        NewReport(ArticleId(99), brief_id, 0, FaultKind.OTHER),
        NewReport(article_id, BriefId(99), 0, FaultKind.OTHER),
        NewReport(article_id, brief_id, 99, FaultKind.OTHER),
        NewReport(article_id, BriefId(2**70), 0, FaultKind.OTHER),
    ):
        with pytest.raises(NotFound):
            store.file_report(new, reader_id=None, now=NOON)
    with pytest.raises(NotFound):
        store.report_case(ReportId(99))
    assert store.counts().open_reports == 0
    assert total(store).reports == 0


def test_a_full_desk_takes_no_more(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "MAX_OPEN_REPORTS", 2)
    article_id = publish_new(store, "a")
    first = report(store, article_id)
    report(store, article_id, 1)
    with pytest.raises(Conflict) as refused:
        report(store, article_id, 2)
    assert refused.value.code == "too_many_reports"
    store.dismiss_report(first, now=NOON)
    report(store, article_id, 2)


def test_a_note_is_bounded_and_storable(store: SqlStore) -> None:
    report(store, publish_new(store, "a"), note="\x00" + "é" * 5_000)
    (found,) = store.list_reports(ReportState.OPEN)
    assert found.note == "\ufffd" + "é" * (MAX_NOTE_CHARS - 1)


def test_a_dismissed_report_changes_nothing_and_is_decided_once(store: SqlStore) -> None:
    article_id = publish_new(store, "a")
    report_id = report(store, article_id)
    before = page_of(store, article_id)
    store.dismiss_report(report_id, note="The article says Sundays.", now=NOON + HOUR)
    assert page_of(store, article_id) == before
    (found,) = store.list_reports(ReportState.DISMISSED)
    assert (found.decided_at, found.public_note) == (NOON + HOUR, "The article says Sundays.")
    assert store.counts().open_reports == 0
    with pytest.raises(Conflict):
        store.dismiss_report(report_id, now=NOON)
    with pytest.raises(Conflict):
        store.uphold_report(report_id, correction=None, now=NOON)
    with pytest.raises(NotFound):
        store.dismiss_report(ReportId(99), now=NOON)


# Corrections


def test_an_upheld_report_publishes_the_corrected_brief_in_the_same_place(store: SqlStore) -> None:
    article_id, other = publish_new(store, "a"), publish_new(store, "b")
    earlier = page_of(store, article_id)
    report_ids = [report(store, article_id), report(store, article_id), report(store, article_id, 1)]
    correction = without_dek(store, article_id)
    store.uphold_report(report_ids[0], note="Not on Sundays.", correction=correction, now=NOON + HOUR)
    page = page_of(store, article_id)
    assert (page.brief, page.version, page.revision) == (correction.brief, 2, earlier.revision)
    assert (page.card.corrected_at, page.card.updated_at) == (NOON + HOUR, None)
    cards = store.list_briefs(BriefQuery(topic="diplomacy"), reader_id=DEFAULT_READER)
    assert [card.article_id for card in cards] == [other, article_id]
    assert {found.id for found in store.list_reports(ReportState.UPHELD)} == set(report_ids[:2])
    assert store.counts().open_reports == 1
    assert store.counts().briefs == 2
    (record,) = store.list_corrections()
    assert page.corrections == (record,)
    assert (record.kind, record.note, record.published_at) == (
        CorrectionKind.CORRECTION, "Not on Sundays.", NOON + HOUR,
    )  # fmt: skip
    assert (record.changes, record.article_id, record.is_listed) == (correction.changes, article_id, True)
    assert store.brief_history(article_id).withdrawn == (DEK,)


def test_a_correction_of_a_brief_that_has_changed_meanwhile_is_refused(store: SqlStore) -> None:
    article_id = publish_new(store, "a")
    first, second = report(store, article_id), report(store, article_id, 1)
    correction = without_dek(store, article_id)
    store.uphold_report(first, correction=correction, now=NOON)
    with pytest.raises(Conflict) as refused:
        store.uphold_report(second, correction=correction, now=NOON)
    assert refused.value.retryable
    assert [found.id for found in store.list_reports(ReportState.OPEN)] == [second]


def test_a_brief_of_which_nothing_is_left_is_withdrawn_and_set_aside(store: SqlStore) -> None:
    article_id = publish_new(store, "a")
    page = page_of(store, article_id)
    changes = tuple(SentenceChange(part, sentence.text, "") for part, sentence in page.brief.sentences())
    report_id = report(store, article_id, position=None)
    correction = Correction(page.card.brief_id, None, changes)
    store.uphold_report(report_id, note="All wrong.", correction=correction, now=NOON)
    with pytest.raises(NotFound):
        page_of(store, article_id)
    assert store.list_briefs(BriefQuery(), reader_id=DEFAULT_READER) == []
    assert store.counts().briefs == 0
    (record,) = store.list_corrections()
    assert (record.is_listed, record.note) == (False, "All wrong.")
    assert [aside.error_code for aside in store.list_quarantine()] == ["withdrawn"]
    assert store.report_case(report_id).brief is None
    store.replay(article_id, now=NOON)
    publish(store, article_id, make_article(SECOND_TEXT))
    assert page_of(store, article_id).version == 2


def test_a_note_alone_is_published_without_a_new_version(store: SqlStore) -> None:
    article_id = publish_new(store, "a")
    store.uphold_report(report(store, article_id, None), note="The fares are missing.", correction=None, now=NOON)
    page = page_of(store, article_id)
    assert page.version == 1
    assert [(record.note, record.changes) for record in page.corrections] == [("The fares are missing.", ())]


# Updates


def test_an_update_records_what_it_changed_in_the_brief(store: SqlStore) -> None:
    article_id = publish_new(store, "a")
    article = make_article(SECOND_TEXT)
    brief = make_brief(article)
    assert brief.dek is not None
    brief = dataclasses.replace(brief, dek=dataclasses.replace(brief.dek, text="Ferries run from May."))
    change(store, article_id, "a", brief, DEK)
    (record,) = store.list_corrections()
    assert (record.kind, record.note, record.published_at) == (CorrectionKind.UPDATE, "", NOON + HOUR)
    assert record.changes == (SentenceChange(Part.DEK, DEK, "Ferries run from May.", is_broken=True),)
    assert page_of(store, article_id).card.updated_at == NOON + HOUR
    counts = total(store)
    assert (counts.briefs, counts.updates, counts.breaking_updates, counts.broken) == (2, 1, 1, 1)


def test_an_update_that_leaves_the_brief_as_it_was_is_counted_and_not_listed(store: SqlStore) -> None:
    article_id = publish_new(store, "a")
    change(store, article_id, "a")
    assert store.list_corrections() == []
    counts = total(store)
    assert (counts.updates, counts.breaking_updates, counts.broken) == (1, 0, 0)


def test_an_article_without_a_brief_has_no_history(store: SqlStore) -> None:
    assert store.brief_history(store.add_article(make_entry("a"), now=NOON)) == BriefHistory()
    article_id = publish_new(store, "b")
    assert store.brief_history(article_id).published[0] == DEK


def test_corrections_are_paged_latest_first(store: SqlStore) -> None:
    for name in "abcd":
        article_id = publish_new(store, name)
        store.uphold_report(report(store, article_id, None), note=name, correction=None, now=NOON)
    first = store.list_corrections(limit=3)
    rest = store.list_corrections(before=first[-1].id, limit=3)
    assert [record.note for record in (*first, *rest)] == ["d", "c", "b", "a"]


# What was withheld


def test_withheld_sentences_are_listed_with_what_took_their_place(store: SqlStore) -> None:
    first, second = publish_new(store, "a"), publish_new(store, "b")
    found = store.list_withheld()
    assert [(record.article_id, record.number) for record in found] == [
        (second, 1),
        (second, 0),
        (first, 1),
        (first, 0),
    ]
    repaired = found[1]
    assert repaired.sentence == page_of(store, second).brief.withheld[0]
    assert repaired.source == ("About b.",)
    assert (repaired.writer, repaired.headline) == ("builtin 1", "Title of b")
    pages = [store.list_withheld(limit=3), store.list_withheld(before=(found[2].brief_id, found[2].number), limit=3)]
    assert [record for page in pages for record in page] == found


# The ledger


def test_the_ledger_counts_what_was_published_by_whom_and_for_whom(store: SqlStore) -> None:
    publish_new(store, "a")
    publish_new(store, "b", publisher="The Record")
    article_id = publish_new(store, "c", publisher="The Record", at=NOON - timedelta(days=7))
    report_id = report(store, article_id)
    store.uphold_report(report_id, correction=without_dek(store, article_id), now=NOON)
    one = LedgerCounts(briefs=1, supported=7, weak=1, repaired=1, dropped=1)
    week = store.ledger(last=TODAY, days=7)
    assert (week.first, week.last) == (TODAY - timedelta(days=6), TODAY)
    assert week.total == one + one + LedgerCounts(reports=1, upheld=1)
    assert week.by_day == ((TODAY, week.total),)
    assert week.by_maker == ((Maker("builtin 1"), week.total),)
    assert week.by_publisher == (
        ("the-harbour-post", "The Harbour Post", one),
        ("the-record", "The Record", one + LedgerCounts(reports=1, upheld=1)),
    )
    month = store.ledger(last=TODAY, days=30)
    assert month.total == one + one + one + LedgerCounts(reports=1, upheld=1)
    assert [day for day, _ in month.by_day] == [TODAY - timedelta(days=7), TODAY]
    assert (month.by_publisher[0][0], month.publisher_count) == ("the-record", 2)


def test_the_sums_of_whole_months_and_of_days_are_the_same(store: SqlStore) -> None:
    days_back = (0, 1, 27, 28, 29, 58, 59, 60, 200, 364, 365)
    for number in days_back:
        publish_new(store, f"b{number}", at=NOON - timedelta(days=number))
    for days in (1, 28, 29, 30, 60, 61, 62, 365, 366):
        found = store.ledger(last=TODAY, days=days)
        assert found.total.briefs == sum(number < days for number in days_back), days
        assert [counts for _, _, counts in found.by_publisher] == [found.total]


def test_writers_models_and_prompts_are_told_apart(store: SqlStore) -> None:
    for name, model in (("a", "one"), ("b", "two"), ("c", "x" * 5_000)):
        article_id = store.add_article(make_entry(name), now=NOON)
        article = make_article(f"About {name}. {FIRST_TEXT}", url=f"https://press.example/{name}")
        extract(store, article_id, article)
        brief = dataclasses.replace(make_brief(article), model=model, prompt_version="7")
        store.save_brief(article_id, store.current_revision(article_id).id, brief, now=NOON)
        store.publish(article_id, now=NOON)
        assert page_of(store, article_id).brief == brief
    makers = [maker for maker, _ in store.ledger(last=TODAY, days=1).by_maker]
    assert makers == [Maker("builtin 1", model, "7") for model in ("one", "two", "x" * 160)]


def test_what_another_writer_drafted_is_counted_for_that_one(store: SqlStore) -> None:
    article_id = store.add_article(make_entry("a"), now=NOON)
    article = make_article()
    extract(store, article_id, article)
    brief = make_brief(article)
    model = Maker("model/1", "ollama/small", "1")
    repaired, dropped = brief.withheld
    brief = dataclasses.replace(brief, withheld=(repaired, dataclasses.replace(dropped, maker=model)))
    store.save_brief(article_id, store.current_revision(article_id).id, brief, now=NOON)
    store.publish(article_id, now=NOON)
    counts = dict(store.ledger(last=TODAY, days=7).by_maker)
    assert (counts[model].briefs, counts[model].dropped, counts[model].repaired) == (0, 1, 0)
    assert (counts[Maker("builtin 1")].briefs, counts[Maker("builtin 1")].repaired) == (1, 1)
    assert page_of(store, article_id).brief.withheld[1].maker == model
    assert [record.writer for record in store.list_withheld()] == ["model/1", "builtin 1"]


def test_an_empty_ledger_is_empty(store: SqlStore) -> None:
    empty = store.ledger(last=TODAY, days=365)
    assert (empty.total, empty.by_day, empty.by_maker, empty.by_publisher) == (LedgerCounts(), (), (), ())
