"""Reporting a fault, the desk, corrections and the ledger over a real store and the real checker."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path

import feedparser
import pytest

from nutgraf.domain.ids import DEFAULT_READER
from nutgraf.domain.records import BriefPage
from nutgraf.domain.reports import MAX_NOTE_CHARS, ReportState
from nutgraf.web.report_limit import IN_ALL, PER_CLIENT
from sample_site.articles import FERRIES, TREMOR, TURBINES
from sample_site.site import SampleSite, make_sample_site
from sample_site.visitor import OWN_PAGE, Visitor

HOSTILE = "<script>alert(1)</script>\"'>{{ 7*7 }}"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[SampleSite]:
    site = make_sample_site(tmp_path)
    yield site
    site.store.close()


def plain(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def page_of(site: SampleSite) -> BriefPage:
    return site.store.brief_page(site.ids[FERRIES.url], reader_id=DEFAULT_READER)


def report(site: SampleSite, visitor: Visitor, number: int | None = 2, **fields: str) -> int:
    """Send the form for a sentence of the ferries' brief; the status of the answer."""
    data = {"brief": str(page_of(site).card.brief_id), "kind": "wrong_number", "note": "It was 9 to 14.", **fields}
    if number is not None:
        data["sentence"] = str(number)
    return visitor.post(f"{site.path_of(FERRIES)}/report", data=data).status_code


def latest(site: SampleSite) -> int:
    return site.store.list_reports(ReportState.OPEN)[0].id


# The reader's side


def test_every_sentence_leads_to_a_form_for_exactly_that_sentence(site: SampleSite) -> None:
    visitor = Visitor(site.app)
    page = visitor.get(site.path_of(FERRIES)).text
    sentences = [sentence.text for _, sentence in page_of(site).brief.sentences()]
    details = re.findall(r'<details class="sentence.*?</details>', page, re.DOTALL)
    assert len(details) == len(sentences)
    for detail, text in zip(details, sentences, strict=True):
        link = re.search(r'href="([^"]+/report[^"]+)"', detail)
        assert link is not None
        form = visitor.get(link[1]).text
        quoted = re.search(r'<blockquote class="quoted"[^>]*>([^<]+)<', form)
        assert quoted is not None
        shown = re.search(r"<(h3|span)[^>]*>(.*?)</\1>", detail, re.DOTALL)
        assert shown is not None
        assert html.unescape(quoted[1]) == html.unescape(re.sub(r"<[^>]+>", "", shown[2])) == text


def test_a_report_reaches_the_desk_and_the_reader_is_thanked(site: SampleSite) -> None:
    visitor = Visitor(site.app)
    path = site.path_of(FERRIES)
    answer = visitor.post(
        f"{path}/report",
        data={
            "brief": str(page_of(site).card.brief_id), "sentence": "2", "kind": "wrong_number", "note": "9 to 14.",
        },
    )  # fmt: skip
    assert (answer.status_code, answer.headers["location"]) == (303, f"{path}/reported")
    assert "Your report has reached the desk" in plain(visitor.get(f"{path}/reported").text)
    assert "Reports 1 Withheld" in plain(visitor.get("/feeds").text)
    desk = plain(visitor.get("/desk/reports").text)
    assert "A wrong number : 9 to 14." in desk
    assert FERRIES.what_happened[0].text in desk
    case = visitor.get(f"/desk/reports/{latest(site)}").text
    assert "<mark>" in case
    assert "9 to 14." in case


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"kind": ""}, 400),
        ({"kind": "rude"}, 400),
        ({"note": "x" * (MAX_NOTE_CHARS + 1)}, 400),
        ({"brief": "x"}, 400),
        ({"brief": "999999"}, 404),
        ({"sentence": "99"}, 404),
        ({"sentence": "-1"}, 400),
    ],
)
def test_a_report_that_makes_no_sense_is_refused(site: SampleSite, fields: dict[str, str], status: int) -> None:
    visitor = Visitor(site.app)
    data = {"brief": str(page_of(site).card.brief_id), "sentence": "2", "kind": "misquote", "note": "", **fields}
    assert visitor.post(f"{site.path_of(FERRIES)}/report", data=data).status_code == status
    assert site.store.list_reports(ReportState.OPEN) == []


def test_what_was_written_is_kept_where_the_form_is_not_complete(site: SampleSite) -> None:
    data = {"brief": "1", "sentence": "2", "note": HOSTILE}
    page = Visitor(site.app).post(f"{site.path_of(FERRIES)}/report", data=data).text
    assert "Please choose what kind of fault it is." in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert page.count("<script") == 1  # ours


def test_one_client_sends_few_reports_in_a_row(site: SampleSite) -> None:
    visitor = Visitor(site.app)
    assert [report(site, visitor) for _ in range(PER_CLIENT + 1)] == [303] * PER_CLIENT + [429]
    site.clock.moment = site.clock.moment.replace(hour=site.clock.moment.hour + 1)
    assert report(site, visitor) == 303
    assert PER_CLIENT < IN_ALL


def test_another_site_reports_nothing(site: SampleSite) -> None:
    data = {"brief": str(page_of(site).card.brief_id), "kind": "other"}
    visitor, path = Visitor(site.app), f"{site.path_of(FERRIES)}/report"
    assert visitor.send("POST", path, data=data, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert visitor.send("POST", path, data=data, headers=OWN_PAGE).status_code == 403, "without the form's token"
    assert site.store.list_reports(ReportState.OPEN) == []


# The desk's side


def test_an_upheld_report_corrects_the_brief_in_public(site: SampleSite) -> None:
    visitor = Visitor(site.app)
    report(site, visitor)
    faulty = FERRIES.what_happened[0].text
    case = f"/desk/reports/{latest(site)}"
    checked = re.findall(r'name="withdraw" value="(\d+)" checked', visitor.get(case).text)
    assert checked == ["2"]
    data = {"withdraw": "2", "replace": "yes", "note": "The vote was 9 to 14."}
    answer = visitor.post(f"{case}/uphold", data=data)
    assert answer.headers["location"] == "/desk/reports?done=corrected"
    after = page_of(site)
    texts = [sentence.text for _, sentence in after.brief.sentences()]
    assert faulty not in texts
    assert any(after.revision.article.text.count(text) for text in texts), "the article's own sentence took its place"
    page = visitor.get(site.path_of(FERRIES)).text
    assert "Corrected 09:30 UTC : The vote was 9 to 14. (1 sentence replaced)" in plain(page)
    assert "corrected 09:30 UTC" in plain(visitor.get("/").text)
    assert faulty not in page
    listed = visitor.get("/corrections").text
    (record,) = [record for record in site.store.list_corrections() if record.note]
    assert [change.before for change in record.changes] == [faulty]
    removed = re.findall(r"<del>([^<]+)</del>", listed[listed.index(f'id="c{record.id}"') :])
    assert removed
    assert removed[0] in faulty
    assert "The vote was 9 to 14." in listed
    assert visitor.post(f"{case}/uphold", data=data).status_code == 409


def test_a_sentence_may_be_withdrawn_without_another_in_its_place(site: SampleSite) -> None:
    visitor = Visitor(site.app)
    report(site, visitor)
    count = page_of(site).brief.sentence_count
    visitor.post(f"/desk/reports/{latest(site)}/uphold", data={"withdraw": "2", "replace": "no"})
    assert page_of(site).brief.sentence_count == count - 1
    assert "Corrected 09:30 UTC : 1 sentence withdrawn." in plain(visitor.get(site.path_of(FERRIES)).text)


def test_a_report_of_the_whole_brief_needs_a_note_or_sentences(site: SampleSite) -> None:
    visitor = Visitor(site.app)
    report(site, visitor, number=None)
    case = f"/desk/reports/{latest(site)}"
    refused = visitor.post(f"{case}/uphold", data={})
    assert refused.status_code == 400
    assert "say in a note what is wrong" in refused.text
    assert visitor.post(f"{case}/uphold", data={"note": "Fares are missing."}).status_code == 303
    assert "Corrected 09:30 UTC : Fares are missing." in plain(visitor.get(site.path_of(FERRIES)).text)


def test_withdrawing_all_of_what_happened_withdraws_or_rewrites_the_brief(site: SampleSite) -> None:
    visitor = Visitor(site.app)
    report(site, visitor, number=None)
    before = page_of(site).brief
    numbers = [str(number) for number in range(1, before.sentence_count + 1)]
    visitor.post(f"/desk/reports/{latest(site)}/uphold", data={"withdraw": numbers, "replace": "no"})
    after = page_of(site).brief
    kept = {sentence.text for _, sentence in before.sentences()} & {sentence.text for _, sentence in after.sentences()}
    assert not kept
    assert after.what_happened


def test_a_dismissed_report_leaves_the_brief(site: SampleSite) -> None:
    visitor = Visitor(site.app)
    report(site, visitor)
    before = page_of(site).brief
    case = f"/desk/reports/{latest(site)}"
    assert visitor.post(f"{case}/dismiss", data={"note": "It is right."}).headers["location"].endswith("done=dismissed")
    assert page_of(site).brief == before
    assert "Dismissed" in plain(visitor.get(case).text)
    assert "None here." not in visitor.get("/desk/reports?state=dismissed").text


@pytest.mark.parametrize("path", ["/desk/reports/999", "/desk/withheld?before=x", "/desk/reports?before=x"])
def test_addresses_that_lead_nowhere_are_refused(site: SampleSite, path: str) -> None:
    assert Visitor(site.app).get(path).status_code in (400, 404)


def test_withheld_sentences_are_the_operators_to_see(site: SampleSite) -> None:
    text = plain(Visitor(site.app).get("/desk/withheld").text)
    assert "Written A sentence no reader may see. Instead Nothing: it was dropped." in text


# In public


def test_an_update_shows_what_changed_in_the_brief(site: SampleSite) -> None:
    visitor = Visitor(site.app)
    page = visitor.get(site.path_of(TURBINES)).text
    assert "Updated 09:26 UTC" in plain(page)
    listed = visitor.get("/corrections").text
    has_changes = bool(site.store.list_corrections())
    assert (TURBINES.title in listed) == has_changes
    assert ("What changed in this brief" in page) == has_changes


def test_the_feed_of_corrections_is_atom(site: SampleSite) -> None:
    visitor = Visitor(site.app)
    report(site, visitor)
    note = HOSTILE + "\x00\x0b"
    visitor.post(f"/desk/reports/{latest(site)}/uphold", data={"withdraw": "2", "note": note})
    answer = visitor.get("/corrections.atom")
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    parsed = feedparser.parse(answer.content)
    assert not parsed.bozo
    assert parsed.version == "atom10"
    entry = parsed.entries[0]
    assert entry.title == f"Corrected: {FERRIES.title}"
    assert entry.link == f"http://127.0.0.1:8321{site.path_of(FERRIES)}"
    assert entry.id == f"http://127.0.0.1:8321/corrections#c{site.store.list_corrections()[0].id}"
    assert entry.updated == "2031-03-04T09:30:00+00:00"
    assert b"<script" not in answer.content
    assert FERRIES.what_happened[0].text in entry.content[0].value
    [item] = json.loads(visitor.get("/corrections.json").content)["items"]
    assert (item["id"], item["title"]) == (entry.id, entry.title)


def test_an_empty_feed_of_corrections_is_atom_too(tmp_path: Path) -> None:
    empty = make_sample_site(tmp_path, is_filled=False)
    parsed = feedparser.parse(Visitor(empty.app).get("/corrections.atom").content)
    assert not parsed.bozo
    assert (parsed.version, parsed.entries) == ("atom10", [])
    empty.store.close()


def test_accuracy_says_the_same_to_people_and_machines(site: SampleSite) -> None:
    visitor = Visitor(site.app)
    report(site, visitor)
    visitor.post(f"/desk/reports/{latest(site)}/uphold", data={"withdraw": "2"})
    figures = json.loads(visitor.get("/accuracy.json?days=7").text)
    cards = len(site.ids)
    assert figures["total"]["briefs"] >= cards
    assert (figures["total"]["reports"], figures["total"]["upheld"], figures["total"]["updates"]) == (2, 1, 1)
    assert figures["by_writer"][0]["writer"] == "builtin/test"
    assert sum(row["sentences"] for row in figures["by_publisher"]) == figures["total"]["sentences"]
    text = plain(visitor.get("/accuracy?days=7").text)
    assert f"Published sentences {figures['total']['sentences']}" in text
    assert "Faults upheld 1 of 2 reports received" in text
    assert "What these numbers cannot say" in text
    assert TREMOR.publisher in text


@pytest.mark.parametrize("days", ["7", "30", "365", "", "1e9", "-1"])
def test_charts_have_a_bar_for_what_there_is_and_words_for_all(site: SampleSite, days: str) -> None:
    page = Visitor(site.app).get(f"/accuracy?days={days}").text
    assert page.count("<svg") == 3
    assert "<rect" in page
    assert "in all; the most in one" in page
    assert "None in this time." in page
    assert " style=" not in page
