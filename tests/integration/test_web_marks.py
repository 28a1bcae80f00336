"""The front page and a reader's own lists, over a real store."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from nutgraf.domain.account import TicketKind
from nutgraf.domain.ids import DEFAULT_READER
from nutgraf.domain.marks import Mark
from nutgraf.domain.records import BriefQuery
from nutgraf.web.editions import Editions
from sample_site.articles import COLUMN, FERRIES, LIBRARY, TURBINES, Sample
from sample_site.seeding import publish
from sample_site.site import NOW, SampleSite, make_sample_site
from sample_site.visitor import Visitor


@pytest.fixture
def site(tmp_path: Path) -> Iterator[SampleSite]:
    site = make_sample_site(tmp_path)
    yield site
    site.store.close()


def titles(html: str) -> list[str]:
    """The headlines of the cards in order."""
    found = re.findall(r'class="card__headline"><a[^>]*>(.*?)</a>', html, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", "", headline).split()) for headline in found]


def mark(site: SampleSite, visitor: Visitor, sample: Sample, name: str, back: str = "/") -> str:
    answer = visitor.post(f"{site.path_of(sample)}/{name}", data={"back": back})
    assert answer.status_code == 303
    location: str = answer.headers["location"]
    return location


def test_the_front_page_ends_and_says_so(site: SampleSite) -> None:
    page = Visitor(site.app).get("/").text
    assert "That is it for now" in page
    assert 'href="/latest"' in page
    assert 'href="/day/2031-03-03"' in page
    assert len(titles(page)) <= 25


def test_the_front_page_follows_every_click_though_it_was_shown_before(site: SampleSite) -> None:
    visitor = Visitor(site.app)
    seen = [fronts(site, visitor)]

    def click(name: str, sample: Sample) -> None:
        mark(site, visitor, sample, name)
        seen.append(fronts(site, visitor))

    usual = seen[0]
    assert FERRIES.title in usual
    click("hide", FERRIES)
    assert set(usual) - set(seen[-1]) == {FERRIES.title}
    click("unhide", FERRIES)
    visitor.post("/mutes", data={"value": "Ferries"})
    assert FERRIES.title not in fronts(site, visitor)
    visitor.post(re.findall(r'action="(/mutes/\d+/remove)', visitor.get("/mutes").text)[0])
    click("save", FERRIES)
    assert 'aria-pressed="true"' in visitor.get("/").text
    assert [seen[2], seen[3]] == [usual, usual]
    follow = {"kind": "topic", "slug": "energy", "set": "1"}
    visitor.post("/follow", data=follow)
    assert fronts(site, visitor).index(TURBINES.title) < usual.index(TURBINES.title)
    visitor.post("/follow", data=follow | {"set": "0"})
    visitor.get(site.path_of(FERRIES))
    assert fronts(site, visitor).index(FERRIES.title) > usual.index(FERRIES.title)
    click("unread", FERRIES)
    assert seen[-1] == usual


def fronts(site: SampleSite, visitor: Visitor) -> list[str]:
    """The headlines of the front page, which are those of one that was never made before."""
    shown = titles(visitor.get("/").text)
    anew = Editions(site.store).current(DEFAULT_READER, now=site.clock.moment)
    assert shown == [story.lead.headline for story in anew.stories]
    return shown


def test_a_brief_is_there_as_soon_as_it_is_published_and_gone_when_withdrawn(site: SampleSite) -> None:
    visitor = Visitor(site.app)
    before = fronts(site, visitor)
    fresh = Sample("https://new.example/1", "Kestrel", "A new pier", (("A new pier opens.",),), None, (), minutes_old=1)
    publish(site.store, fresh, now=NOW)
    assert set(fronts(site, visitor)) - set(before) == {"A new pier"}
    newest = site.store.list_briefs(BriefQuery(limit=1), reader_id=DEFAULT_READER)[0]
    assert site.store.expire_briefs(before=newest.published_at) > 0
    assert FERRIES.title in before
    assert FERRIES.title not in fronts(site, visitor)


def test_two_readers_see_their_own_front_page(site: SampleSite) -> None:
    token = site.store.issue_ticket(TicketKind.INVITE, now=NOW, expires_at=NOW + timedelta(hours=1))
    other = site.store.redeem_ticket(token, name="Bo", password_hash="h", now=NOW).id
    site.store.set_mark(other, site.ids[FERRIES.url], Mark.HIDDEN, is_set=True, now=NOW)
    editions = Editions(site.store)
    mine, theirs, mine_again = (
        [story.lead.headline for story in editions.current(reader_id, now=NOW).stories]
        for reader_id in (DEFAULT_READER, other, DEFAULT_READER)
    )
    assert mine == mine_again
    assert set(mine) - set(theirs) == {FERRIES.title}


def test_a_story_that_several_publishers_report_comes_first_and_names_them(site: SampleSite) -> None:
    for number, publisher in enumerate(("Harbour Post", "Northside Ledger")):
        told = Sample(
            f"https://other.example/{number}",
            publisher,
            LIBRARY.title,
            LIBRARY.paragraphs,
            LIBRARY.dek,
            LIBRARY.what_happened,
            minutes_old=300 + number,
        )
        publish(site.store, told, now=NOW)
    page = Visitor(site.app).get("/").text
    assert titles(page)[0] == LIBRARY.title
    assert titles(page).count(LIBRARY.title) == 1
    also = page[page.index('class="card__also"') :].partition("</ul>")[0]
    assert sum(name in also for name in (LIBRARY.publisher, "Harbour Post", "Northside Ledger")) == 2


def test_a_day_has_its_page(site: SampleSite) -> None:
    visitor = Visitor(site.app)
    page = visitor.get(f"/day/{NOW.date().isoformat()}").text
    assert "Tuesday, 4 March 2031" in page
    assert FERRIES.title in titles(page)
    assert "No brief is from this day" in visitor.get("/day/1999-01-01").text
    for nonsense in ("x", "2031-02-30", "99999-01-01", "0001-01-01", "9999-12-31"):
        assert visitor.get(f"/day/{nonsense}").status_code in (200, 404)


def test_what_is_new_since_the_last_visit_is_counted(site: SampleSite) -> None:
    visitor = Visitor(site.app)
    assert "last visit" not in visitor.get("/").text
    site.clock.moment = NOW + timedelta(hours=3)
    assert "you are up to date" in visitor.get("/").text
    fresh = Sample("https://new.example/1", "Kestrel", "A new pier", (("A new pier opens.",),), None, ())
    publish(site.store, fresh, now=NOW + timedelta(hours=4))
    site.clock.moment = NOW + timedelta(hours=6)
    assert "1 new since your last visit, 3h ago" in visitor.get("/").text


def test_a_brief_is_saved_and_found_again(site: SampleSite) -> None:
    visitor = Visitor(site.app)
    assert "Nothing is saved." in visitor.get("/saved").text
    assert mark(site, visitor, FERRIES, "save", back="/topic/society") == "/topic/society"
    assert mark(site, visitor, TURBINES, "save", back="//evil.example") == "/"
    assert titles(visitor.get("/saved").text) == [TURBINES.title, FERRIES.title]
    assert 'aria-pressed="true"' in visitor.get(site.path_of(FERRIES)).text
    mark(site, visitor, TURBINES, "unsave")
    assert titles(visitor.get("/saved").text) == [FERRIES.title]


def test_a_hidden_brief_leaves_the_lists_and_comes_back(site: SampleSite) -> None:
    visitor = Visitor(site.app)
    mark(site, visitor, FERRIES, "hide")
    for path in ("/", "/latest", "/topic/society"):
        assert FERRIES.title not in titles(visitor.get(path).text)
    assert "1 brief of this page is" in visitor.get("/topic/society").text
    assert "Show again" in visitor.get(site.path_of(FERRIES)).text
    mark(site, visitor, FERRIES, "unhide")
    assert FERRIES.title in titles(visitor.get("/").text)


def test_reading_makes_history_and_can_be_taken_back(site: SampleSite) -> None:
    visitor = Visitor(site.app)
    for sample in (FERRIES, COLUMN):
        visitor.get(site.path_of(sample))
        site.clock.moment += timedelta(minutes=1)
    assert titles(visitor.get("/history").text) == [COLUMN.title, FERRIES.title]
    assert " data-read>" in visitor.get("/history").text
    for sample in (FERRIES, COLUMN):
        mark(site, visitor, sample, "unread")
    mark(site, visitor, FERRIES, "read")
    assert visitor.get("/history").text.count(" data-read>") == 1
    mark(site, visitor, FERRIES, "unread")
    assert " data-read>" not in visitor.get("/history").text


def test_a_topic_and_a_publisher_are_followed(site: SampleSite) -> None:
    visitor = Visitor(site.app)
    assert "Follow" in visitor.get("/topic/books").text
    follow = {"kind": "topic", "slug": "books", "set": "1", "back": "/topic/books"}
    assert visitor.post("/follow", data=follow).headers["location"] == "/topic/books"
    assert "Following" in visitor.get("/topic/books").text
    page = visitor.get("/following").text
    assert titles(page) == [LIBRARY.title]
    assert 'href="/topic/books">Books</a>' in page
    visitor.post("/follow", data={"kind": "publisher", "slug": "the-kestrel", "set": "1"})
    assert {LIBRARY.title, FERRIES.title} <= set(titles(visitor.get("/following").text))
    visitor.post("/follow", data=follow | {"set": "0"})
    visitor.post("/follow", data={"kind": "publisher", "slug": "the-kestrel", "set": "0"})
    assert titles(visitor.get("/following").text) == []
    assert visitor.post("/follow", data={"kind": "planet", "slug": "mars", "set": "1"}).status_code == 400


def test_words_topics_and_publishers_are_muted(site: SampleSite) -> None:
    visitor = Visitor(site.app)
    assert visitor.post("/mutes", data={"value": " Ferries "}).headers["location"] == "/mutes"
    assert FERRIES.title not in titles(visitor.get("/").text)
    assert "Ferries" in visitor.get("/mutes").text
    visitor.post("/mutes", data={"kind": "topic", "value": "books", "back": "/topic/books"})
    assert LIBRARY.title not in titles(visitor.get("/latest").text)
    assert "<strong>Books</strong>" in visitor.get("/mutes").text
    for remove in re.findall(r'action="(/mutes/\d+/remove)', visitor.get("/mutes").text):
        assert visitor.post(remove).status_code == 303
    assert {FERRIES.title, LIBRARY.title} <= set(titles(visitor.get("/latest").text))


def test_a_folded_brief_is_one_line_that_opens(site: SampleSite) -> None:
    visitor = Visitor(site.app)
    visitor.post("/mutes", data={"value": "ferries", "effect": "fold"})
    page = visitor.get("/latest").text
    assert "Muted: ferries" in page
    assert FERRIES.title in titles(page)


@pytest.mark.parametrize("form", [{"value": " "}, {"value": "…"}, {"value": "x", "effect": "burn"}, {"kind": "x"}])
def test_what_cannot_be_muted_is_refused_with_words(site: SampleSite, form: dict[str, str]) -> None:
    answer = Visitor(site.app).post("/mutes", data=form)
    assert answer.status_code == 400


def test_marks_of_nothing_are_refused(site: SampleSite) -> None:
    visitor = Visitor(site.app)
    assert visitor.post("/brief/999999/save").status_code == 404
    assert visitor.post(f"{site.path_of(FERRIES)}/burn").status_code == 404
    assert visitor.get(f"{site.path_of(FERRIES)}/save").status_code in (404, 405)
