"""The search page over a real store."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from nutgraf.adapters.store import searching
from sample_site.articles import FERRIES, TURBINES, WELLS
from sample_site.site import NOTICES, SampleSite, make_sample_site
from sample_site.visitor import Visitor


@pytest.fixture
def site(tmp_path: Path) -> Iterator[SampleSite]:
    site = make_sample_site(tmp_path)
    yield site
    site.store.close()


def headlines(html: str) -> list[str]:
    found = re.findall(r'class="hit__headline"><a[^>]*>(.*?)</a>', html, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", "", headline).split()) for headline in found]


def test_an_empty_search_says_how_to_search(site: SampleSite) -> None:
    page = Visitor(site.app).get("/search")
    assert page.status_code == 200
    assert "How to search" in page.text
    assert headlines(page.text) == []


def test_a_search_finds_and_marks(site: SampleSite) -> None:
    page = Visitor(site.app).get("/search?q=ferries").text
    assert FERRIES.title in headlines(page)
    assert re.search(r"<mark>[Ff]err(y|ies)</mark>", page)
    assert 'value="ferries"' in page


def test_a_corrected_brief_is_found_by_its_new_version_once(site: SampleSite) -> None:
    page = Visitor(site.app).get(f"/search?q={quote(TURBINES.title)}").text
    assert headlines(page).count(TURBINES.title) == 1


def test_right_to_left_text_is_found_and_runs_so(site: SampleSite) -> None:
    page = Visitor(site.app).get(f"/search?q={quote(WELLS.title.split()[0])}").text
    assert WELLS.title in headlines(page)
    assert '<li class="hit" dir="rtl" ' in page


@pytest.mark.parametrize("order", ["best", "newest"])
def test_every_result_is_on_one_page(site: SampleSite, order: str) -> None:
    visitor, path, seen = Visitor(site.app), f"/search?q=before:2032&order={order}", []
    for _ in range(5):
        page = visitor.get(path).text
        seen += re.findall(r'class="hit__headline"><a href="/brief/(\d+)', page)
        more = re.search(r'rel="next" href="([^"]+)"', page)
        if more is None:
            break
        path = more[1].replace("&amp;", "&")
    assert len(seen) == len(set(seen)) > NOTICES


def test_what_is_not_understood_is_said(site: SampleSite) -> None:
    page = Visitor(site.app).get("/search?q=ferry+after:soon").text
    assert "“after:soon” is not understood" in page
    assert headlines(page)


@pytest.mark.parametrize(
    "asked", ["%22", "a" * 2000, "%00", "-", "*", "(", "NEAR(a b)", "a:b:c", "%F0%9F%8E%89", "x%27%3B--", "{body}:x"]
)
def test_no_query_breaks_the_page(site: SampleSite, asked: str) -> None:
    assert Visitor(site.app).get(f"/search?q={asked}").status_code == 200


def test_markup_in_a_query_is_text(site: SampleSite) -> None:
    page = Visitor(site.app).get("/search?q=%3Cscript%3Ealert(1)%3C/script%3E").text
    assert "<script>alert" not in page


def test_a_damaged_cursor_is_refused_or_harmless(site: SampleSite) -> None:
    for cursor in ("x", "%00", "9" * 300, "-5"):
        assert Visitor(site.app).get(f"/search?q=ferry&from={cursor}").status_code in (200, 400)


def test_a_search_is_saved_shown_and_removed(site: SampleSite) -> None:
    visitor = Visitor(site.app)
    saved = visitor.post("/search/saved", data={"q": "ferry  -strike"})
    assert (saved.status_code, saved.headers["location"]) == (303, "/search?q=ferry+-strike&order=newest")
    assert "Save this search" not in visitor.get(saved.headers["location"]).text
    page = visitor.get("/search").text
    assert ">ferry -strike</a>" in page
    remove = re.search(r'action="(/search/saved/\d+/remove)', page)
    assert remove
    assert visitor.post(remove[1]).status_code == 303
    assert "Saved searches" not in visitor.get("/search").text
    assert visitor.post(remove[1]).status_code == 404


def test_an_empty_search_is_not_saved(site: SampleSite) -> None:
    visitor = Visitor(site.app)
    assert visitor.post("/search/saved", data={"q": " "}).headers["location"] == "/search"
    assert "Saved searches" not in visitor.get("/search").text


def test_too_many_saved_searches_are_refused_with_a_reason(site: SampleSite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "MAX_SAVED_SEARCHES", 1)
    visitor = Visitor(site.app)
    visitor.post("/search/saved", data={"q": "one"})
    refused = visitor.post("/search/saved", data={"q": "two"})
    assert refused.status_code == 409
    assert "remove one first" in refused.text


def test_a_search_is_not_saved_from_elsewhere(site: SampleSite) -> None:
    refused = Visitor(site.app).send("POST", "/search/saved", data={"q": "x"}, headers={"sec-fetch-site": "cross-site"})
    assert refused.status_code == 403
