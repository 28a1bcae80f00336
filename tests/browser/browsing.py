"""What the browser tests share: the running site, what the browser complains of, and screenshots to keep."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Page

from sample_site.site import SampleSite

ARTEFACTS = Path(__file__).parents[2] / "test-artefacts"

OpenPage = Callable[..., Page]


@dataclass
class RunningSite:
    """A site that serves on loopback at `address`."""

    site: SampleSite
    address: str


@dataclass
class Complaints:
    """What the browser complained of: console errors, failed requests, violations of the content policy."""

    lines: list[str] = field(default_factory=list)


def keep_screenshot(page: Page, name: str) -> None:
    """Save the whole page under test-artefacts/, as high as it is, so that what sticks to an edge is at its place."""
    ARTEFACTS.mkdir(exist_ok=True)
    size = page.viewport_size
    assert size is not None
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": size["width"], "height": max(height, size["height"])})
    page.screenshot(path=ARTEFACTS / f"{re.sub(r'[^a-z0-9-]+', '-', name)}.png", full_page=True)
    page.set_viewport_size(size)


def wait_until(page: Page, expression: str, *, within_s: float = 10) -> None:
    """Return when this JavaScript is true. Playwright's own waiting makes code of a string, which the site forbids."""
    for _ in range(int(within_s * 20)):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never true: {expression}")
