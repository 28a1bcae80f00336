"""A brief beside the words it rests on: pairs by mouse, by keyboard, and without the script."""

from __future__ import annotations

import pytest
from browsing import Complaints, OpenPage, RunningSite, keep_screenshot
from playwright.sync_api import Browser, Page, expect

from sample_site.articles import FERRIES
from sample_site.site import BROWSER_AGENT

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-evidence")]


def open_evidence(running: RunningSite, open_page: OpenPage, **options: object) -> Page:
    return open_page(f"{running.address}{running.site.path_of(FERRIES)}/evidence", **options)


def lit_marks(page: Page) -> list[str]:
    return page.locator("mark.is-lit").all_text_contents()


def test_pointing_at_a_sentence_lights_its_words_and_the_other_way_round(
    running: RunningSite, open_page: OpenPage, complaints: Complaints
) -> None:
    page = open_evidence(running, open_page)
    assert lit_marks(page) == []
    page.locator("#s1").hover()
    assert any("by 14 votes to 9" in words for words in lit_marks(page))
    keep_screenshot(page, "evidence-lit")
    words = page.locator("mark", has_text="Two boats will cross every forty minutes")
    words.hover()
    numbers = (words.get_attribute("data-sentences") or "").split()
    assert [sentence.get_attribute("data-sentence") for sentence in page.locator(".pair.is-lit").all()] == numbers
    page.locator("h1").hover()
    assert lit_marks(page) == []
    assert complaints.lines == []


def test_the_keyboard_lights_pairs_and_goes_there_and_back(running: RunningSite, open_page: OpenPage) -> None:
    page = open_evidence(running, open_page)
    page.locator("#s1 a").focus()
    assert any("by 14 votes to 9" in words for words in lit_marks(page))
    page.keyboard.press("Enter")
    expect(page.locator("mark:target")).to_contain_text("by 14 votes to 9")
    page.keyboard.press("Tab")
    expect(page.locator(".pairs__back a:focus")).to_have_attribute("href", "#s1")
    page.keyboard.press("Enter")
    expect(page.locator("#s1:target")).to_be_visible()


def test_words_out_of_view_come_into_the_view_of_their_column(running: RunningSite, open_page: OpenPage) -> None:
    page = open_evidence(running, open_page)
    page.set_viewport_size({"width": 1440, "height": 260})
    last = page.locator("mark").last
    number = (last.get_attribute("data-sentences") or "").split()[0]
    first_of_it = page.locator(f'mark[data-sentences~="{number}"]').first
    page.locator(f"#s{number} a").focus()
    expect(first_of_it).to_be_in_viewport()


def test_every_number_is_a_link_without_the_script(running: RunningSite, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False, user_agent=BROWSER_AGENT)
    page = context.new_page()
    page.goto(f"{running.address}{running.site.path_of(FERRIES)}")
    page.get_by_role("link", name="read the brief beside the article’s words").click()
    page.get_by_role("link", name="Sentence 1: the words it rests on").click()
    expect(page.locator("mark:target")).to_contain_text("by 14 votes to 9")
    page.get_by_role("link", name="Sentence 1 of the brief").first.click()
    expect(page.locator("#s1:target")).to_be_visible()
    context.close()
