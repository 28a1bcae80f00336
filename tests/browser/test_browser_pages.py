"""Every kind of page in a real browser: accessible by axe-core, within its width, without a complaint."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import Complaints, OpenPage, RunningSite, keep_screenshot
from playwright.sync_api import Page

from sample_site.articles import COLUMN, FERRIES, TREMOR, TURBINES, WELLS, Sample

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-pages")]

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

BRIEFS: dict[str, Sample] = {
    "brief": FERRIES,
    "brief-corrected": TURBINES,
    "brief-short": TREMOR,
    "brief-rtl": WELLS,
    "brief-opinion": COLUMN,
}
PATHS = {
    "front": "/",
    "topics": "/topics",
    "topic": "/topic/society",
    "publisher": "/publisher/the-kestrel",
    "latest": "/latest",
    "day": "/day/2031-03-03",
    "saved": "/saved",
    "mutes": "/mutes",
    "search": "/search",
    "search-results": "/search?q=ferr*",
    "feeds": "/feeds",
    "readers": "/readers",
    "report": "/brief/1/report?sentence=1",
    "report-whole": "/brief/1/report",
    "reported": "/brief/1/reported",
    "corrections": "/corrections",
    "accuracy": "/accuracy?days=30",
    "accuracy-year": "/accuracy?days=365",
    "feed": "/feeds/1",
    "feed-failing": "/feeds/4",
    "desk-work": "/desk",
    "desk-set-aside": "/desk/set-aside",
    "desk-storage": "/desk/storage",
    "desk-costs": "/desk/costs",
    "desk-settings": "/desk/settings",
    "desk-log": "/desk/log",
    "desk-about": "/desk/about",
    "desk-reports": "/desk/reports",
    "desk-report": "/desk/reports/1",
    "desk-withheld": "/desk/withheld",
    "account": "/account",
    "start": "/start",
    "offline": "/offline",
    "help": "/help",
    "remove-feed": "/feeds/1/remove",
}
EVIDENCE: dict[str, Sample] = {"evidence": FERRIES, "evidence-rtl": WELLS}
EMPTY_PATHS = {
    "empty-front": "/",
    "empty-topics": "/topics",
    "empty-topic": "/topic/culture",
    "empty-feeds": "/feeds",
    "empty-search": "/search?q=ferry",
    "empty-corrections": "/corrections",
    "empty-accuracy": "/accuracy",
    "empty-desk": "/desk/reports",
    "empty-work": "/desk",
    "empty-set-aside": "/desk/set-aside",
}


def path_of(running: RunningSite, name: str) -> str:
    if name in EVIDENCE:
        return f"{running.site.path_of(EVIDENCE[name])}/evidence"
    return running.site.path_of(BRIEFS[name]) if name in BRIEFS else PATHS[name]


def open_every_detail(page: Page) -> None:
    """Show all evidence, so that it is looked at too."""
    page.evaluate("for (const details of document.querySelectorAll('main details')) details.open = true")


def assert_accessible(page: Page) -> None:
    results = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]})
    found = [
        f"{violation['id']}: {node['html'][:200]} {node.get('failureSummary', '')}"
        for violation in results.response["violations"]
        for node in violation["nodes"]
    ]
    assert found == []


def assert_within_width(page: Page) -> None:
    root = "document.documentElement"
    assert page.evaluate(f"{root}.scrollWidth") <= page.evaluate(f"{root}.clientWidth")


def check(page: Page, name: str, complaints: Complaints) -> None:
    assert_within_width(page)
    keep_screenshot(page, name)
    open_every_detail(page)
    assert_within_width(page)
    assert_accessible(page)
    assert complaints.lines == []


@pytest.mark.parametrize(("width_px", "scheme"), [(390, "dark"), (1440, "light")])
@pytest.mark.parametrize("name", [*PATHS, *BRIEFS, *EVIDENCE])
def test_page_is_accessible_and_fits(
    running: RunningSite, open_page: OpenPage, complaints: Complaints, name: str, width_px: int, scheme: str
) -> None:
    page = open_page(running.address + path_of(running, name), width_px=width_px, scheme=scheme)
    check(page, f"{name}-{width_px}-{scheme}", complaints)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", EMPTY_PATHS)
def test_empty_page_is_accessible_and_fits(
    running_empty: RunningSite, open_page: OpenPage, complaints: Complaints, name: str, scheme: str
) -> None:
    page = open_page(running_empty.address + EMPTY_PATHS[name], scheme=scheme)
    check(page, f"{name}-{scheme}", complaints)


@pytest.mark.parametrize("width_px", [320, 820])
def test_pages_fit_other_widths(running: RunningSite, open_page: OpenPage, width_px: int) -> None:
    page = open_page(running.address, width_px=width_px)
    for name in (*PATHS, *BRIEFS, *EVIDENCE):
        page.goto(running.address + path_of(running, name))
        open_every_detail(page)
        assert_within_width(page)


def test_error_page_is_accessible(running: RunningSite, open_page: OpenPage) -> None:
    page = open_page(running.address + "/nowhere")
    keep_screenshot(page, "error")
    assert_accessible(page)


def test_print_leaves_out_what_is_for_the_screen(running: RunningSite, open_page: OpenPage) -> None:
    page = open_page(running.address + running.site.path_of(FERRIES))
    page.emulate_media(media="print")
    assert page.locator(".brief__headline").is_visible()
    assert not page.locator(".masthead__nav").is_visible()
    assert not page.locator(".brief__way-out").is_visible()
