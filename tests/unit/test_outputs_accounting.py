"""Words for corrections, the ledger as lines, and what bounds reports."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from nutgraf.domain.brief import Part
from nutgraf.domain.corrections import CorrectionKind, CorrectionRecord, SentenceChange, compare_briefs
from nutgraf.domain.ids import ArticleId, CorrectionId, PublisherId
from nutgraf.domain.ledger import Ledger, LedgerCounts, Maker
from nutgraf.domain.records import Publisher
from nutgraf.outputs.ledger_json import ledger_to_dict
from nutgraf.outputs.ledger_text import format_ledger
from nutgraf.outputs.wording import describe_correction
from nutgraf.web.charts import HEIGHT, MAX_BARS, WIDTH, draw_bars
from nutgraf.web.report_limit import CLIENT_WINDOW, IN_ALL, PER_CLIENT, ReportLimit

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
REPLACED = SentenceChange(Part.DEK, "Old.", "New.")
BROKEN = SentenceChange(Part.TAKEAWAYS, "Sixty.", "Forty.", is_broken=True)
WITHDRAWN = SentenceChange(Part.WHAT_HAPPENED, "Gone.", "")
ADDED = SentenceChange(Part.WHAT_HAPPENED, "", "More.")


def record(kind: CorrectionKind, note: str, *changes: SentenceChange) -> CorrectionRecord:
    publisher = Publisher(PublisherId(1), "post", "Post")
    return CorrectionRecord(CorrectionId(1), ArticleId(1), kind, NOW, note, changes, "Head", publisher, "en", True)


@pytest.mark.parametrize(
    ("correction", "words"),
    [
        (record(CorrectionKind.CORRECTION, "", REPLACED), "1 sentence replaced."),
        (record(CorrectionKind.CORRECTION, "It was nine.", WITHDRAWN), "It was nine. (1 sentence withdrawn)"),
        (record(CorrectionKind.CORRECTION, "It was nine."), "It was nine."),
        (
            record(CorrectionKind.UPDATE, "", REPLACED, BROKEN, WITHDRAWN, ADDED),
            "The publisher changed the article: 2 sentences changed, 1 sentence left out, 1 sentence new. "
            "1 sentence no longer held.",
        ),
        (
            record(CorrectionKind.UPDATE, "", ADDED),
            "The publisher changed the article: 1 sentence new. No sentence had become wrong.",
        ),
    ],
)
def test_a_correction_says_what_it_did(correction: CorrectionRecord, words: str) -> None:
    assert describe_correction(correction) == words


def test_briefs_are_compared_part_by_part() -> None:
    before = [(Part.DEK, "A."), (Part.WHAT_HAPPENED, "B."), (Part.WHAT_HAPPENED, "C."), (Part.TAKEAWAYS, "D.")]
    after = [(Part.DEK, "A."), (Part.WHAT_HAPPENED, "C."), (Part.WHAT_HAPPENED, "E."), (Part.TAKEAWAYS, "F.")]
    assert compare_briefs(before, after, broken=["D."]) == (
        SentenceChange(Part.WHAT_HAPPENED, "B.", ""),
        SentenceChange(Part.WHAT_HAPPENED, "", "E."),
        SentenceChange(Part.TAKEAWAYS, "D.", "F.", is_broken=True),
    )
    assert compare_briefs(before, before) == ()
    assert [change.after for change in compare_briefs(before, [])] == ["", "", "", ""]


def ledger(days: int, *by_day: tuple[date, LedgerCounts]) -> Ledger:
    total = sum((counts for _, counts in by_day), LedgerCounts())
    last = NOW.date()
    first = last - timedelta(days=days - 1)
    maker = Maker("llm", "model \x1b[31m", "3")
    return Ledger(first, last, total, by_day, ((maker, total),), (("post", "The Post", total),), 1)


def test_the_ledger_as_lines_obeys_no_control_character() -> None:
    lines = format_ledger(ledger(7, (NOW.date(), LedgerCounts(briefs=2, supported=1_000, weak=7)))).splitlines()
    assert lines[0] == "From 2026-02-23 to 2026-03-01 (UTC)"
    assert lines[3].split()[:4] == ["In", "all", "1,007", "7"]
    assert lines[4].startswith("llm model  [31m 3")
    assert "\x1b" not in "".join(lines)


def test_the_ledger_as_json_has_every_count() -> None:
    value = ledger_to_dict(ledger(1, (NOW.date(), LedgerCounts(1, 2, 3, 4, 5, 6, 7, 8, 9, 10))))
    assert value["total"] == {
        "sentences": 5, "briefs": 1, "supported": 2, "weak": 3, "repaired": 4, "dropped": 5, "reports": 6,
        "upheld": 7, "updates": 8, "breaking_updates": 9, "broken": 10,
    }  # fmt: skip
    assert value["by_day"] == [{"day": "2026-03-01", **value["total"]}]
    assert value["by_writer"][0]["prompt_version"] == "3"
    assert value["by_publisher"][0]["broken"] == 10


@pytest.mark.parametrize("days", [1, 7, 30, 365])
def test_bars_lie_within_the_drawing_and_add_up(days: int) -> None:
    last = NOW.date()
    values = {last - timedelta(days=back): back + 1 for back in range(days)}
    chart = draw_bars("Sentences", ledger(days), values)
    assert chart.total == sum(values.values())
    assert 1 <= len(chart.bars) <= MAX_BARS
    assert max(bar.height for bar in chart.bars) == HEIGHT
    for bar in chart.bars:
        assert 0 <= bar.x < bar.x + bar.width <= WIDTH
        assert bar.y + bar.height == pytest.approx(HEIGHT, abs=0.02)


def test_a_chart_of_nothing_says_so() -> None:
    chart = draw_bars("Faults", ledger(30), {})
    assert (chart.bars, chart.words, chart.peak) == ((), "None in this time.", 0)


def test_reports_are_bounded_by_client_and_in_all() -> None:
    limit = ReportLimit()
    assert [limit.take("a", NOW) for _ in range(PER_CLIENT + 1)] == [True] * PER_CLIENT + [False]
    assert limit.take("b", NOW)
    assert limit.take("a", NOW + CLIENT_WINDOW)
    limit = ReportLimit()
    taken = sum(limit.take(f"client {number}", NOW) for number in range(IN_ALL + 50))
    assert taken == IN_ALL
