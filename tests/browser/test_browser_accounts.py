"""Coming in: setting the site up, inviting somebody, signing in and out, recovering a lost password."""

from __future__ import annotations

from datetime import timedelta

import pytest
from browsing import Complaints, OpenPage, RunningSite, keep_screenshot
from playwright.sync_api import Page, expect
from test_browser_pages import assert_accessible, assert_within_width

from nutgraf.domain.account import Role, TicketKind
from nutgraf.domain.ids import DEFAULT_READER
from sample_site.articles import FERRIES
from sample_site.site import NOW

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-accounts")]

ADAS = "low tide at the harbour"
BOS = "a lighthouse in the fog"


def fill_in(page: Page, name: str, password: str, button: str) -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name=button).click()


def test_set_up_invite_sign_in_and_recover(
    running_with_login: RunningSite, open_page: OpenPage, complaints: Complaints
) -> None:
    site, address = running_with_login.site, running_with_login.address
    token = site.store.issue_ticket(
        TicketKind.SET_UP, role=Role.OPERATOR, reader_id=DEFAULT_READER, now=NOW, expires_at=NOW + timedelta(days=1)
    )
    ada = open_page(f"{address}/welcome/{token}", width_px=390)
    expect(ada.get_by_role("heading", level=1)).to_have_text("Set up your Nutgraf")
    assert_accessible(ada)
    assert_within_width(ada)
    keep_screenshot(ada, "welcome-390")
    fill_in(ada, "Ada", ADAS, "Start reading")
    expect(ada.get_by_role("link", name=FERRIES.title)).to_be_visible()

    ada.get_by_role("link", name="Account").click()
    ada.get_by_role("link", name="Invite readers, and see who may come in").click()
    ada.get_by_role("button", name="As a reader").click()
    invitation = ada.locator(".readers__link").inner_text()
    keep_screenshot(ada, "invitation-390")

    bo = open_page(f"{address}/topic/society")
    expect(bo.get_by_role("heading", level=1)).to_have_text("Sign in")
    assert_accessible(bo)
    keep_screenshot(bo, "login")
    bo.goto(invitation)
    fill_in(bo, "Bo", BOS, "Start reading")
    expect(bo.get_by_role("link", name=FERRIES.title)).to_be_visible()
    expect(bo.get_by_role("link", name="Feeds", exact=True)).to_have_count(0)
    assert bo.goto(f"{address}/feeds").status == 403  # type: ignore[union-attr]

    bo.goto(f"{address}/account")
    bo.get_by_role("button", name="Here").click()
    expect(bo.get_by_role("heading", level=1)).to_have_text("Sign in")
    fill_in(bo, "Bo", "forgotten", "Sign in")
    expect(bo.get_by_role("alert")).to_have_text("Name or password is wrong.")

    ada.goto(f"{address}/readers")
    ada.get_by_role("button", name="Make a link to a new password for Bo").click()
    bo.goto(ada.locator(".readers__link").inner_text())
    expect(bo.get_by_role("heading", level=1)).to_have_text("Choose a new password")
    fill_in(bo, "Bo", f"{BOS}, later", "Keep the new password")
    expect(bo.get_by_role("link", name=FERRIES.title)).to_be_visible()
    # Asked for above, and no complaints: refusals, cleared data, and requests that the next address ended on their way.
    told = ("responded with a status of 40", "Clear-Site-Data header on", f"failed: {address}/")
    assert [line for line in complaints.lines if not any(words in line for words in told)] == []
