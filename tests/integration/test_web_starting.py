"""A first start: packs of feeds, and how a reader likes pages to be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from nutgraf.domain.records import FeedState
from nutgraf.pipeline.starter_packs import load_starter_packs
from sample_site.articles import FERRIES
from sample_site.site import NOW, SampleSite, make_sample_site
from sample_site.visitor import Visitor


@pytest.fixture
def site(tmp_path: Path) -> Iterator[SampleSite]:
    site = make_sample_site(tmp_path, is_filled=False)
    yield site
    site.store.close()


@pytest.fixture
def filled(tmp_path: Path) -> Iterator[SampleSite]:
    site = make_sample_site(tmp_path)
    yield site
    site.store.close()


def test_a_first_start_offers_packs_a_site_and_a_list(site: SampleSite) -> None:
    page = Visitor(site.app).get("/").text
    for pack in load_starter_packs():
        assert f'value="{pack.slug}"' in page
    assert 'name="opml"' in page
    assert 'name="url"' in page


def test_chosen_packs_are_followed_and_due_at_once(site: SampleSite) -> None:
    visitor = Visitor(site.app)
    first, second, *_ = load_starter_packs()
    site.store.add_feed(first.feeds[0].url, title="Mine", now=NOW)
    answer = visitor.post("/start", data={"pack": [first.slug, second.slug, "no-such-pack"]})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    feeds = {feed.url: feed for feed in site.store.list_feeds()}
    assert set(feeds) == {feed.url for pack in (first, second) for feed in pack.feeds}
    assert feeds[first.feeds[0].url].title == "Mine"
    assert feeds[second.feeds[1].url].title == second.feeds[1].name
    assert {feed.state for feed in feeds.values()} == {FeedState.ACTIVE}
    assert all(feed.next_poll_at <= NOW and feed.last_poll_at is None for feed in feeds.values())
    assert site.wakes == 1
    page = " ".join(visitor.get("/start").text.split())
    assert page.count(f"{len(first.feeds)} of {len(first.feeds)} followed.") >= 1


@pytest.mark.parametrize("form", [{}, {"pack": "no-such-pack"}])
def test_nothing_chosen_is_told(site: SampleSite, form: dict[str, str]) -> None:
    answer = Visitor(site.app).post("/start", data=form)
    assert answer.status_code == 400
    assert "Please choose at least one pack." in answer.text
    assert site.store.list_feeds() == []


def test_pages_are_as_the_reader_chose(filled: SampleSite) -> None:
    visitor = Visitor(filled.app)
    before = visitor.get("/latest").headers["etag"]
    choices = {"text_size": "large", "measure": "narrow", "theme": "dark", "list_view": "headlines"}
    assert visitor.post("/account/appearance", data=choices).headers["location"] == "/account?done=appearance"
    for path in ("/latest", filled.path_of(FERRIES), "/nowhere"):
        page = visitor.get(path, headers={"if-none-match": before}).text
        assert (
            '<html lang="en" data-text="large" data-measure="narrow" data-theme="dark" data-lists="headlines">' in page
        )
        assert '<meta name="color-scheme" content="dark">' in page
        assert " data-keys>" not in page  # the box was not ticked
    account = visitor.get("/account?done=appearance").text
    assert re.findall(r'<option value="(\w+)" selected>', account) == ["large", "narrow", "dark", "headlines"]
    assert "Pages look so from now on." in account
    visitor.post("/account/appearance", data={"keys": "on"})
    assert " data-keys>" in visitor.get("/latest").text
    assert visitor.post("/account/appearance", data={"theme": "</html>"}).status_code == 400
