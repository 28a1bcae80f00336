"""The reading pages over a real store."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from nutgraf.web.pages.brief import SECTIONS
from nutgraf.web.pages.listing import PAGE_SIZE
from nutgraf.web.rendering import TEMPLATE_FOLDER
from sample_site.articles import COLUMN, FERRIES, LIBRARY, SAMPLES, TREMOR, TURBINES, WELLS, Line, Sample
from sample_site.seeding import publish
from sample_site.site import NOTICES, NOW, SampleSite, make_sample_site
from sample_site.visitor import Visitor


@pytest.fixture
def site(tmp_path: Path) -> Iterator[SampleSite]:
    site = make_sample_site(tmp_path)
    yield site
    site.store.close()


@pytest.fixture
def empty_site(tmp_path: Path) -> Iterator[SampleSite]:
    site = make_sample_site(tmp_path, is_filled=False)
    yield site
    site.store.close()


def plain(html: str) -> str:
    """The page's words without mark-up, white space folded."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def headings(html: str) -> list[str]:
    return re.findall(r"<h2[^>]*>([^<]+)</h2>", html.partition("</main>")[0])


def test_front_page_lists_briefs_with_age_and_reads(site: SampleSite) -> None:
    page = Visitor(site.app).get("/")
    assert page.status_code == 200
    assert "57m ago • 0 views" in plain(page.text)
    assert 'title="4 March 2031, 08:33 UTC"' in page.text
    assert FERRIES.title in page.text
    assert FERRIES.dek is not None
    assert FERRIES.dek.text in page.text


def test_front_page_leads_with_a_brief_that_is_not_short(site: SampleSite) -> None:
    page = Visitor(site.app).get("/").text
    lead = page[page.index("card--lead") :]
    assert lead.index(FERRIES.title) < lead.index(TREMOR.title)


def test_pages_of_the_list_show_every_brief_once(site: SampleSite) -> None:
    visitor, path, seen = Visitor(site.app), "/latest", []
    for _ in range(5):
        page = visitor.get(path).text
        seen += re.findall(r'href="/brief/(\d+)', page)
        older = re.search(r'rel="next" href="([^"]+)"', page)
        if older is None:
            break
        path = older[1].replace("&amp;", "&")
    assert len(seen) == len(set(seen)) == len(SAMPLES) + NOTICES > PAGE_SIZE


@pytest.mark.parametrize("cursor", ["x", "%00", "a b", "9" * 300, "../../etc", "'--"])
def test_a_damaged_cursor_breaks_nothing(site: SampleSite, cursor: str) -> None:
    assert Visitor(site.app).get(f"/?before={cursor}").status_code in (200, 400)


def test_an_empty_site_offers_what_to_begin_with(empty_site: SampleSite) -> None:
    page = Visitor(empty_site.app).get("/")
    assert "Choose what to read" in page.text
    assert "refresh" not in page.headers


def test_an_empty_page_loads_itself_again_only_while_work_is_under_way(empty_site: SampleSite) -> None:
    empty_site.progress = "Reading 5 feeds."
    page = Visitor(empty_site.app).get("/")
    assert page.headers["refresh"] == "2"
    assert "Reading 5 feeds." in page.text


def test_a_full_page_does_not_load_itself_again(site: SampleSite) -> None:
    site.progress = "Writing 2 briefs."
    page = Visitor(site.app).get("/")
    assert "refresh" not in page.headers
    assert "Writing 2 briefs." in page.text


def test_brief_page_has_the_parts_in_their_order(site: SampleSite) -> None:
    page = Visitor(site.app).get(site.path_of(FERRIES)).text
    assert headings(page) == ["What happened", "Key insights", "Takeaways", "Topics", "Named"]
    text = plain(page)
    order = [FERRIES.title, "The Kestrel 57m ago • 1 view", "What happened", "Read the full article on The Kestrel"]
    positions = [text.index(words) for words in order]
    assert positions == sorted(positions)
    assert "11 of 13 sentences traced" in text
    assert 'href="https://kestrel.example/ferries" rel="noopener noreferrer nofollow"' in page


def test_every_section_has_its_template() -> None:
    names = [name for group in SECTIONS.values() for name in group]
    assert len(names) == len(set(names))
    assert all((TEMPLATE_FOLDER / "brief" / f"{name}.html").is_file() for name in names)


def test_every_sentence_opens_the_words_it_rests_on(site: SampleSite) -> None:
    page = Visitor(site.app).get(site.path_of(FERRIES)).text
    details = re.findall(r'<details class="sentence.*?</details>', page, re.DOTALL)
    assert len(details) == 13
    assert all("<mark>" in sentence for sentence in details)
    assert "<mark>Two boats will cross every forty minutes between midnight and five.</mark>" in page


def test_a_weak_sentence_says_so_in_words_and_why(site: SampleSite) -> None:
    page = Visitor(site.app).get(site.path_of(FERRIES)).text
    weak = re.findall(r'<details class="sentence[^"]*sentence--weak".*?</details>', page, re.DOTALL)
    assert len(weak) == 2
    assert all("weakly traced" in sentence for sentence in weak)
    assert "The article says it in other words." in weak[1]


def test_what_was_withheld_is_counted_and_not_shown(site: SampleSite) -> None:
    page = Visitor(site.app).get(site.path_of(FERRIES)).text
    assert "1 draft sentence that the article did not carry" in plain(page)
    assert "A sentence no reader may see." not in page


def test_copies_are_named(site: SampleSite) -> None:
    text = plain(Visitor(site.app).get(site.path_of(FERRIES)).text)
    assert "Also published by Harbour Post and Northside Ledger" in text


def test_a_correction_shows_what_changed(site: SampleSite) -> None:
    page = Visitor(site.app).get(site.path_of(TURBINES)).text
    assert "Updated" in page
    assert "<del>60</del>" in page
    assert "<ins>40</ins>" in page
    assert "What the publisher changed" in page


def test_a_short_brief_says_so(site: SampleSite) -> None:
    page = Visitor(site.app).get(site.path_of(TREMOR)).text
    assert "This is a short brief" in page
    assert headings(page) == ["What happened", "Topics"]


def test_flags_are_shown(site: SampleSite) -> None:
    page = Visitor(site.app).get(site.path_of(COLUMN)).text
    assert "Opinion" in page
    assert "Partly behind a paywall" in page
    for path in ("/publisher/northside-ledger", f"/search?q={COLUMN.title.split()[-1]}"):
        assert '<span class="flag">Opinion</span>' in Visitor(site.app).get(path).text


def test_a_brief_can_be_shared(site: SampleSite) -> None:
    page = Visitor(site.app).get(site.path_of(FERRIES)).text
    address = re.search(r'<link rel="canonical" href="([^"]+)">', page)
    assert address
    assert f'readonly value="{address[1]}"' in page


@pytest.mark.parametrize(("sample", "attributes"), [(WELLS, 'lang="ar" dir="rtl"'), (LIBRARY, 'lang="de" dir="ltr"')])
def test_language_and_direction_are_the_articles(site: SampleSite, sample: object, attributes: str) -> None:
    page = Visitor(site.app).get(site.path_of(sample)).text  # type: ignore[arg-type]
    assert f'<article class="brief" {attributes} ' in page


def test_a_brief_has_a_readable_address_too(site: SampleSite) -> None:
    visitor = Visitor(site.app)
    slug = re.search(rf'href="({site.path_of(FERRIES)}-[a-z-]+)"', visitor.get("/").text)
    assert slug is not None
    assert visitor.get(slug[1]).status_code == 200


def test_reads_count_once_per_reader_and_show_at_once(site: SampleSite) -> None:
    visitor, path = Visitor(site.app), site.path_of(FERRIES)
    assert "1 view<" in visitor.get(path).text
    assert "1 view<" in visitor.get(path).text
    assert "57m ago • 1 view" in plain(visitor.get("/").text)


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("GET", {"user-agent": "Googlebot/2.1"}),
        ("GET", {"user-agent": ""}),
        ("GET", {"sec-purpose": "prefetch"}),
        ("HEAD", {}),
    ],
)
def test_robots_and_prefetches_are_not_counted(site: SampleSite, method: str, headers: dict[str, str]) -> None:
    visitor, path = Visitor(site.app), site.path_of(FERRIES)
    assert visitor.send(method, path, headers=headers).status_code == 200
    assert "57m ago • 0 views" in plain(visitor.get("/").text)


def test_topic_page_lists_its_own_and_narrower_briefs(site: SampleSite) -> None:
    visitor = Visitor(site.app)
    top = visitor.get("/topic/environment").text
    assert TURBINES.title in top
    assert WELLS.title in top
    narrower = visitor.get("/topic/energy").text
    assert TURBINES.title in narrower
    assert WELLS.title not in narrower
    assert 'href="/topic/environment"' in narrower


def test_topics_are_counted(site: SampleSite) -> None:
    assert "Environment 2 Energy 1 Water 1" in plain(Visitor(site.app).get("/topics").text)


def test_publisher_page_lists_its_briefs(site: SampleSite) -> None:
    page = Visitor(site.app).get("/publisher/the-kestrel").text
    assert FERRIES.title in page
    assert TURBINES.title in page
    assert WELLS.title not in page


def test_a_topics_week_and_a_publishers_rhythm_are_drawn_and_said_in_words(site: SampleSite) -> None:
    visitor = Visitor(site.app)
    for path, title in (
        ("/topic/environment", "Briefs by day, this week 2 2 in all; the most in one day"),
        ("/publisher/the-kestrel", "Briefs by day, four weeks"),
    ):
        page = visitor.get(path).text
        assert title in plain(page)
        assert "<rect " in page
    assert 'class="chart"' not in visitor.get("/topic/sport").text
    assert 'class="chart"' not in visitor.get("/topic/environment?before=1_1").text


def test_the_sample_press_is_marked(tmp_path: Path) -> None:
    site = make_sample_site(tmp_path, sample_url="https://kestrel.example/")
    page = plain(Visitor(site.app).get("/").text)
    assert "Publishers marked “sample” are invented" in page
    assert page.count("• sample") == sum(url.startswith("https://kestrel.example/") for url in site.ids)
    site.store.close()


def test_a_weekday_carries_its_date_and_its_words_stay(site: SampleSite) -> None:
    said = "The harbour council voted on Monday to keep the ferry."
    told = Line(said, (0,))
    sample = Sample("https://kestrel.example/vote", "The Kestrel", "Ferry kept", ((said,),), told, (told,))
    page = Visitor(site.app).get(f"/brief/{publish(site.store, sample, now=NOW)}").text
    assert '<time class="day" datetime="2031-03-03" title="Monday, 3 March 2031">Monday</time>' in page
    assert said in plain(page)
