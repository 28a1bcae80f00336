"""The operator's desk beside reports: feeds' own pages, what was set aside, work, storage, settings, log, about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from nutgraf.domain.desk import DiskState
from nutgraf.domain.records import FeedRecord, FeedState
from sample_site.site import NOW, SampleSite, make_sample_site
from sample_site.visitor import Visitor


@pytest.fixture
def site(tmp_path: Path) -> Iterator[SampleSite]:
    site = make_sample_site(tmp_path)
    yield site
    site.store.close()


def feed_titled(site: SampleSite, title: str) -> FeedRecord:
    return next(feed for feed in site.store.list_feeds() if feed.title == title)


def plain(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_a_feed_has_a_page_with_its_rhythm_and_its_polls(site: SampleSite) -> None:
    feed = feed_titled(site, "The Kestrel")
    page = Visitor(site.app).get(f"/feeds/{feed.id}").text
    text = plain(page)
    assert "How it does healthy" in text
    assert "the most in one day" in text
    assert "<rect" in page
    assert "3 polls, the latest last: 3 brought news, 0 nothing new, 0 failed." in text
    failing = plain(Visitor(site.app).get(f"/feeds/{feed_titled(site, 'Slow Times').id}").text)
    assert "The server did not answer within 30 seconds. timeout" in failing
    assert "timeout Nutgraf tries again by itself in 40m ." in failing
    assert "No article in four weeks." in failing
    assert Visitor(site.app).get("/feeds/999").status_code == 404


def test_a_feed_is_named_and_put_into_a_category(site: SampleSite) -> None:
    visitor, feed = Visitor(site.app), feed_titled(site, "The Kestrel")
    data = {"title": "My <b>bird</b>", "category": "Near & far", "interval": "3600"}
    answer = visitor.post(f"/feeds/{feed.id}/options", data=data)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/feeds/{feed.id}?done=saved")
    stored = site.store.get_feed(feed.id)
    assert (stored.title, stored.category, stored.min_interval_s) == ("My <b>bird</b>", "Near & far", 3600)
    page = visitor.get(f"/feeds/{feed.id}").text
    assert "My &lt;b&gt;bird&lt;/b&gt;" in page
    assert '<option value="3600" selected>' in page
    listed = visitor.get("/feeds?category=Near+%26+far").text
    assert "My &lt;b&gt;bird" in listed
    assert "Slow Times" not in listed
    opml = visitor.get("/feeds.opml").text
    assert '<outline text="Near &amp; far" title="Near &amp; far">' in opml


@pytest.mark.parametrize(
    "data", [{"interval": "x"}, {"interval": "7"}, {"interval": "0", "title": "x" * 500}, {"category": "y"}, {}]
)
def test_options_out_of_bounds_change_nothing(site: SampleSite, data: dict[str, str]) -> None:
    feed = feed_titled(site, "The Kestrel")
    assert Visitor(site.app).post(f"/feeds/{feed.id}/options", data=data).status_code == 400
    assert site.store.get_feed(feed.id) == feed


def test_a_feed_is_paused_and_goes_on(site: SampleSite) -> None:
    visitor, feed = Visitor(site.app), feed_titled(site, "The Kestrel")
    assert visitor.post(f"/feeds/{feed.id}/pause").status_code == 303
    assert site.store.get_feed(feed.id).state is FeedState.PAUSED
    assert "It is paused" in visitor.get(f"/feeds/{feed.id}").text
    assert visitor.post(f"/feeds/{feed.id}/resume").status_code == 303
    assert site.store.get_feed(feed.id).state is FeedState.ACTIVE
    assert site.store.get_feed(feed.id).next_poll_at <= NOW
    assert site.wakes == 1
    assert visitor.post("/feeds/999/pause").status_code == 404


def test_all_of_a_reason_are_tried_again(site: SampleSite) -> None:
    visitor = Visitor(site.app)
    assert "No article was found in the page. no_article 1 article" in plain(visitor.get("/desk/set-aside").text)
    assert "Nothing here." in visitor.get("/desk/set-aside?reason=http_404").text
    assert visitor.post("/desk/set-aside/replay", data={"reason": "http_404"}).status_code == 303
    assert len(site.store.list_quarantine()) == 1
    answer = visitor.post("/desk/set-aside/replay", data={"reason": "no_article"})
    assert answer.headers["location"] == "/desk/set-aside?done=replayed-all"
    assert site.store.list_quarantine() == []
    assert "Nothing is set aside." in visitor.get("/desk/set-aside").text


@pytest.mark.parametrize("query", ["reason=<x>", "before=x", "before=1", "before=99999999999999999-1&reason=A"])
def test_a_list_that_cannot_be_is_refused(site: SampleSite, query: str) -> None:
    assert Visitor(site.app).get(f"/desk/set-aside?{query}").status_code == 400


def test_what_is_set_aside_is_paged(site: SampleSite) -> None:
    (item,) = site.store.list_quarantine()
    microseconds = int(item.since.timestamp()) * 1_000_000
    assert "Pictures of the week" in Visitor(site.app).get(f"/desk/set-aside?before={microseconds + 1}-1").text
    assert "Pictures of the week" not in Visitor(site.app).get(f"/desk/set-aside?before={microseconds - 1}-1").text


def test_the_work_is_told_in_counts_and_rates(site: SampleSite) -> None:
    text = plain(Visitor(site.app).get("/desk").text)
    assert "At rest." in text
    assert "Briefs published 30 15" in text
    assert "Feeds polled 14 7.0" in text
    site.progress = "writing briefs: 3 done, 2 to go"
    assert "Writing briefs: 3 done, 2 to go." in plain(Visitor(site.app).get("/desk").text)


def test_settings_are_shown_with_their_source_and_without_passwords(
    site: SampleSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUTGRAF_DATABASE__URL", "postgresql://reader:tide-table@db.example/news")
    page = Visitor(site.app).get("/desk/settings").text
    assert "postgresql://reader:***@db.example/news environment" in plain(page)
    assert "tide-table" not in page
    assert "data_dir" in page


def test_the_log_of_late_and_the_versions_are_shown(site: SampleSite) -> None:
    text = plain(Visitor(site.app).get("/desk/log").text)
    assert "error step broke 3m ago article https://kestrel.example/gallery" in text
    about = plain(Visitor(site.app).get("/desk/about").text)
    assert "Database SQLite 3." in about
    assert "Running for 2 hours" in about


def test_operators_are_told_of_a_full_disk_on_every_page(site: SampleSite) -> None:
    assert "The disk is almost full" not in Visitor(site.app).get("/").text
    site.disk = DiskState(120_000_000, 500_000_000, is_low=True)
    for path in ("/", "/feeds", "/desk/storage", "/search"):
        assert "The disk is almost full: 120 MB are free" in Visitor(site.app).get(path).text, path
