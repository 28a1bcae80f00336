"""Briefs kept on the device: read and marked without a network, gone when the reader turns it off."""

from __future__ import annotations

import pytest
from browsing import OpenPage, RunningSite, keep_screenshot, wait_until
from playwright.sync_api import Page, expect

from nutgraf.domain.ids import DEFAULT_READER
from sample_site.articles import COLUMN, FERRIES, LIBRARY

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-offline")]


def saved_titles(running: RunningSite) -> list[str]:
    return [card.headline for card in running.site.store.list_saved(DEFAULT_READER)]


def keep_briefs(page: Page) -> None:
    page.get_by_role("button", name="Keep the latest briefs for offline").click()
    expect(page.locator("#said")).to_contain_text("briefs are kept on this device.", timeout=30_000)


def test_kept_briefs_are_read_and_marked_without_a_network(running: RunningSite, open_page: OpenPage) -> None:
    page = open_page(running.address + "/account")
    reads_before = [card.reads for card in running.site.store.list_saved(DEFAULT_READER)]
    keep_briefs(page)
    assert not running.site.store.list_history(DEFAULT_READER)  # what is fetched ahead is not read
    assert reads_before == []
    keep_screenshot(page, "offline-account")

    page.context.set_offline(True)
    page.goto(f"{running.address}{running.site.path_of(FERRIES)}-its-headline")
    expect(page.get_by_role("heading", level=1)).to_have_text(FERRIES.title)
    expect(page.locator("body")).to_have_css("display", "flex")  # with its style sheet
    page.locator(".brief__dek summary").click()
    expect(page.locator(".brief__dek .evidence")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#said")).to_have_text("Saved. It will be sent when there is a network.")
    expect(page.get_by_role("button", name="Saved")).to_be_visible()
    assert saved_titles(running) == []

    page.goto(running.address + "/topics")
    expect(page.get_by_role("heading", name="There is no network")).to_be_visible()
    expect(page.get_by_role("link", name=LIBRARY.title)).to_be_visible()
    keep_screenshot(page, "offline-page")
    page.get_by_role("link", name=COLUMN.title).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(COLUMN.title)

    page.context.set_offline(False)
    page.goto(running.address + "/saved")
    wait_until(page, "localStorage.getItem('nutgraf.marks') === '[]'")
    assert saved_titles(running) == [FERRIES.title]


def test_nothing_is_kept_once_it_is_turned_off_or_the_reader_signs_out(
    running: RunningSite, open_page: OpenPage
) -> None:
    page = open_page(running.address + "/account")
    kept = "caches.keys().then((names) => names.length)"
    keep_briefs(page)
    assert page.evaluate(kept) > 0
    page.get_by_role("button", name="Keep the latest briefs for offline").click()
    expect(page.locator("#said")).to_have_text("Nothing is kept on this device any more.")
    assert page.evaluate(kept) == 0
    keep_briefs(page)
    assert page.evaluate(kept) > 0
    token = page.locator("body").get_attribute("data-form")
    page.evaluate(f"fetch('/logout{token}', {{method: 'POST'}}).then((answer) => answer.text())")
    wait_until(page, f"{kept}.then((count) => count === 0)")
