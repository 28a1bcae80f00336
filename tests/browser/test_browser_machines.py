"""What pages say to machines does not trouble the browser that people read with."""

from __future__ import annotations

import json

import pytest
from browsing import Complaints, OpenPage, RunningSite, keep_screenshot

from sample_site.articles import FERRIES

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-evidence")]


def test_the_policy_lets_json_ld_stand_and_feeds_are_found(
    running: RunningSite, open_page: OpenPage, complaints: Complaints
) -> None:
    page = open_page(running.address + running.site.path_of(FERRIES))
    text = page.locator('script[type="application/ld+json"]').text_content()
    assert json.loads(text or "")["isBasedOn"]["url"] == FERRIES.url
    open_page(running.address)
    assert complaints.lines == []


def test_the_page_of_the_api_loads_nothing_from_elsewhere(
    running: RunningSite, open_page: OpenPage, complaints: Complaints
) -> None:
    page = open_page(f"{running.address}/api/v1/docs")
    assert page.get_by_role("heading", name="GET /api/v1/briefs/{id}").is_visible()
    loaded = page.evaluate("performance.getEntriesByType('resource').map(entry => entry.name)")
    assert all(url.startswith(running.address) for url in loaded)
    keep_screenshot(page, "api-docs")
    assert complaints.lines == []
