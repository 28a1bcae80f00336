"""From a reader's report to a correction in public, in a browser without scripts."""

from __future__ import annotations

import pytest
from browsing import OpenPage, RunningSite, keep_screenshot
from playwright.sync_api import Browser, expect
from test_browser_pages import assert_accessible, assert_within_width

from sample_site.articles import FERRIES
from sample_site.site import BROWSER_AGENT

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-desk")]


def test_a_reader_reports_a_fault_and_the_operator_corrects_the_brief(running: RunningSite, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False, user_agent=BROWSER_AGENT)
    page = context.new_page()
    faulty = FERRIES.what_happened[0].text
    page.goto(f"{running.address}{running.site.path_of(FERRIES)}")
    page.locator(".brief__passage summary").first.click()
    page.get_by_role("link", name="Report a fault in this sentence").locator("visible=true").click()
    expect(page.locator(".quoted")).to_have_text(faulty)
    page.get_by_label("A wrong number").check()
    page.get_by_label("What should it say").fill("The article has the votes the other way round.")
    page.get_by_role("button", name="Send the report").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you")

    page.get_by_role("link", name="Desk", exact=True).click()
    page.get_by_role("navigation", name="Desk").get_by_role("link", name="Reports").click()
    page.get_by_role("link", name=FERRIES.title, exact=True).click()
    expect(page.locator(".desk__source mark").first).to_be_visible()
    page.get_by_label("Correction, as readers will see it").fill("The vote was the other way round.")
    page.get_by_role("button", name="Uphold and correct").click()
    expect(page.get_by_role("status")).to_contain_text("the brief is corrected")

    page.goto(f"{running.address}{running.site.path_of(FERRIES)}")
    expect(page.locator(".brief__corrected")).to_contain_text("The vote was the other way round.")
    expect(page.get_by_text(faulty, exact=True)).to_have_count(0)
    page.get_by_role("link", name="See what changed").click()
    expect(page.locator(".correction:target del").first).to_be_visible()
    keep_screenshot(page, "desk-correction")
    context.close()


@pytest.mark.parametrize(
    ("sentence", "width_px", "scheme"),
    [("&sentence=2", 390, "dark"), ("&sentence=2", 820, "light"), ("", 390, "light"), ("", 1440, "dark")],
)
def test_an_open_report_is_accessible_and_fits(
    running: RunningSite, open_page: OpenPage, sentence: str, width_px: int, scheme: str
) -> None:
    path = running.site.path_of(FERRIES)
    page = open_page(f"{running.address}{path}/report?{sentence}", width_px=width_px, scheme=scheme)
    page.get_by_label("Something else").check()
    page.get_by_role("button", name="Send the report").click()
    page.goto(f"{running.address}/desk/reports")
    assert_within_width(page)
    assert_accessible(page)
    page.get_by_role("link", name="Decide").first.click()
    page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true")
    assert_within_width(page)
    assert_accessible(page)
    keep_screenshot(page, f"desk-open-report-{'one' if sentence else 'all'}-{width_px}-{scheme}")
    page.get_by_role("button", name="Dismiss").click()
    expect(page.get_by_role("status")).to_contain_text("dismissed")
