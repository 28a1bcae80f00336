"""Keys, marks without leaving the page, and the sheet of help."""

from __future__ import annotations

import pytest
from browsing import Complaints, OpenPage, RunningSite, keep_screenshot, wait_until
from playwright.sync_api import Browser, Page, expect

from nutgraf.domain.appearance import Appearance
from nutgraf.domain.ids import DEFAULT_READER
from sample_site.articles import COLUMN, FERRIES
from sample_site.site import BROWSER_AGENT

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-keys")]


def test_a_list_is_read_by_keys_alone(running: RunningSite, open_page: OpenPage, complaints: Complaints) -> None:
    page = open_page(running.address + "/latest")
    cards = page.locator("article.card")
    for key, number in (("j", 0), ("j", 1), ("j", 2), ("k", 1)):
        page.keyboard.press(key)
        expect(cards.nth(number).locator(".card__headline a")).to_be_focused()
    page.keyboard.press("s")
    expect(page.locator("#said")).to_have_text("Saved.")
    expect(cards.nth(1).get_by_role("button", name="Saved")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("m")
    expect(page.locator("#said")).to_have_text("Marked as read.")
    keep_screenshot(page, "keys-list")
    title = cards.nth(1).locator(".card__headline").inner_text()
    page.keyboard.press("s")
    expect(page.locator("#said")).to_have_text("No longer saved.")
    page.keyboard.press("o")
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("jk?")
    expect(page.locator("#q")).to_have_value("jk?")
    assert complaints.lines == []


def test_a_brief_is_read_by_keys_alone(running: RunningSite, open_page: OpenPage, complaints: Complaints) -> None:
    page = open_page(running.address + running.site.path_of(FERRIES))
    page.keyboard.press("j")
    expect(page.locator(".brief__dek summary")).to_be_focused()
    page.keyboard.press("o")
    expect(page.locator(".brief__dek .evidence")).to_be_visible()
    page.keyboard.press("j")
    expect(page.locator(".brief__passage summary").first).to_be_focused()
    page.keyboard.press("Control+s")
    expect(page.locator("#said")).to_be_empty()
    page.keyboard.press("m")
    expect(page.locator("#said")).to_have_text("Kept as new.")
    expect(page.get_by_role("button", name="Mark as read")).to_be_visible()
    assert complaints.lines == []


FOCUS = """() => {
  for (const move of document.getAnimations()) move.finish()
  const one = document.activeElement, box = one.getBoundingClientRect(), style = getComputedStyle(one)
  return {
    words: one.innerText || one.getAttribute("aria-label") || one.value || one.tagName,
    order: [...document.querySelectorAll("*")].indexOf(one),
    is_in_sight: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight,
    is_marked: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
  }
}"""
"""What has the focus, and whether one sees that it has."""


def tab_on(page: Page, count: int) -> list[dict[str, object]]:
    """Where Tab leads, `count` times; each stop comes after the one before, in sight and marked."""
    stops: list[dict[str, object]] = []
    for _ in range(count):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUS)
        assert stop["is_in_sight"], stop
        assert stop["is_marked"], stop
        assert not stops or stop["order"] > stops[-1]["order"], (stops[-1], stop)
        stops.append(stop)
    return stops


def test_a_morning_without_a_pointer(running: RunningSite, open_page: OpenPage, complaints: Complaints) -> None:
    page = open_page(running.address)
    stops = [stop["words"] for stop in tab_on(page, 12)]
    assert stops.index("Nutgraf") < stops.index("Topics") < stops.index("Search")

    page.reload()  # the keys go on from where the focus is
    headline = page.locator(".card__headline a", has_text=FERRIES.title)
    for _ in range(page.locator("article.card").count()):
        page.keyboard.press("j")
        if headline.evaluate("one => one === document.activeElement"):
            break
    expect(headline).to_be_focused()
    assert page.evaluate(FOCUS)["is_marked"]
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(FERRIES.title)

    dek = page.locator(".brief__dek summary")
    for _ in range(30):
        tab_on(page, 1)
        if dek.evaluate("one => one === document.activeElement"):
            break
    expect(dek).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".brief__dek .evidence")).to_be_visible()
    keep_screenshot(page, "keys-evidence")
    page.keyboard.press("s")
    expect(page.locator("#said")).to_have_text("Saved.")
    page.keyboard.press("s")
    expect(page.locator("#said")).to_have_text("No longer saved.")

    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("ferries")
    page.keyboard.press("Enter")
    expect(page.locator(".hit")).not_to_have_count(0)
    page.keyboard.press("Tab")
    page.keyboard.press("j")
    expect(page.locator(".hit__headline a").first).to_be_focused()
    assert page.evaluate(FOCUS)["is_marked"]
    page.keyboard.press("o")
    expect(page.locator("article.brief")).to_be_visible()
    assert complaints.lines == []


def test_buttons_mark_without_leaving_the_page(running: RunningSite, open_page: OpenPage) -> None:
    address = running.address + running.site.path_of(COLUMN)
    page = open_page(address)
    page.get_by_role("button", name="Hide").click()
    expect(page.locator("#said")).to_have_text("Hidden from your lists.")
    page.get_by_role("button", name="Show again").click()
    expect(page.get_by_role("button", name="Hide")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("button", name="Saved")).to_be_visible()
    assert page.url == address
    page.reload()
    expect(page.get_by_role("button", name="Saved")).to_have_attribute("aria-pressed", "true")
    page.context.set_offline(True)
    page.get_by_role("button", name="Saved").click()
    expect(page.locator("#said")).to_have_text("No longer saved. It will be sent when there is a network.")
    page.context.set_offline(False)
    wait_until(page, "localStorage.getItem('nutgraf.marks') === '[]'")
    page.reload()
    expect(page.get_by_role("button", name="Save", exact=False).first).to_have_attribute("aria-pressed", "false")


def test_a_mark_that_is_refused_says_so(running: RunningSite, open_page: OpenPage) -> None:
    page = open_page(running.address + running.site.path_of(FERRIES))
    page.evaluate("document.body.dataset.form = '?form=none'")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#said")).to_contain_text("That did not work.")
    expect(page.get_by_role("button", name="Saved")).to_have_count(0)


def test_the_sheet_of_keys_opens_and_closes(running: RunningSite, open_page: OpenPage) -> None:
    page = open_page(running.address)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    keep_screenshot(page, "keys-sheet")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_everything_works_without_the_script(running: RunningSite, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False, user_agent=BROWSER_AGENT)
    page = context.new_page()
    page.goto(running.address + running.site.path_of(FERRIES))
    expect(page.get_by_role("button", name="Read aloud")).to_have_count(0)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("button", name="Saved")).to_be_visible()
    page.get_by_role("link", name="Help and keys").click()
    expect(page.get_by_role("heading", name="Keys")).to_be_visible()
    context.close()


def test_a_readers_choices_change_what_is_seen(running: RunningSite, open_page: OpenPage) -> None:
    page = open_page(running.address + "/account")
    page.get_by_label("Size of text").select_option("largest")
    page.get_by_label("Colours", exact=True).select_option("dark")
    page.get_by_label("Lists show").select_option("headlines")
    page.get_by_label("Single keys do things").uncheck()
    page.get_by_role("button", name="Keep these").click()
    expect(page.locator("html")).to_have_css("background-color", "rgb(22, 21, 19)")
    expect(page.locator("html")).to_have_css("font-size", "23px")
    keep_screenshot(page, "looks-account-dark")
    page.goto(running.address)
    assert not page.locator(".card__dek").first.is_visible()
    keep_screenshot(page, "looks-headlines")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_have_count(0)
    for path in ("/", running.site.path_of(FERRIES), "/account"):
        page.set_viewport_size({"width": 390, "height": 900})
        page.goto(running.address + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    running.site.store.set_appearance(DEFAULT_READER, Appearance())


def test_a_brief_is_copied_as_markdown_and_read_aloud(
    running: RunningSite, open_page: OpenPage, complaints: Complaints
) -> None:
    page = open_page(running.address + running.site.path_of(FERRIES))
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy as Markdown").click()
    expect(page.locator("#said")).to_have_text("Copied as Markdown, with its source.")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"# {FERRIES.title}\n")
    assert FERRIES.url in copied
    page.evaluate(
        "() => { window.spoken = []; speechSynthesis.speak = ({ lang, text }) => window.spoken.push([lang, text]) }"
    )
    page.get_by_role("button", name="Read aloud").click()
    spoken = page.evaluate("window.spoken")
    assert spoken[0] == [FERRIES.language, FERRIES.title]
    assert len(spoken) == 1 + page.locator("article.brief details.sentence").count()
    page.get_by_role("button", name="Stop reading").click()
    expect(page.get_by_role("button", name="Read aloud")).to_be_visible()
    assert complaints.lines == []
