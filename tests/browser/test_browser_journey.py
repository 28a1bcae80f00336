"""A reader's way through the site: with the mouse, with the keyboard alone, and from a first start."""

from __future__ import annotations

import pytest
from browsing import Complaints, OpenPage, RunningSite, keep_screenshot
from playwright.sync_api import expect

from sample_site.articles import FERRIES
from sample_site.publisher import publisher_server

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-journey")]


def test_from_the_front_page_to_a_feed_of_ones_own(
    running: RunningSite, open_page: OpenPage, complaints: Complaints
) -> None:
    page = open_page(running.address)
    page.get_by_role("link", name=FERRIES.title).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(FERRIES.title)
    expect(page.get_by_text("57m ago • 1 view")).to_be_visible()

    evidence = page.locator(".brief__dek .evidence")
    expect(evidence).to_be_hidden()
    page.locator(".brief__dek summary").click()
    expect(evidence).to_be_visible()
    expect(evidence.locator("mark").first).to_contain_text("by 14 votes to 9")
    keep_screenshot(page, "journey-evidence")

    page.get_by_role("link", name="Public Transport").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Public Transport")
    page.get_by_role("link", name="The Kestrel").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The Kestrel")

    page.get_by_role("link", name="Feeds", exact=True).click()
    with publisher_server() as publisher:
        page.get_by_label("Address of a feed or of a site").fill(f"{publisher}/feed.xml")
        page.get_by_role("button", name="Follow", exact=True).click()
        expect(page.get_by_role("status")).to_contain_text("The feed is followed now")
    expect(page.get_by_role("heading", name="Quay Courier")).to_be_visible()
    assert complaints.lines == []


def test_a_page_that_names_feeds_offers_them(running: RunningSite, open_page: OpenPage) -> None:
    page = open_page(running.address + "/feeds")
    with publisher_server() as publisher:
        page.get_by_label("Address of a feed or of a site").fill(publisher)
        page.get_by_label("Address of a feed or of a site").press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("This page is not a feed, but it names some.")
        keep_screenshot(page, "journey-choices")
        page.get_by_role("button", name=f"Follow {publisher}/sport.xml").click()
        expect(page.get_by_role("status")).to_contain_text("The feed is followed now")


def test_a_feed_is_removed_only_after_the_question(running: RunningSite, open_page: OpenPage) -> None:
    page = open_page(running.address + "/feeds")
    page.get_by_role("link", name="Remove Quiet Quarterly").click()
    page.get_by_role("link", name="Keep it").click()
    expect(page.get_by_role("heading", name="Quiet Quarterly")).to_be_visible()
    page.get_by_role("link", name="Remove Quiet Quarterly").click()
    page.get_by_role("button", name="Remove the feed").click()
    expect(page.get_by_role("status")).to_contain_text("no longer followed")
    expect(page.get_by_role("heading", name="Quiet Quarterly")).to_have_count(0)


def test_evidence_opens_by_the_keyboard_alone(running: RunningSite, open_page: OpenPage) -> None:
    page = open_page(running.address + running.site.path_of(FERRIES))
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    for _ in range(3):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.tagName") == "SUMMARY":
            break
    expect(page.locator(".brief__dek summary")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".brief__dek .evidence")).to_be_visible()


def test_sentences_of_a_paragraph_run_on(running: RunningSite, open_page: OpenPage) -> None:
    page = open_page(running.address + running.site.path_of(FERRIES))
    last_line, first_line = page.evaluate(
        """() => {
            const [one, two] = document.querySelectorAll('.brief__passage .sentence__text');
            return [[...one.getClientRects()].pop().top, two.getClientRects()[0].top];
        }"""
    )
    assert last_line == first_line


def test_the_way_out_stays_in_view(running: RunningSite, open_page: OpenPage) -> None:
    page = open_page(running.address + running.site.path_of(FERRIES), width_px=390)
    expect(page.get_by_role("link", name="Read the full article on The Kestrel")).to_be_in_viewport()


def test_an_empty_site_fills_by_itself(running_empty: RunningSite, open_page: OpenPage) -> None:
    site = running_empty.site
    site.progress = "Reading 3 feeds."
    page = open_page(running_empty.address)
    expect(page.get_by_role("status")).to_have_text("Reading 3 feeds.")
    site.progress = "Writing 2 briefs."
    expect(page.get_by_role("status")).to_have_text("Writing 2 briefs.", timeout=15_000)
    site.progress = ""
    expect(page.get_by_role("heading", name="Choose what to read")).to_be_visible(timeout=15_000)
